import { toFieldWarning } from "../datatypes/field-issue.ts";
import { goalOf } from "../foundation-stage/framework.ts";
import { checkGoals, type FoundationStageProfile, type GoalField } from "../foundation-stage/profile.ts";
import type { FieldIssue, XmlElement } from "../mapper.ts";
import { elementsAt, textAt } from "./element.ts";

const PATH = "StageAssessments/KeyStage/StageAssessment";

/** What the assessments of one pupil say. */
export interface Assessments {
  /** One a year and framework, oldest first. */
  readonly profiles: readonly FoundationStageProfile[];
  readonly issues: readonly FieldIssue[];
  /** Elements that were read and not taken, with the name under which they are reported. */
  readonly apart: ReadonlyMap<XmlElement, string>;
}

interface YearGoal extends GoalField {
  readonly endYear: number;
}

/**
 * The foundation stage profiles among a pupil's assessments: stage `EYF`, locale `ENG`, results (`R`) alone. A goal is
 * known by stage, subject and component; method and qualifier are carried and decide nothing.
 */
export function readAssessments(pupil: XmlElement): Assessments {
  const apart = new Map<XmlElement, string>();
  const issues: FieldIssue[] = [];
  const goals: YearGoal[] = [];
  for (const stage of elementsAt(pupil, "StageAssessments/KeyStage")) {
    const name = textAt(stage, "Stage");
    if (name !== "EYF") {
      apart.set(stage, `StageAssessments/KeyStage[Stage=${toStageName(name)}]`);
      continue;
    }
    for (const element of elementsAt(stage, "StageAssessment")) {
      const read = readAssessment(element);
      if ("apart" in read) apart.set(element, `${PATH}[${read.apart}]`);
      if ("endYear" in read) goals.push(read);
      if ("issue" in read && read.issue !== undefined) issues.push(read.issue);
    }
  }
  const years = [...new Set(goals.map(({ endYear }) => endYear))].toSorted();
  const profiles: FoundationStageProfile[] = [];
  for (const endYear of years) {
    const ofYear = goals.filter((goal) => goal.endYear === endYear);
    issues.push(...checkGoals(ofYear, endYear));
    const framework = goalOf(ofYear[0]?.code ?? "")?.framework;
    if (framework !== undefined) profiles.push({ framework, endYear, goals: ofYear.map(toRecordedGoal) });
  }
  return { profiles, issues, apart };
}

/** Only what looks like a stage is repeated: the text of an element may be anything. */
function toStageName(text: string | undefined): string {
  return text !== undefined && /^[A-Z][A-Z0-9]{1,2}$/.test(text) ? text : "another";
}

function readAssessment(
  element: XmlElement,
): YearGoal | { readonly apart: string; readonly issue?: FieldIssue } | { readonly issue: FieldIssue } {
  const told = textsOf(element);
  if (told.ResultStatus !== "R") return { apart: "ResultStatus is not R" };
  if (told.Locale !== "ENG") return { apart: "Locale is not ENG" };
  const code = told.Component ?? "";
  const known = goalOf(code);
  if (known === undefined) {
    const issue = toFieldWarning(`${PATH}/Component`, "not an early learning goal (E01 to E17, G01 to G17); not taken");
    return { apart: "Component is not a goal", issue };
  }
  const path = `${PATH}[Component=${code}]`;
  if (told.Subject !== known.goal.subject) {
    return { issue: toError(`${path}/Subject`, `does not fit the component; expected ${known.goal.subject}`) };
  }
  const year = told.Year ?? "";
  if (!/^20[0-9]{2}$/.test(year)) {
    return { issue: toError(`${path}/Year`, "expected the year in which the academic year ends, 4 digits") };
  }
  const outcome = told.Result;
  if (outcome === undefined || outcome === "") return { apart: "Result is empty" };
  const method = `${told.Method ?? ""}/${told.ResultQualifier ?? ""}`;
  return {
    endYear: Number(year),
    field: `${path}/Result`,
    code,
    outcome: outcome.toUpperCase(),
    ...(method === "/" ? {} : { method }),
  };
}

/** The texts of the elements directly below, the first of each name: all read in one go. */
function textsOf(element: XmlElement): Readonly<Partial<Record<string, string>>> {
  const texts: Record<string, string> = {};
  for (const { name, text } of element.children) texts[name] ??= text.trim();
  return texts;
}

function toRecordedGoal({ code, outcome, method }: YearGoal): FoundationStageProfile["goals"][number] {
  return { code, outcome, ...(method === undefined ? {} : { method }) };
}

function toError(field: string, message: string): FieldIssue {
  return { severity: "error", field, message };
}
