import type { FieldRow } from "../mapper.ts";

const KEY = "joins the tables";
const DATE = "Observation.effectiveDateTime";
const CODE = "Observation.code";
const VALUE = "Observation.value";

/** Why a field goes nowhere. */
const ADMINISTRATIVE = "administration of the service, not the child's record";
const SAFEGUARDING = "safeguarding; never taken in";
const REASON_FOR_REFERRAL = "can itself say that a child may be at risk; never taken in";
const PARENT = "identifies the mother; never taken in";
const NO_TARGET = "no target in this version";
const STAFF = "a member of staff; the provider is the performer";

type Target = readonly [field: string, to: string, why?: string];
type Reason = readonly [field: string, why: string];

function table(
  name: string,
  {
    mapped,
    unmapped = [],
    dropped = [],
  }: { mapped: readonly Target[]; unmapped?: readonly Reason[]; dropped?: readonly Reason[] },
): FieldRow[] {
  return [
    ...mapped.map(([field, to, why]) => ({ field: `${name}.${field}`, to, ...(why === undefined ? {} : { why }) })),
    ...unmapped.map(([field, why]) => ({ field: `${name}.${field}`, why })),
    ...dropped.map(([field, why]) => ({ field: `${name}.${field}`, why, droppedAtDoor: true })),
  ];
}

/** Every field that is known, in the notation `Table.Field`, with its target or the reason why it has none. */
export const FIELDS: readonly FieldRow[] = [
  ...table("CYP001MPI", {
    mapped: [
      ["LocalPatientID", "Patient.identifier.where(system.endsWith('source-child-id')).value", KEY],
      ["OrgID_LocalPatientID", "Observation.performer", "the provider; also the caseload's organisation"],
      ["NHSNumber", "Patient.identifier.where(system = 'https://fhir.nhs.uk/Id/nhs-number').value"],
      ["NHSNumber_Status", "Patient.identifier.extension.valueCodeableConcept"],
      ["DateOfBirth", "Patient.birthDate"],
      ["Postcode", "Patient.address.postalCode", "ZZ99 codes name no place and are not carried"],
      ["Gender", "Patient.gender", "stated gender, never birth sex"],
      ["EthnicCategory", "Patient.extension.valueCodeableConcept"],
      ["DateOfDeath", "Patient.deceased"],
      ["PersonGivenName", "Patient.name.given", "addition of the operational extract"],
      ["PersonFamilyName", "Patient.name.family", "addition of the operational extract"],
    ],
    unmapped: [
      ["OrgID_EducationEstablishment", "the school says itself whom it teaches"],
      ["EthnicCategory2021", "pilot code list"],
      ["LanguagePreferred", NO_TARGET],
      ["Relationship_MainCarer", NO_TARGET],
      ["HVFAV_Date", "a contact with the mother, before there is a child"],
      ["EducationAssessment", NO_TARGET],
    ],
    dropped: [
      ["NHSNumber_Mother", PARENT],
      ["NHSNumberStatus_Mother", PARENT],
      ["ChildLookedAfter_Indicator", SAFEGUARDING],
      ["Safeguarding_Indicator", SAFEGUARDING],
      ["Disability_SupervisionAndCare_Indicator", SAFEGUARDING],
    ],
  }),
  ...table("CYP002GP", {
    mapped: [
      ["LocalPatientID", "Patient", KEY],
      ["OrgID_GP", "Patient.generalPractitioner.identifier.value", "each row is also a dated relationship"],
      ["GPRegistration_StartDate", "Patient.generalPractitioner.identifier.period.start"],
      ["GPRegistration_EndDate", "Patient.generalPractitioner.identifier.period.end"],
    ],
  }),
  ...table("CYP101Referral", {
    mapped: [
      ["ServiceRequestID", "Patient", KEY],
      ["LocalPatientID", "Patient", KEY],
      [
        "ReferralRequest_ReceivedDate",
        "Patient",
        "start of the caseload relationship, which decides who may see the child",
      ],
      ["Discharge_Date", "Patient", "end of the caseload relationship"],
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
  ...table("CYP102ServiceTypeReferredTo", {
    mapped: [
      ["ServiceRequestID", "Patient", KEY],
      ["TeamType", "Patient", "16, health visiting, makes the caseload relationship"],
      ["TeamID_Local", "Patient", "part of the row's key"],
      ["Referral_ClosureDate", "Patient", "end of the caseload relationship, if before discharge"],
      ["Referral_RejectionDate", "Patient", "a rejected referral makes no caseload relationship"],
    ],
    unmapped: [
      ["Referral_ClosureReason", ADMINISTRATIVE],
      ["Referral_RejectionReason", ADMINISTRATIVE],
    ],
  }),
  ...table("CYP201CareContact", {
    mapped: [
      ["CareContactID", "Observation.identifier.value", "shared by all that was found at the contact"],
      ["ServiceRequestID", "Observation", KEY],
      ["Contact_Date", DATE],
      ["Contact_Time", DATE, "with the offset of London at that moment"],
      ["CareContact_Duration", "Observation", "5 minutes or more count as attended when there is no status"],
      ["AttendanceStatus", "Observation", "5 or 6: an Observation is made; any other: none"],
      ["AttendOrNot", "Observation", "the same item in v1.5"],
    ],
    unmapped: [
      ["TeamID_Local", ADMINISTRATIVE],
      ["OrgID_Commissioner", ADMINISTRATIVE],
      ["AdminCategory", ADMINISTRATIVE],
      ["Consultation_Type", NO_TARGET],
      ["CareContact_Subject", NO_TARGET],
      ["ConsMechanism", NO_TARGET],
      ["Consultation_MediumUsed", "the same item in v1.5; no target in this version"],
      ["Activity_LocationType", NO_TARGET],
      ["Treatment_OrgSiteID", NO_TARGET],
      ["GroupTherapyIndicator", ADMINISTRATIVE],
      ["ReasonableOffer_Date", ADMINISTRATIVE],
      ["ClinicallyAppropriate_Date", ADMINISTRATIVE],
      ["Contact_CancellationDate", ADMINISTRATIVE],
      ["Contact_CancellationReason", ADMINISTRATIVE],
      ["ReplacementAppointment_OfferedDate", ADMINISTRATIVE],
      ["ReplacementAppointment_BookedDate", ADMINISTRATIVE],
    ],
  }),
  ...table("CYP202CareActivity", {
    mapped: [
      ["CareActivityID", "Observation.id", "part of the key of each Observation"],
      ["CareContactID", "Observation", KEY],
      ["Activity_Type", CODE, "08 to 12 are reviews; others are not carried"],
      ["Finding_Scheme", "Observation.value.coding.system", "breastfeeding findings only"],
      ["CodedFinding", VALUE, "breastfeeding findings only"],
      ["Observation_Scheme", "Observation.code.coding.system", "SNOMED CT only"],
      ["CodedObservation", CODE, "with a value; LOINC for head circumference too"],
      ["ObservationValue", VALUE, "with a code and a known unit, or a score of ASQ"],
      ["UC_UnitOfMeasurement", "Observation.value.code", "kg, g, cm, m, mm, months; any other refuses the row"],
    ],
    unmapped: [
      ["CareProfessionalID_Local", STAFF],
      ["CareActivity_Duration", ADMINISTRATIVE],
      ["Procedure_Scheme", NO_TARGET],
      ["CodedProcedure", NO_TARGET],
    ],
  }),
  ...table("CYP610BreastfeedingStatus", {
    mapped: [
      ["CareActivityID", "Observation", KEY],
      ["BreastFeedingStatus", VALUE, "unless a coded finding of the contact says it"],
    ],
  }),
  ...table("CYP611Obs", {
    mapped: [
      ["CareActivityID", "Observation", KEY],
      ["Weight", VALUE, "kilograms, 0.15 to 500"],
      ["Height", VALUE, "metres, served in centimetres, 20 to 300"],
      ["Length", VALUE, "centimetres, 20 to 300"],
    ],
  }),
  ...table("CYP612CodedAssessmentContact", {
    mapped: [
      ["CareActivityID", "Observation", KEY],
      ["SNOMED_ID", CODE, "ASQ-3 and ASQ:SE-2 only"],
      ["Score", VALUE, "0 to 60 for ASQ-3, 0 to 465 for ASQ:SE-2"],
    ],
  }),
  ...table("CYP402SVF", { mapped: [], dropped: [["SafeguardingFactors_Type", SAFEGUARDING]] }),
  ...table("CYP403CPP", {
    mapped: [],
    dropped: [
      ["CPP_Reason", SAFEGUARDING],
      ["CPP_StartDate", SAFEGUARDING],
      ["CPP_EndDate", SAFEGUARDING],
    ],
  }),
];
