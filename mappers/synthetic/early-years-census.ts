import { type Area, type AreaId, areaOf } from "./areas.ts";
import { toCsvLine, toCsvRow, withoutLastField } from "./csv.ts";
import { impossibleDateOf } from "./flaws.ts";
import { type CensusStory, lastReferenceDate } from "./nursery-stories.ts";
import type { SourceRecord } from "./records.ts";

const COLUMNS: readonly string[] = [
  "ChildId",
  "UPN",
  "Surname",
  "Forename",
  "DOB",
  "Sex",
  "Ethnicity",
  "PostCode",
  "SettingName",
  "EarlyYearsURN",
  "OfstedURN",
  "EntryDate",
  "HoursAtSetting",
  "FundedHours",
  "ExtendedHours",
  "ExpandedHours",
  "FundedWeeks",
  "ExtendedWeeks",
  "ExpandedWeeks",
  "DAFIndicator",
  "EYPPR",
  "SENprovision",
  // Held by every real census, and to be dropped at the door; without it nothing would prove that it is.
  "EligibilityCode",
];

const TERM = "SPR";

/** These areas send the XML form, all others the CSV form. */
const SENDERS_OF_XML: ReadonlySet<AreaId> = new Set(["halton", "wirral"]);

export function sendsXml({ id }: Area): boolean {
  return SENDERS_OF_XML.has(id);
}

/** What stands before the children: header record and column names, or the envelope. */
export function earlyYearsCensusHead(area: Area, today: string): string {
  const referenceDate = lastReferenceDate(today);
  const year = referenceDate.slice(0, 4);
  const sent = `${year}-01-29T10:36:42`;
  if (!sendsXml(area)) {
    const header = ["H", "EYC", TERM, year, referenceDate, "L", area.localAuthority, "SYNTHETIC", "", "001", sent];
    return toCsvLine(header) + toCsvLine(COLUMNS);
  }
  return `<?xml version="1.0" encoding="utf-8"?>
<Message>
  <Header>
    <CollectionDetails><Collection>EYC</Collection><Term>${TERM}</Term><Year>${year}</Year><ReferenceDate>${referenceDate}</ReferenceDate></CollectionDetails>
    <Source><SourceLevel>L</SourceLevel><LEA>${area.localAuthority}</LEA><SoftwareCode>SYNTHETIC</SoftwareCode><SerialNo>001</SerialNo><DateTime>${sent}</DateTime></Source>
  </Header>
  <Children>
`;
}

export function earlyYearsCensusTail(area: Area): string {
  return sendsXml(area) ? "  </Children>\n</Message>\n" : "";
}

/** A child of the census in the form that its area sends. */
export function toCensusChild(record: SourceRecord<CensusStory>): string {
  const row = toRow(record);
  if (sendsXml(areaOf(record.area))) return toElement(row);
  const line = toCsvRow(COLUMNS, row);
  return record.flaw === "wrong-column-count" ? withoutLastField(line) : line;
}

type Row = Record<string, string | undefined>;

function toRow({ held, story, flaw }: SourceRecord<CensusStory>): Row {
  const weeks = (hours: number): string => String(hours === 0 ? 0 : story.weeks);
  const row: Row = {
    ChildId: held.localId,
    UPN: held.upn,
    Surname: held.family,
    Forename: held.given,
    DOB: held.birthDate,
    Sex: held.sex === "female" ? "F" : "M",
    Ethnicity: story.ethnicity,
    PostCode: held.postcode,
    SettingName: story.nursery.name,
    EarlyYearsURN: story.nursery.earlyYearsUrn,
    OfstedURN: story.nursery.ofstedUrn,
    EntryDate: story.entryDate,
    HoursAtSetting: String(story.hoursAtSetting),
    FundedHours: String(story.fundedHours),
    ExtendedHours: String(story.extendedHours),
    ExpandedHours: String(story.expandedHours),
    FundedWeeks: weeks(story.fundedHours),
    ExtendedWeeks: weeks(story.extendedHours),
    ExpandedWeeks: weeks(story.expandedHours),
    DAFIndicator: story.isInDisabilityAccessFund ? "Y" : "N",
    EYPPR: story.hasPupilPremium ? "Y" : "N",
    SENprovision: story.senProvision,
    ...(story.extendedHours + story.expandedHours > 0 ? { EligibilityCode: `500${held.localId.slice(-7)}0` } : {}),
  };
  if (flaw === "impossible-date") row.DOB = impossibleDateOf(held.birthDate);
  if (flaw === "wrong-check-digit") row.OfstedURN = "12345";
  if (flaw === "unknown-outcome") row.HoursAtSetting = "all week";
  return row;
}

const OF_SETTING: readonly string[] = ["SettingName", "EarlyYearsURN", "OfstedURN"];

function toElement(row: Row): string {
  const elements = (columns: readonly string[]): string =>
    columns
      .map((column) => (row[column] === undefined ? "" : `<${column}>${escaped(row[column])}</${column}>`))
      .join("");
  const own = COLUMNS.filter((column) => column !== "PostCode" && !OF_SETTING.includes(column));
  const address = row.PostCode === undefined ? "" : `<Address>${elements(["PostCode"])}</Address>`;
  return `    <Child>${elements(own)}${address}<Setting>${elements(OF_SETTING)}</Setting></Child>\n`;
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
}

/** What the child in a census is called as a source record: the setting, its reference, and the census. */
export function censusRecordId({ held, story }: SourceRecord<CensusStory>): string {
  return `${story.nursery.earlyYearsUrn}/${held.localId}/${story.referenceDate.slice(0, 4)}-${TERM}`;
}
