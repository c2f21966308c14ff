import { goalOf } from "../foundation-stage/framework.ts";
import { toFoundationStageRules } from "../foundation-stage/rules.ts";
import type { RuleRow } from "../mapper.ts";
import { GOAL_COLUMNS } from "./fields.ts";

const SETTING = ["FSP_LA", "FSP_ESTAB", "FSP_LAESTAB", "FSP_URN"];

/** What fills the elements that no single column fills. */
export const RULES: readonly RuleRow[] = [
  ...toFoundationStageRules({
    setting: SETTING,
    currentSetting: SETTING,
    countingOutcomes: GOAL_COLUMNS.filter(({ code }) => goalOf(code)?.goal.countsToGoodLevel).map(({ field }) => field),
  }),
  ...GOAL_COLUMNS.map(({ field, code }) => ({
    to: "Observation.code | Observation.category | Observation.dataAbsentReason",
    slots: [`{year}/${code}`],
    from: [field],
    rule: "the column is of one goal, which gives code and developmental domain; A on every goal is an exemption, told as not performed",
  })),
  {
    to: "Observation.identifier",
    from: ["FSP_PupilMatchingRef", "FSP_ACADYR"],
    rule: "the source, its name of the child, the year, and the goal; none where the child is named by a digest",
  },
  { to: "Patient.name.use", rule: "official: the name by which the setting has registered the child" },
];
