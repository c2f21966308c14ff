import { z } from "zod";
import { isNhsNumber } from "../datatypes/nhs-number.ts";
import { isSnomedCode } from "../datatypes/snomed-code.ts";
import {
  ACTIVITY,
  CONTACT,
  code,
  date,
  decimal,
  dictionary,
  given,
  kept,
  LOCAL_PATIENT,
  organization,
  REQUEST,
  time,
} from "./dictionary-item.ts";
import { WITHHELD } from "./safeguarding.ts";

/**
 * The rows of the Community Services Data Set v1.6 (DAPB1069) that are read, by the field names of its submission file.
 * Every message names the NHS Data Dictionary item and never the value. Fields that no schema names are not kept.
 */

/** Of the delivery: which period it reports on. It makes nothing, and says how timely the rest is. */
export const header = z.object({
  OrgID_Provider: organization("ORGANISATION IDENTIFIER (CODE OF PROVIDER)"),
  RP_StartDate: date("REPORTING PERIOD START DATE"),
  RP_EndDate: date("REPORTING PERIOD END DATE"),
  Version: kept,
  OrgID_Submitter: kept,
  FileCreation_DateTime: kept,
  PrimarySystem: kept,
});

export const masterPatientIndex = z.object({
  LocalPatientID: given(LOCAL_PATIENT),
  OrgID_LocalPatientID: organization("ORGANISATION IDENTIFIER (LOCAL PATIENT IDENTIFIER)"),
  NHSNumber: z
    .string()
    .refine(isNhsNumber, `expected ten digits, the last a right modulus 11 check digit ${dictionary("NHS NUMBER")}`)
    .optional(),
  NHSNumber_Status: code("NHS NUMBER STATUS INDICATOR CODE", "two digits, 01 to 08", /^0[1-8]$/).optional(),
  DateOfBirth: date("PERSON BIRTH DATE").optional(),
  Postcode: kept,
  Gender: code("PERSON STATED GENDER CODE", "1, 2, 9 or X", /^[129Xx]$/).optional(),
  EthnicCategory: code("ETHNIC CATEGORY", "one of A-H, J-N, P, R, S, Z, 99", /^([A-HJ-NPRSZ]|99)$/).optional(),
  DateOfDeath: date("PERSON DEATH DATE").optional(),
  PersonGivenName: kept,
  PersonFamilyName: kept,
  OrgID_EducationEstablishment: kept,
  EthnicCategory2021: kept,
  LanguagePreferred: kept,
  Relationship_MainCarer: kept,
  HVFAV_Date: kept,
  EducationAssessment: kept,
});

export const gpRegistration = z.object({
  LocalPatientID: given(LOCAL_PATIENT),
  OrgID_GP: organization("GENERAL MEDICAL PRACTICE (PATIENT REGISTRATION)"),
  GPRegistration_StartDate: date("START DATE (GMP PATIENT REGISTRATION)").optional(),
  GPRegistration_EndDate: date("END DATE (GMP PATIENT REGISTRATION)").optional(),
});

export const referral = z.object({
  ServiceRequestID: given(REQUEST),
  LocalPatientID: given(LOCAL_PATIENT),
  ReferralRequest_ReceivedDate: date("REFERRAL REQUEST RECEIVED DATE"),
  Discharge_Date: date("SERVICE DISCHARGE DATE").optional(),
  OrgID_Commissioner: kept,
  ReferralRequest_ReceivedTime: kept,
  OrgID_Referring: kept,
  Referring_StaffGroup: kept,
  Priority_Type: kept,
  Discharge_LetterIssuedDate: kept,
});

export const serviceTypeReferredTo = z.object({
  ServiceRequestID: given(REQUEST),
  TeamType: code("SERVICE OR TEAM TYPE REFERRED TO (COMMUNITY CARE)", "two digits", /^[0-9]{2}$/),
  TeamID_Local: kept,
  Referral_ClosureDate: date("REFERRAL CLOSURE DATE").optional(),
  Referral_RejectionDate: date("REFERRAL REJECTION DATE").optional(),
  Referral_ClosureReason: kept,
  Referral_RejectionReason: kept,
});

const attendance = code("ATTENDANCE STATUS", "one of 0, 2, 3, 4, 5, 6, 7", /^[02-7]$/);

export const careContact = z.object({
  CareContactID: given(CONTACT),
  ServiceRequestID: given(REQUEST),
  Contact_Date: date("CARE CONTACT DATE"),
  Contact_Time: time("CARE CONTACT TIME").optional(),
  CareContact_Duration: code(
    "CLINICAL CONTACT DURATION OF CARE CONTACT",
    "a whole number of minutes",
    /^[0-9]{1,4}$/,
  ).optional(),
  AttendanceStatus: attendance.optional(),
  /** The same item as v1.5 names it; unread, a missed appointment would pass for one without a status. */
  AttendOrNot: attendance.optional(),
  TeamID_Local: kept,
  OrgID_Commissioner: kept,
  AdminCategory: kept,
  Consultation_Type: kept,
  CareContact_Subject: kept,
  ConsMechanism: kept,
  Consultation_MediumUsed: kept,
  Activity_LocationType: kept,
  Treatment_OrgSiteID: kept,
  GroupTherapyIndicator: kept,
  ReasonableOffer_Date: kept,
  ClinicallyAppropriate_Date: kept,
  Contact_CancellationDate: kept,
  Contact_CancellationReason: kept,
  ReplacementAppointment_OfferedDate: kept,
  ReplacementAppointment_BookedDate: kept,
});

const scheme = (item: string) => code(item, "two digits", /^[0-9]{2}$/).optional();

export const careActivity = z.object({
  CareActivityID: given(ACTIVITY),
  CareContactID: given(CONTACT),
  Activity_Type: code("COMMUNITY CARE ACTIVITY TYPE", "two digits, 01 to 12 or 97", /^(0[1-9]|1[0-2]|97)$/).optional(),
  CareProfessionalID_Local: kept,
  CareActivity_Duration: kept,
  Procedure_Scheme: scheme("PROCEDURE SCHEME IN USE (COMMUNITY CARE)"),
  CodedProcedure: kept,
  Finding_Scheme: scheme("FINDING SCHEME IN USE (COMMUNITY CARE)"),
  CodedFinding: kept,
  Observation_Scheme: scheme("OBSERVATION SCHEME IN USE (COMMUNITY CARE)"),
  CodedObservation: kept,
  ObservationValue: kept,
  UC_UnitOfMeasurement: kept,
});

export const breastfeedingStatus = z.object({
  CareActivityID: given(ACTIVITY),
  BreastFeedingStatus: code("BREASTFEEDING STATUS", "two digits, 01, 02 or 03", /^0[1-3]$/),
});

/** The three values are checked with their units and ranges in one place, by readMeasurement. */
export const observation = z.object({
  CareActivityID: given(ACTIVITY),
  Weight: kept,
  Height: kept,
  Length: kept,
});

const SNOMED_EXPECTED = `expected a SNOMED CT code with a right check digit ${dictionary("CODED ASSESSMENT TOOL TYPE (SNOMED CT)")}`;

const assessment = {
  SNOMED_ID: z.string(SNOMED_EXPECTED).refine((text) => isSnomedCode(text) || text === WITHHELD, SNOMED_EXPECTED),
  Score: decimal("PERSON SCORE"),
};

export const codedAssessment = z.object({ CareActivityID: given(ACTIVITY), ...assessment });

/** The one scored table with a date of its own, which stands for no contact and so cannot do without it. */
export const codedAssessmentReferral = z.object({
  ServiceRequestID: given(REQUEST),
  ...assessment,
  AssessmentCompletion_Date: date("ASSESSMENT TOOL COMPLETION DATE"),
});
