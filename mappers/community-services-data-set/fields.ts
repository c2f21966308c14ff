import type { FieldRow } from "../mapper.ts";
import { ADMINISTRATIVE, KEY, SAFEGUARDING, table } from "./field-rows.ts";
import { FINDING_FIELDS } from "./finding-fields.ts";
import { SCREENING_ITEMS } from "./screening-items.ts";
import * as slots from "./slots.ts";
import {
  BLOOD_SPOT,
  EXAMINATION,
  GP,
  HEADER,
  HEARING,
  MPI,
  REFERRAL,
  REFERRAL_ASSESSMENT,
  SERVICE_TYPE,
} from "./table-names.ts";
import { TURNED_AWAY } from "./turned-away.ts";

const REASON_FOR_REFERRAL = "can itself say that a child may be at risk; never taken in";
const PARENT = "identifies the mother; never taken in";
const DELIVERY = "of the delivery: tells which period it reports on, and makes nothing";

const outcomes = (name: string) =>
  SCREENING_ITEMS.filter((item) => item.table === name).map(
    ({ column }) =>
      [
        column,
        "Observation.code | Observation.category | Observation.value",
        { slots: slots.screensOf(name, column) },
      ] as const,
  );

/** Every field that is known, in the notation `Table.Field`, with its target or the reason why it has none. */
export const FIELDS: readonly FieldRow[] = [
  ...table(HEADER, {
    unmapped: [
      ["Version", DELIVERY],
      ["OrgID_Provider", DELIVERY],
      ["OrgID_Submitter", DELIVERY],
      ["RP_StartDate", DELIVERY],
      ["RP_EndDate", DELIVERY],
      ["FileCreation_DateTime", DELIVERY],
      ["PrimarySystem", DELIVERY],
    ],
  }),
  ...table(MPI, {
    mapped: [
      ["LocalPatientID", "Patient.identifier.where(system.endsWith('source-child-id'))", { why: KEY }],
      [
        "OrgID_LocalPatientID",
        "Observation.performer | Organization.identifier",
        { why: "the provider; also the caseload's organisation" },
      ],
      ["NHSNumber", "Patient.identifier.where(system='https://fhir.nhs.uk/Id/nhs-number')"],
      ["NHSNumber_Status", "Patient.identifier.extension"],
      [
        "DateOfBirth",
        "Patient.birthDate",
        { why: "also the age to which a growth reference is looked up, where that is on" },
      ],
      ["Postcode", "Patient.address", { why: "ZZ99 codes name no place and are not carried" }],
      ["Gender", "Patient.gender", { why: "stated gender, never birth sex" }],
      ["EthnicCategory", "Patient.extension"],
      ["DateOfDeath", "Patient.deceased"],
      ["PersonGivenName", "Patient.name.given", { why: "addition of the operational extract" }],
      ["PersonFamilyName", "Patient.name.family", { why: "addition of the operational extract" }],
    ],
    unmapped: [
      ["OrgID_EducationEstablishment", "the school says itself whom it teaches"],
      [
        "EthnicCategory2021",
        "a pilot list of its own, which is not the list of the ethnic category and has no target in UK Core",
      ],
      [
        "LanguagePreferred",
        "its code list is not established here, and Patient.communication takes codes of languages alone",
      ],
      ["Relationship_MainCarer", "names a person's relation without the person; its code list is not established here"],
      ["HVFAV_Date", "a contact with the mother, before there is a child whose Observation it could be"],
      ["EducationAssessment", "the council's own sources say it; its code list is not established here"],
    ],
    dropped: [
      ["NHSNumber_Mother", PARENT],
      ["NHSNumberStatus_Mother", PARENT],
      ["ChildLookedAfter_Indicator", SAFEGUARDING],
      ["Safeguarding_Indicator", SAFEGUARDING],
      ["Disability_SupervisionAndCare_Indicator", SAFEGUARDING],
    ],
  }),
  ...table(GP, {
    mapped: [
      ["LocalPatientID", "Patient", { why: KEY }],
      ["OrgID_GP", "Patient.generalPractitioner.identifier.value", { why: "each row is also a dated relationship" }],
      ["GPRegistration_StartDate", "Patient.generalPractitioner.identifier.period.start"],
      ["GPRegistration_EndDate", "Patient.generalPractitioner.identifier.period.end"],
    ],
  }),
  ...table(REFERRAL, {
    mapped: [
      ["ServiceRequestID", "Observation.identifier", { why: KEY, slots: slots.AT_REFERRAL }],
      ["LocalPatientID", "Patient", { why: KEY }],
      [
        "ReferralRequest_ReceivedDate",
        "Patient",
        { why: "start of the caseload relationship, which decides who may see the child" },
      ],
      ["Discharge_Date", "Patient", { why: "end of the caseload relationship" }],
    ],
    unmapped: [
      ["OrgID_Commissioner", ADMINISTRATIVE],
      ["ReferralRequest_ReceivedTime", ADMINISTRATIVE],
      ["OrgID_Referring", ADMINISTRATIVE],
      ["Referring_StaffGroup", ADMINISTRATIVE],
      ["Priority_Type", ADMINISTRATIVE],
      ["Discharge_LetterIssuedDate", ADMINISTRATIVE],
    ],
    dropped: [
      ["SourceOfReferral", REASON_FOR_REFERRAL],
      ["PrimaryReferralReason", REASON_FOR_REFERRAL],
    ],
  }),
  ...table(SERVICE_TYPE, {
    mapped: [
      ["ServiceRequestID", "Patient", { why: KEY }],
      ["TeamType", "Patient", { why: "16, health visiting, makes the caseload relationship" }],
      ["TeamID_Local", "Patient", { why: "part of the row's key" }],
      ["Referral_ClosureDate", "Patient", { why: "end of the caseload relationship, if before discharge" }],
      ["Referral_RejectionDate", "Patient", { why: "a rejected referral makes no caseload relationship" }],
    ],
    unmapped: [
      ["Referral_ClosureReason", ADMINISTRATIVE],
      ["Referral_RejectionReason", ADMINISTRATIVE],
    ],
  }),
  ...FINDING_FIELDS,
  ...table(HEARING, {
    mapped: [
      ["LocalPatientID", "Observation", { why: KEY, slots: slots.screensOf(HEARING) }],
      ...outcomes(HEARING),
      [
        "Procedure_Date",
        "Observation.effective",
        {
          why: "of the audiology; the screen itself has no date",
          slots: slots.screensOf(HEARING, "Result_HearingAudiology"),
        },
      ],
    ],
    unmapped: [["ServiceRequest_Date", "when audiology was asked for, not when anything was found"]],
  }),
  ...table(BLOOD_SPOT, {
    mapped: [
      ["LocalPatientID", "Observation", { why: KEY, slots: slots.screensOf(BLOOD_SPOT) }],
      ["CardCompletion_Date", "Observation.effective", { slots: slots.screensOf(BLOOD_SPOT) }],
      [
        "TestResult_ReceivedDate",
        "Observation.effective",
        { why: "where the card has no date", slots: slots.screensOf(BLOOD_SPOT) },
      ],
      ...outcomes(BLOOD_SPOT),
    ],
  }),
  ...table(EXAMINATION, {
    mapped: [
      ["LocalPatientID", "Observation", { why: KEY, slots: slots.screensOf(EXAMINATION) }],
      ["Examination_Date", "Observation.effective", { slots: slots.screensOf(EXAMINATION) }],
      ...outcomes(EXAMINATION),
    ],
  }),
  ...table(REFERRAL_ASSESSMENT, {
    mapped: [
      ["ServiceRequestID", "Observation.identifier", { why: KEY, slots: slots.AT_REFERRAL }],
      ["SNOMED_ID", "Observation.code | Observation.category", { slots: slots.REFERRAL_SCORE }],
      ["Score", "Observation.value", { why: "0 to 60 for ASQ-3, 0 to 465 for ASQ:SE-2", slots: slots.REFERRAL_SCORE }],
      ["AssessmentCompletion_Date", "Observation.effective", { slots: slots.AT_REFERRAL }],
    ],
  }),
  ...TURNED_AWAY.flatMap(({ name, columns, why, isDropped }) =>
    table(name, { [isDropped ? "dropped" : "unmapped"]: columns.map((column) => [column, why] as const) }),
  ),
];
