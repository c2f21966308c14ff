import { toDate, toDay } from "./calendar.ts";
import type { CommunityTable, HealthRecord, Row } from "./community-services-data-set.ts";

/** Days of age at which a newborn is examined, and at which the blood spot is taken and its result comes in. */
const EXAMINED_DAYS = 2;
const TAKEN_DAYS = 5;
const RESULT_DAYS = 9;

const NOT_SUSPECTED = "04";
const REPEAT = "0303";
const SATISFACTORY = "01";
const SUSPECTED = "03";

/** A child seen once has left the weeks of the newborn screens behind. */
function ofSeen(record: HealthRecord, toRows: (day: (age: number) => string) => readonly Row[]): readonly Row[] {
  if (record.story.reviews.length === 0) return [];
  const birth = toDay(record.held.birthDate);
  return toRows((age) => toDate(birth + age));
}

/** One child in so many, told by what its record is called. */
function isOneIn(count: number, { held }: HealthRecord): boolean {
  let sum = 0;
  for (let at = 0; at < held.localId.length; at++) sum = (sum * 31 + held.localId.charCodeAt(at)) % 9973;
  return sum % count === 1;
}

const HEARING: CommunityTable = {
  name: "CYP603NewbornHearingScreening",
  columns: [
    "LocalPatientID",
    "Result_HearingScreening",
    "ServiceRequest_Date",
    "Procedure_Date",
    "Result_HearingAudiology",
  ],
  rows: (record) =>
    ofSeen(record, () => [
      { LocalPatientID: record.held.localId, Result_HearingScreening: isOneIn(40, record) ? "02" : "01" },
    ]),
};

const BLOOD_SPOT: CommunityTable = {
  name: "CYP604BloodSpotResult",
  columns: [
    "LocalPatientID",
    "CardCompletion_Date",
    "TestResult_ReceivedDate",
    "Result_Phenylketonuria",
    "Result_SickleCellDisease",
    "Result_CysticFibrosis",
    "Result_CongenitalHypothyroidism",
    "Result_MCADD",
    "Result_Homocystinuria",
    "Result_MapleSyrupUrineDisease",
    "Result_GlutaricAciduriaTypeOne",
    "Result_IsovalericAciduria",
  ],
  rows: (record) =>
    ofSeen(record, (day) => [
      {
        LocalPatientID: record.held.localId,
        CardCompletion_Date: day(TAKEN_DAYS),
        TestResult_ReceivedDate: day(RESULT_DAYS),
        Result_Phenylketonuria: NOT_SUSPECTED,
        Result_SickleCellDisease: isOneIn(60, record) ? "05" : NOT_SUSPECTED,
        Result_CysticFibrosis: isOneIn(50, record) ? REPEAT : NOT_SUSPECTED,
        Result_CongenitalHypothyroidism: NOT_SUSPECTED,
        Result_MCADD: NOT_SUSPECTED,
        Result_Homocystinuria: NOT_SUSPECTED,
        Result_MapleSyrupUrineDisease: NOT_SUSPECTED,
        Result_GlutaricAciduriaTypeOne: NOT_SUSPECTED,
        Result_IsovalericAciduria: NOT_SUSPECTED,
      },
    ]),
};

const EXAMINATION: CommunityTable = {
  name: "CYP605IPE",
  columns: ["LocalPatientID", "Examination_Date", "Result_Hips", "Result_Heart", "Result_Eyes", "Result_Testes"],
  rows: (record) =>
    ofSeen(record, (day) => [
      {
        LocalPatientID: record.held.localId,
        Examination_Date: day(EXAMINED_DAYS),
        Result_Hips: isOneIn(30, record) ? SUSPECTED : SATISFACTORY,
        Result_Heart: SATISFACTORY,
        Result_Eyes: SATISFACTORY,
        Result_Testes: record.held.sex === "male" ? SATISFACTORY : undefined,
      },
    ]),
};

/** The tables of newborn screens. */
export const SCREENING_TABLES: readonly CommunityTable[] = [HEARING, BLOOD_SPOT, EXAMINATION];
