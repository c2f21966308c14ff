import { randomUUID } from "node:crypto";
import type { Grade } from "../identity/matcher/matcher.ts";
import { openEntryBytes } from "../search/pack.ts";
import type { Remark } from "./match-asked.ts";
import type { VisibleMatch } from "./match-candidates.ts";

/** https://hl7.org/fhir/R4/extension-match-grade.html */
export const MATCH_GRADE = "http://hl7.org/fhir/StructureDefinition/match-grade";

export interface MatchBundleParts {
  readonly self: string;
  /** In the order of the answer. */
  readonly matches: readonly VisibleMatch[];
  readonly remarks: readonly Remark[];
  /** Whole entries with `search.mode` outcome. */
  readonly notice: Buffer | undefined;
}

/** The searchset of `$match`: nothing but Patients, each with its score and grade, and OperationOutcomes. */
export function toMatchBundle({ self, matches, remarks, notice }: MatchBundleParts): readonly Buffer[] {
  const head = `{"resourceType":"Bundle","id":"${randomUUID()}","type":"searchset","total":${matches.length},"link":[{"relation":"self","url":${JSON.stringify(self)}}]`;
  const entries = matches.map(({ candidate, grade, probability }) => [
    openEntryBytes(candidate.patient, 0),
    Buffer.from(`,"search":${searchOf(grade, probability)}}`),
  ]);
  if (remarks.length > 0) entries.push([toOutcomeEntry(remarks)]);
  if (notice) entries.push([notice]);
  if (entries.length === 0) return [Buffer.from(`${head}}`)];
  const separated = entries.flatMap((parts, index) => (index === 0 ? parts : [COMMA, ...parts]));
  return [Buffer.from(`${head},"entry":[`), ...separated, END];
}

const COMMA = Buffer.from(",");
const END = Buffer.from("]}");

/** Four digits behind the point say more than any calibration knows. */
function searchOf(grade: Grade, probability: number): string {
  const score = Math.min(Math.max(Number(probability.toFixed(4)), 0), 1);
  return `{"extension":[{"url":"${MATCH_GRADE}","valueCode":"${grade}"}],"mode":"match","score":${score}}`;
}

function toOutcomeEntry(remarks: readonly Remark[]): Buffer {
  const issue = remarks.map(({ severity, code, diagnostics, expression }) => ({
    severity,
    code,
    diagnostics,
    ...(expression !== undefined && { expression: [expression] }),
  }));
  return Buffer.from(
    JSON.stringify({ resource: { resourceType: "OperationOutcome", issue }, search: { mode: "outcome" } }),
  );
}
