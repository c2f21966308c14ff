import type { FieldRow } from "../mapper.ts";
import { ADMINISTRATIVE, ENCOUNTER, KEY, table } from "./field-rows.ts";
import * as slots from "./slots.ts";
import { ACTIVITY, ASSESSMENT, BREASTFEEDING, CONTACT, OBS } from "./table-names.ts";

const VALUE = "Observation.value";

/** The fields of what was found at contacts. */
export const FINDING_FIELDS: readonly FieldRow[] = [
  ...table(CONTACT, {
    mapped: [
      [
        "CareContactID",
        "Observation.identifier",
        { why: "shared by all that was found at the contact", slots: slots.AT_CONTACT },
      ],
      ["ServiceRequestID", "Observation", { why: KEY, slots: slots.AT_CONTACT }],
      ["Contact_Date", "Observation.effective", { slots: slots.AT_CONTACT }],
      [
        "Contact_Time",
        "Observation.effective",
        { why: "with the offset of London at that moment", slots: slots.AT_CONTACT },
      ],
      [
        "CareContact_Duration",
        "Observation",
        { why: "5 minutes or more count as attended when there is no status", slots: slots.AT_CONTACT },
      ],
      [
        "AttendanceStatus",
        "Observation",
        { why: "5 or 6: an Observation is made; any other: none", slots: slots.AT_CONTACT },
      ],
      ["AttendOrNot", "Observation", { why: "the same item in v1.5", slots: slots.AT_CONTACT }],
    ],
    unmapped: [
      ["TeamID_Local", ADMINISTRATIVE],
      ["OrgID_Commissioner", ADMINISTRATIVE],
      ["AdminCategory", ADMINISTRATIVE],
      ["Consultation_Type", ENCOUNTER],
      ["CareContact_Subject", ENCOUNTER],
      ["ConsMechanism", ENCOUNTER],
      ["Consultation_MediumUsed", `the same item in v1.5; ${ENCOUNTER}`],
      ["Activity_LocationType", ENCOUNTER],
      ["Treatment_OrgSiteID", ENCOUNTER],
      ["GroupTherapyIndicator", ADMINISTRATIVE],
      ["ReasonableOffer_Date", ADMINISTRATIVE],
      ["ClinicallyAppropriate_Date", ADMINISTRATIVE],
      ["Contact_CancellationDate", ADMINISTRATIVE],
      ["Contact_CancellationReason", ADMINISTRATIVE],
      ["ReplacementAppointment_OfferedDate", ADMINISTRATIVE],
      ["ReplacementAppointment_BookedDate", ADMINISTRATIVE],
    ],
  }),
  ...table(ACTIVITY, {
    mapped: [
      ["CareActivityID", "Observation", { why: "part of the key of each Observation", slots: slots.AT_CONTACT }],
      ["CareContactID", "Observation", { why: KEY, slots: slots.AT_CONTACT }],
      [
        "Activity_Type",
        "Observation.code | Observation.value",
        { why: "08 to 12 are reviews; any other says nothing of the child", slots: slots.REVIEW },
      ],
      [
        "Procedure_Scheme",
        "Observation.value.coding.system",
        { why: "06 SNOMED CT, 04 Read v2, 05 CTV3; a code under any other is not carried", slots: slots.PROCEDURE },
      ],
      ["CodedProcedure", VALUE, { why: "as coded, never translated", slots: slots.PROCEDURE }],
      [
        "Finding_Scheme",
        "Observation.value.coding.system",
        {
          why: "04 SNOMED CT, 01 ICD-10, 02 Read v2, 03 CTV3; a code under any other is not carried",
          slots: [...slots.FINDING, ...slots.FEEDING_FINDING],
        },
      ],
      [
        "CodedFinding",
        VALUE,
        {
          why: "as coded; one of the codes by which breastfeeding is derived is told as breastfeeding status",
          slots: [...slots.FINDING, ...slots.FEEDING_FINDING],
        },
      ],
      [
        "Observation_Scheme",
        "Observation.code.coding.system",
        {
          why: "03 SNOMED CT, 01 Read v2, 02 CTV3; LOINC for head circumference under any",
          slots: [...slots.CODED_SCORE, ...slots.OTHER_OBSERVATION],
        },
      ],
      [
        "CodedObservation",
        "Observation.code",
        {
          why: "with a value; without one it is not carried",
          slots: [...slots.CODED_MEASUREMENT, ...slots.CODED_SCORE, ...slots.OTHER_OBSERVATION],
        },
      ],
      [
        "ObservationValue",
        VALUE,
        {
          why: "with a code and a known unit, a score of ASQ, or the provider's own centile; a value without a code refuses the row",
          slots: [...slots.CODED_MEASUREMENT, ...slots.CODED_SCORE, ...slots.OTHER_OBSERVATION],
        },
      ],
      [
        "UC_UnitOfMeasurement",
        "Observation.value.unit | Observation.value.code",
        {
          why: "kg, g, cm, m, mm, months; any other refuses the row",
          slots: [...slots.CODED_MEASUREMENT, ...slots.OTHER_OBSERVATION],
        },
      ],
    ],
    unmapped: [
      ["CareProfessionalID_Local", "a member of staff; the provider is the performer"],
      ["CareActivity_Duration", ADMINISTRATIVE],
    ],
  }),
  ...table(BREASTFEEDING, {
    mapped: [
      ["CareActivityID", "Observation", { why: KEY, slots: slots.FEEDING_STATUS }],
      [
        "BreastFeedingStatus",
        VALUE,
        { why: "unless a coded finding of the contact says it", slots: slots.FEEDING_STATUS },
      ],
    ],
  }),
  ...table(OBS, {
    mapped: [
      ["CareActivityID", "Observation", { why: KEY, slots: [...slots.WEIGHT, ...slots.HEIGHT, ...slots.LENGTH] }],
      ["Weight", "Observation.value.value", { why: "kilograms, 0.15 to 500", slots: slots.WEIGHT }],
      ["Height", "Observation.value.value", { why: "metres, served in centimetres, 20 to 300", slots: slots.HEIGHT }],
      ["Length", "Observation.value.value", { why: "centimetres, 20 to 300", slots: slots.LENGTH }],
    ],
  }),
  ...table(ASSESSMENT, {
    mapped: [
      ["CareActivityID", "Observation", { why: KEY, slots: slots.CONTACT_SCORE }],
      ["SNOMED_ID", "Observation.code | Observation.category", { slots: slots.CONTACT_SCORE }],
      ["Score", VALUE, { why: "0 to 60 for ASQ-3, 0 to 465 for ASQ:SE-2", slots: slots.CONTACT_SCORE }],
    ],
  }),
];
