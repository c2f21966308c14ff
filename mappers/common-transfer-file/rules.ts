import { GOAL_SLOTS, toFoundationStageRules } from "../foundation-stage/rules.ts";
import type { RuleRow } from "../mapper.ts";

const ASSESSMENT = "StageAssessments/KeyStage/StageAssessment";
const SENDER = ["Header/SourceSchool/LEA", "Header/SourceSchool/Estab", "Header/SourceSchool/URN"];
const HISTORY = ["SchoolHistory/School/LEA", "SchoolHistory/School/Estab", "SchoolHistory/School/URN"];
const ASSESSOR = "also of the school that assessed a profile, where the school history names another than the sender";

/** What fills the elements that no single element of a pupil fills. */
export const RULES: readonly RuleRow[] = [
  ...toFoundationStageRules({
    setting: [...SENDER, ...HISTORY, "SchoolHistory/School/EntryDate", "SchoolHistory/School/LeavingDate"],
    currentSetting: SENDER,
    countingOutcomes: [`${ASSESSMENT}/Component`, `${ASSESSMENT}/Result`],
  }),
  {
    to: "Observation.category",
    slots: GOAL_SLOTS,
    from: [`${ASSESSMENT}/Component`],
    rule: "survey, and the developmental domain of the goal",
  },
  {
    to: "Observation.dataAbsentReason",
    slots: GOAL_SLOTS,
    from: [`${ASSESSMENT}/Result`],
    rule: "A on every goal is an exemption, told as not performed",
  },
  { to: "Organization.identifier.where(system.endsWith('laestab'))", from: HISTORY, rule: ASSESSOR },
  { to: "Organization.identifier.where(system.endsWith('urn-school-number'))", from: HISTORY, rule: ASSESSOR },
  { to: "Patient.name.use", rule: "official; usual for the preferred name" },
  {
    to: "Patient.name.where(use='usual').given",
    from: ["Forename"],
    rule: "the part of the preferred name that is not given is that of the official one",
  },
  {
    to: "Patient.name.where(use='usual').family",
    from: ["Surname"],
    rule: "the part of the preferred name that is not given is that of the official one",
  },
];
