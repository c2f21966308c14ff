import { SCREENING_TABLES } from "./community-screening.ts";
import { toCsvLine, toCsvRow, withoutLastField } from "./csv.ts";
import { impossibleDateOf, withWrongCheckDigit } from "./flaws.ts";
import type { SourceRecord } from "./records.ts";
import type { Review } from "./reviews.ts";
import type { HealthStory } from "./stories.ts";

export type HealthRecord = SourceRecord<HealthStory>;
export type Row = Readonly<Record<string, string | undefined>>;

/** A table of a provider's operational extract in the shape of the Community Services Data Set v1.6. */
export interface CommunityTable {
  readonly name: string;
  readonly columns: readonly string[];
  rows(record: HealthRecord): readonly Row[];
  /** The row in which a flaw shows shows it here, if this is the table of that flaw. */
  spoil?(row: Row, flaw: NonNullable<HealthRecord["flaw"]>): Row;
}

/** SERVICE OR TEAM TYPE REFERRED TO: health visiting service. */
const HEALTH_VISITING = "16";
const SNOMED_OBSERVATION_SCHEME = "03";
const HEAD_CIRCUMFERENCE = "363812007";

const referralKey = ({ held }: HealthRecord): string => `${held.localId}-R1`;
const contactKey = ({ held }: HealthRecord, place: number): string => `${held.localId}-C${place + 1}`;
const activityKey = ({ held }: HealthRecord, place: number): string => `${held.localId}-A${place + 1}`;
const headActivityKey = (record: HealthRecord, place: number): string => `${activityKey(record, place)}-H`;

function eachReview(record: HealthRecord, toRows: (review: Review, place: number) => readonly Row[]): readonly Row[] {
  return record.story.reviews.flatMap(toRows);
}

const MASTER_PATIENT_INDEX: CommunityTable = {
  name: "CYP001MPI",
  columns: [
    "LocalPatientID",
    "OrgID_LocalPatientID",
    "NHSNumber",
    "NHSNumber_Status",
    "DateOfBirth",
    "Postcode",
    "Gender",
    "EthnicCategory",
    "LanguagePreferred",
    "HVFAV_Date",
    "ChildLookedAfter_Indicator",
    "Safeguarding_Indicator",
    "NHSNumber_Mother",
    "NHSNumberStatus_Mother",
    // Not of the data set: the provider's own, without which a child without a number could not be told.
    "PersonGivenName",
    "PersonFamilyName",
  ],
  rows: ({ held, story }) => [
    {
      LocalPatientID: held.localId,
      OrgID_LocalPatientID: story.provider.odsCode,
      NHSNumber: held.nhsNumber,
      NHSNumber_Status: held.nhsNumberStatus,
      DateOfBirth: held.birthDate,
      Postcode: held.postcode,
      Gender: held.sex === "male" ? "1" : "2",
      EthnicCategory: story.ethnicCategory,
      LanguagePreferred: "en",
      HVFAV_Date: story.antenatalVisit,
      ChildLookedAfter_Indicator: "N",
      Safeguarding_Indicator: "N",
      NHSNumber_Mother: story.motherNhsNumber,
      NHSNumberStatus_Mother: story.motherNhsNumber === undefined ? undefined : "01",
      PersonGivenName: held.given,
      PersonFamilyName: held.family,
    },
  ],
  spoil: (row, flaw) =>
    flaw === "wrong-check-digit" && row.NHSNumber !== undefined
      ? { ...row, NHSNumber: withWrongCheckDigit(row.NHSNumber) }
      : row,
};

const GP_REGISTRATION: CommunityTable = {
  name: "CYP002GP",
  columns: ["LocalPatientID", "OrgID_GP", "GPRegistration_StartDate", "GPRegistration_EndDate"],
  rows: ({ held, story }) =>
    story.registrations.map(({ practice, start, end }) => ({
      LocalPatientID: held.localId,
      OrgID_GP: practice.odsCode,
      GPRegistration_StartDate: start,
      GPRegistration_EndDate: end,
    })),
};

const REFERRAL: CommunityTable = {
  name: "CYP101Referral",
  columns: ["ServiceRequestID", "LocalPatientID", "ReferralRequest_ReceivedDate", "SourceOfReferral", "Priority_Type"],
  rows: (record) => [
    {
      ServiceRequestID: referralKey(record),
      LocalPatientID: record.held.localId,
      ReferralRequest_ReceivedDate: record.story.referred,
      Priority_Type: "1",
    },
  ],
};

const SERVICE_TYPE: CommunityTable = {
  name: "CYP102ServiceTypeReferredTo",
  columns: ["ServiceRequestID", "TeamID_Local", "TeamType"],
  rows: (record) => [
    {
      ServiceRequestID: referralKey(record),
      TeamID_Local: `${record.story.provider.odsCode}-HV`,
      TeamType: HEALTH_VISITING,
    },
  ],
};

const CARE_CONTACT: CommunityTable = {
  name: "CYP201CareContact",
  columns: [
    "CareContactID",
    "ServiceRequestID",
    "TeamID_Local",
    "Contact_Date",
    "Contact_Time",
    "CareContact_Duration",
    "Consultation_Type",
    "CareContact_Subject",
    "ConsMechanism",
    "Activity_LocationType",
    "AttendanceStatus",
  ],
  rows: (record) =>
    eachReview(record, (review, place) => [
      {
        CareContactID: contactKey(record, place),
        ServiceRequestID: referralKey(record),
        TeamID_Local: `${record.story.provider.odsCode}-HV`,
        Contact_Date: review.date,
        Contact_Time: "10:30",
        CareContact_Duration: isSeen(review) ? "45" : undefined,
        Consultation_Type: review.type === "08" ? "01" : "02",
        CareContact_Subject: "01",
        ConsMechanism: "01",
        Activity_LocationType: review.type === "08" ? "A01" : "B01",
        AttendanceStatus: review.attendance,
      },
    ]),
  spoil: (row, flaw) =>
    flaw === "impossible-date" && row.Contact_Date !== undefined
      ? { ...row, Contact_Date: impossibleDateOf(row.Contact_Date) }
      : row,
};

/** Appointments not kept have an activity too, as in real extracts: only the contact says that nobody came. */
const CARE_ACTIVITY: CommunityTable = {
  name: "CYP202CareActivity",
  columns: [
    "CareActivityID",
    "CareContactID",
    "Activity_Type",
    "CareProfessionalID_Local",
    "Finding_Scheme",
    "CodedFinding",
    "Observation_Scheme",
    "CodedObservation",
    "ObservationValue",
    "UC_UnitOfMeasurement",
  ],
  rows: (record) =>
    eachReview(record, (review, place) => {
      const CareContactID = contactKey(record, place);
      const activity = {
        CareActivityID: activityKey(record, place),
        CareContactID,
        Activity_Type: review.type,
        ...feedingFinding(record, review),
      };
      if (review.headCm === undefined) return [activity];
      const head = {
        CareActivityID: headActivityKey(record, place),
        CareContactID,
        Activity_Type: "02",
        Observation_Scheme: SNOMED_OBSERVATION_SCHEME,
        CodedObservation: HEAD_CIRCUMFERENCE,
        ObservationValue: String(review.headCm),
        UC_UnitOfMeasurement: "cm",
      };
      return [activity, head];
    }),
  spoil: (row, flaw) => (flaw === "unknown-outcome" ? { ...row, Activity_Type: "88" } : row),
};

const BREASTFEEDING: CommunityTable = {
  name: "CYP610BreastfeedingStatus",
  columns: ["CareActivityID", "BreastFeedingStatus"],
  rows: (record) =>
    eachReview(record, ({ breastfeeding }, place) =>
      breastfeeding === undefined || codesInRead(record)
        ? []
        : [{ CareActivityID: activityKey(record, place), BreastFeedingStatus: breastfeeding }],
    ),
};

/** Weight in kilograms, height in metres, length in centimetres. */
const OBSERVATION: CommunityTable = {
  name: "CYP611Obs",
  columns: ["CareActivityID", "Weight", "Height", "Length"],
  rows: (record) =>
    eachReview(record, ({ weightKg, heightM, lengthCm }, place) =>
      weightKg === undefined && heightM === undefined && lengthCm === undefined
        ? []
        : [
            {
              CareActivityID: activityKey(record, place),
              Weight: weightKg?.toString(),
              Height: heightM?.toString(),
              Length: lengthCm?.toString(),
            },
          ],
    ),
};

const ASSESSMENT: CommunityTable = {
  name: "CYP612CodedAssessmentContact",
  columns: ["CareActivityID", "SNOMED_ID", "Score"],
  rows: (record) =>
    eachReview(record, ({ assessments }, place) =>
      assessments
        .filter((assessment) => !isOfReferral(record, assessment))
        .map(({ snomed, score }) => ({
          CareActivityID: activityKey(record, place),
          SNOMED_ID: snomed,
          Score: score.toString(),
        })),
    ),
};

/** Questionnaires that a family filled in apart from a contact. */
const REFERRAL_ASSESSMENT: CommunityTable = {
  name: "CYP609CodedAssessmentReferral",
  columns: ["ServiceRequestID", "SNOMED_ID", "Score", "AssessmentCompletion_Date"],
  rows: (record) =>
    eachReview(record, ({ assessments, date }) =>
      assessments
        .filter((assessment) => isOfReferral(record, assessment))
        .map(({ snomed, score }) => ({
          ServiceRequestID: referralKey(record),
          SNOMED_ID: snomed,
          Score: score.toString(),
          AssessmentCompletion_Date: date,
        })),
    ),
};

/** Codes of Read v2 for what BREASTFEEDING STATUS says. */
const READ_FEEDING: Readonly<Record<"01" | "02" | "03", string>> = { "01": "62P1.", "02": "62P3.", "03": "62P4." };
const READ_V2_FINDING_SCHEME = "02";
const ASQ_SE2: ReadonlySet<string> = new Set(["1054011000000104", "1054021000000105"]);

/** One record in seven comes from a system that still codes feeding in Read. */
function codesInRead({ held }: HealthRecord): boolean {
  return digitSum(held.localId) % 7 === 3;
}

/** One record in five has the questionnaire on social and emotional development at the referral. */
function isOfReferral({ held }: HealthRecord, { snomed }: Review["assessments"][number]): boolean {
  return ASQ_SE2.has(snomed) && digitSum(held.localId) % 5 === 2;
}

function feedingFinding(record: HealthRecord, { breastfeeding }: Review): Row {
  if (breastfeeding === undefined || !codesInRead(record)) return {};
  return { Finding_Scheme: READ_V2_FINDING_SCHEME, CodedFinding: READ_FEEDING[breastfeeding] };
}

function digitSum(text: string): number {
  let sum = 0;
  for (let at = 0; at < text.length; at++) sum += text.charCodeAt(at);
  return sum;
}

/** The tables in the order in which their keys refer to each other. */
export const COMMUNITY_TABLES: readonly CommunityTable[] = [
  MASTER_PATIENT_INDEX,
  GP_REGISTRATION,
  REFERRAL,
  SERVICE_TYPE,
  CARE_CONTACT,
  CARE_ACTIVITY,
  BREASTFEEDING,
  OBSERVATION,
  ASSESSMENT,
  REFERRAL_ASSESSMENT,
  ...SCREENING_TABLES,
];

export function communityHeader(table: CommunityTable): string {
  return toCsvLine(table.columns);
}

/** The rows of one child in one table; a flaw shows in the first row of the table that can have it. */
export function toCommunityLines(table: CommunityTable, record: HealthRecord): string {
  const { flaw } = record;
  let lines = "";
  for (const [place, row] of table.rows(record).entries()) {
    const isSpoilt = flaw !== undefined && place === 0;
    const line = toCsvRow(table.columns, isSpoilt && table.spoil !== undefined ? table.spoil(row, flaw) : row);
    lines += isSpoilt && flaw === "wrong-column-count" && table === GP_REGISTRATION ? withoutLastField(line) : line;
  }
  return lines;
}

function isSeen({ attendance }: Review): boolean {
  return attendance === "5" || attendance === "6";
}

/** The child's own row, by table and key; every other row of the child hangs off it. */
export function communityRecordId({ held }: HealthRecord): string {
  return `${MASTER_PATIENT_INDEX.name}/${held.localId}`;
}
