import { CONFIDENTIALITY, HANDLING_LABEL } from "#profiles/systems.ts";
import type { Labels } from "./label.ts";
import { CONFIDENTIALITY_ORDER, type Confidentiality, HANDLING, type Handling } from "./label-list.ts";

const RANKS: ReadonlyMap<string, number> = new Map(CONFIDENTIALITY_ORDER.map((code, rank) => [code, rank]));

/** Place of a confidentiality code in its order; of one that is not known the highest. */
export function rankOf(code: string): number {
  return RANKS.get(code) ?? CONFIDENTIALITY_ORDER.length - 1;
}

/** The high-water mark of labels. Nothing that is not labelled, or has no confidentiality, is less than very restricted. */
export function confidentialityOf(labels: Labels): Confidentiality {
  let highest = -1;
  for (const { system, code } of labels ?? []) {
    if (system === CONFIDENTIALITY) highest = Math.max(highest, rankOf(code));
  }
  return CONFIDENTIALITY_ORDER[highest] ?? "V";
}

export function handlingOf(labels: Labels): readonly Handling[] {
  const codes = new Set((labels ?? []).flatMap(({ system, code }) => (system === HANDLING_LABEL ? [code] : [])));
  return HANDLING.filter((code) => codes.has(code));
}
