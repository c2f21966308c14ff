import type { RuleRow } from "../mapper.ts";
import * as slots from "./slots.ts";
import { ACTIVITY, ASSESSMENT, BREASTFEEDING, CONTACT, GP, MPI, OBS, REFERRAL_ASSESSMENT } from "./table-names.ts";

const OBSERVED = [`${ACTIVITY}.CodedObservation`, `${ACTIVITY}.Observation_Scheme`];
const VITAL_SIGNS = "as the vital signs profiles of UK Core want it: one LOINC code and one of SNOMED CT";
const UNITS = "kilograms or centimetres, as the vital signs profiles of UK Core want them";

/** What the gateway computes where an authority has switched it on. */
const DERIVED: readonly RuleRow[] = [
  {
    to: "Observation.category | Observation.code | Observation.value | Observation.method | Observation.referenceRange | Observation.derivedFrom",
    slots: slots.BAND,
    from: [`${ASSESSMENT}.Score`, `${REFERRAL_ASSESSMENT}.Score`, `${ACTIVITY}.ObservationValue`],
    rule: "computed by the gateway, where the authority wants it: the score below, or at or above, the cut-off of the 24, 27 or 30 month questionnaire that the code names",
  },
  {
    to: "Observation.category | Observation.code | Observation.value | Observation.method | Observation.derivedFrom",
    slots: slots.GROWTH,
    from: [
      `${OBS}.Weight`,
      `${OBS}.Height`,
      `${OBS}.Length`,
      `${ACTIVITY}.ObservationValue`,
      `${MPI}.DateOfBirth`,
      `${MPI}.Gender`,
      `${CONTACT}.Contact_Date`,
    ],
    rule: "computed by the gateway, where the authority wants it: WHO Child Growth Standards 2006, two weeks to under four years, uncorrected for gestation",
  },
];

/** What fills the elements that no single field fills. */
export const RULES: readonly RuleRow[] = [
  {
    to: "Observation.status",
    rule: "final: only contacts at which the child was seen, and screens with an outcome, are told",
  },
  {
    to: "Observation.performer",
    from: [`${MPI}.OrgID_LocalPatientID`],
    rule: "the provider, by its Organization; what the gateway computes has no performer",
  },
  {
    to: "Observation.category",
    slots: slots.REVIEW,
    rule: "exam",
  },
  {
    to: "Observation.hasMember",
    slots: slots.REVIEW,
    from: [`${CONTACT}.CareContactID`, `${ACTIVITY}.CareContactID`],
    rule: "all that was found at the contact; scores of ASQ-3 by their panel. Of contacts with the same review on one day, all of them",
  },
  {
    to: "Observation.code.coding | Observation.value.coding",
    slots: slots.REVIEW,
    from: [`${ACTIVITY}.Activity_Type`],
    rule: "the kind of review, and the encounter type by which Digital Child Health names it; no code of SNOMED CT is established",
  },
  { to: "Observation.category", slots: slots.MEASUREMENTS, rule: "vital signs" },
  { to: "Observation.code", slots: slots.WEIGHT, from: [`${OBS}.Weight`], rule: VITAL_SIGNS },
  { to: "Observation.code", slots: slots.HEIGHT, from: [`${OBS}.Height`], rule: VITAL_SIGNS },
  { to: "Observation.code", slots: slots.LENGTH, from: [`${OBS}.Length`], rule: VITAL_SIGNS },
  {
    to: "Observation.value.unit | Observation.value.system | Observation.value.code",
    slots: [...slots.WEIGHT, ...slots.HEIGHT, ...slots.LENGTH],
    rule: UNITS,
  },
  {
    to: "Observation.value.value",
    slots: slots.CODED_MEASUREMENT,
    from: [`${ACTIVITY}.ObservationValue`, `${ACTIVITY}.UC_UnitOfMeasurement`],
    rule: "in kilograms or centimetres, by moving the decimal point",
  },
  { to: "Observation.category", slots: slots.OTHER_OBSERVATION, rule: "exam" },
  {
    to: "Observation.category",
    slots: slots.CODED_SCORE,
    from: OBSERVED,
    rule: "survey, and the developmental domain that the code of the score asks about",
  },
  {
    to: "Observation.category",
    slots: [...slots.FINDING, ...slots.PROCEDURE],
    rule: "exam for what was found, procedure for what was done",
  },
  {
    to: "Observation.code",
    slots: [...slots.FINDING, ...slots.PROCEDURE],
    rule: "that something was found or done; what it was is the value, in the provider's own code",
  },
  { to: "Observation.category", slots: slots.FEEDING, rule: "social history" },
  { to: "Observation.code", slots: slots.FEEDING, rule: "breastfeeding status" },
  {
    to: "Observation.value.coding",
    slots: slots.FEEDING,
    from: [`${ACTIVITY}.CodedFinding`, `${ACTIVITY}.Finding_Scheme`, `${BREASTFEEDING}.BreastFeedingStatus`],
    rule: "the code as submitted, the finding of SNOMED CT that stands for the status where a Read code or none was submitted, and the status of the NHS Data Dictionary by NHS England's derivation",
  },
  {
    to: "Observation.category | Observation.code | Observation.hasMember",
    slots: slots.CONTACT_PANEL,
    from: [`${ASSESSMENT}.SNOMED_ID`, ...OBSERVED],
    rule: "groups the ASQ-3 scores of one questionnaire month at the contact; of several domains, since each score carries its own",
  },
  {
    to: "Observation.category | Observation.code | Observation.hasMember",
    slots: slots.REFERRAL_PANEL,
    from: [`${REFERRAL_ASSESSMENT}.SNOMED_ID`, `${REFERRAL_ASSESSMENT}.AssessmentCompletion_Date`],
    rule: "groups the ASQ-3 scores of one questionnaire month that were completed on one day; of several domains, since each score carries its own",
  },
  ...DERIVED,
  { to: "Patient.name.use", rule: "official: the name under which the provider has registered the child" },
  {
    to: "Patient.generalPractitioner",
    from: [`${GP}.OrgID_GP`, `${GP}.GPRegistration_StartDate`],
    rule: "of several registrations the one that began last, in the form in which PDS gives it",
  },
];
