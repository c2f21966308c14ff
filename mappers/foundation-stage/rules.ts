import type { RuleRow } from "../mapper.ts";

/** Slots of the Observations of single goals: those of the current framework and of the one before. */
export const GOAL_SLOTS: readonly string[] = ["{year}/E{goal}", "{year}/G{goal}"];

const LEVEL_SLOTS = ["{year}/good-level-of-development"];

/** Source fields that decide what both sources of foundation stage profiles make in the same way. */
export interface FoundationStageFields {
  /** What names the setting that assessed the profile. */
  readonly setting: readonly string[];
  /** What names the setting that looks after the child now, as far as the record goes. */
  readonly currentSetting: readonly string[];
  /** The outcomes of the goals that count to the good level of development. */
  readonly countingOutcomes: readonly string[];
}

/** What no single field of either source fills. */
export function toFoundationStageRules(fields: FoundationStageFields): readonly RuleRow[] {
  return [
    {
      to: "Observation.status",
      rule: "final: only results are taken, and a profile is complete when it is sent",
    },
    {
      to: "Observation.performer",
      from: fields.setting,
      rule: "the setting that assessed the profile, by its Organization",
    },
    {
      to: "Observation.category",
      slots: LEVEL_SLOTS,
      rule: "survey, and of several domains: it speaks of five areas at once, whose goals carry their own",
    },
    {
      to: "Observation.code",
      slots: LEVEL_SLOTS,
      rule: "good level of development, whenever a goal that counts was recorded and the child is not exempt",
    },
    {
      to: "Observation.value",
      slots: LEVEL_SLOTS,
      from: fields.countingOutcomes,
      rule: "computed: achieved when all twelve goals that count are at least expected, undetermined while one is missing, not achieved otherwise (DfE, early years foundation stage profile results, methodology)",
    },
    {
      to: "Observation.method",
      slots: LEVEL_SLOTS,
      from: fields.countingOutcomes,
      rule: "says that the gateway computed it, and from the goals of which framework",
    },
    {
      to: "Observation.derivedFrom",
      slots: LEVEL_SLOTS,
      from: fields.countingOutcomes,
      rule: "the Observations of the goals that count",
    },
    { to: "Patient.active", rule: "true: the record tells of a child who is taught" },
    {
      to: "Patient.managingOrganization",
      from: fields.currentSetting,
      rule: "the setting that the record comes from, by its Organization",
    },
    { to: "Patient.address.use", rule: "home: the address of a pupil is where the child lives" },
  ];
}
