import { toLocalId } from "../datatypes/local-id.ts";
import { type Area, areaOf } from "./areas.ts";
import { impossibleDateOf, withWrongCheckDigit } from "./flaws.ts";
import { GOALS } from "./goals.ts";
import type { SourceRecord } from "./records.ts";
import type { ProfileStory } from "./stories.ts";

/** Start of a Common Transfer File that the transferring school of an area sends at the end of an academic year. */
export function commonTransferFileHead(area: Area, endYear: number): string {
  const [school] = area.schools;
  return `<?xml version="1.0" encoding="utf-8"?>
<CTfile>
  <Header>
    <DocumentName>Common Transfer File</DocumentName>
    <CTFversion>${(endYear - 1) % 100}.0</CTFversion>
    <DateTime>${endYear}-07-10T15:00:00</DateTime>
    <DocumentQualifier>partial</DocumentQualifier>
    <DataDescriptor>Synthetic foundation stage profiles</DataDescriptor>
    <SupplierID>SYNTHETIC</SupplierID>
    <SourceSchool>
      <LEA>${area.localAuthority}</LEA>
      <Estab>${school.establishment}</Estab>
      <URN>${school.urn}</URN>
      <SchoolName>${escaped(school.name)}</SchoolName>
      <AcademicYear>${endYear - 1}</AcademicYear>
    </SourceSchool>
    <DestSchool>
      <LEA>${area.localAuthority}</LEA>
      <Estab>LLLL</Estab>
    </DestSchool>
  </Header>
  <CTFpupilData>
`;
}

export const COMMON_TRANSFER_FILE_TAIL = "  </CTFpupilData>\n</CTfile>\n";

/** One `Pupil` of a Common Transfer File with its foundation stage profile (Stage `EYF`). */
export function toPupil({ area, held, story, flaw }: SourceRecord<ProfileStory>): string {
  const { localAuthority, schools } = areaOf(area);
  const school = "school" in story.setting ? story.setting.school : schools[0];
  const startYear = story.academicYear.slice(0, 4);
  const upn = held.upn === undefined ? "" : flaw === "wrong-check-digit" ? withWrongCheckDigit(held.upn) : held.upn;
  const birthDate = flaw === "impossible-date" ? impossibleDateOf(held.birthDate) : held.birthDate;
  return `    <Pupil>
      ${upn === "" ? "" : `<UPN>${upn}</UPN>`}
      <Surname>${escaped(held.family)}</Surname>
      <Forename>${escaped(held.given)}</Forename>
      <DOB>${birthDate}</DOB>
      <Sex>${held.sex === "female" ? "F" : "M"}</Sex>
      <BasicDetails>
        <NCyearActual>R</NCyearActual>
        <EnrolStatus>C</EnrolStatus>
      </BasicDetails>
      ${held.postcode === undefined ? "" : `<Address><PostCode>${held.postcode}</PostCode></Address>`}
      <StageAssessments>
        <KeyStage>
          <Stage>EYF</Stage>
${assessmentsOf(story, flaw === "unknown-outcome")}
        </KeyStage>
      </StageAssessments>
      <SchoolHistory>
        <School><LEA>${localAuthority}</LEA><Estab>${school.establishment}</Estab><URN>${school.urn}</URN><SchoolName>${escaped(school.name)}</SchoolName><EntryDate>${startYear}-09-03</EntryDate></School>
      </SchoolHistory>
    </Pupil>
`;
}

function assessmentsOf(story: ProfileStory, isLastUnknown: boolean): string {
  const year = story.academicYear.slice(5);
  return GOALS.map(({ subject, component }, place) => {
    const result = isLastUnknown && component === "E17" ? "7" : story.outcomes[place];
    return `          <StageAssessment><Locale>ENG</Locale><Year>${year}</Year><Subject>${subject}</Subject><Method>TA</Method><Component>${component}</Component><ResultStatus>R</ResultStatus><ResultQualifier>NL</ResultQualifier><Result>${result}</Result></StageAssessment>`;
  }).join("\n");
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
}

/** What the profile is called as a source record: the file names no pupil but by the pupil number. */
export function commonTransferFileRecordId({ held, story }: SourceRecord<ProfileStory>): string {
  return `${toLocalId([held.upn ?? ""])}/${story.academicYear.slice(5)}`;
}
