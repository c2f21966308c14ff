import type { Grade } from "../../identity/matcher/matcher.ts";
import type { Field, ItemListing, Standing } from "../shapes.ts";

export const KIND_WORDS: Readonly<Record<keyof ItemListing["counts"], string>> = {
  "identifier-conflict": "Number in conflict",
  ambiguous: "May be one child",
  unlinked: "No NHS number known",
};

export const ORDER_WORDS = {
  newest: "Newest first",
  oldest: "Oldest first",
  "most-evidence": "Most evidence first",
} as const;

export const FIELD_WORDS: Readonly<Record<Field, string>> = {
  given: "Given name",
  family: "Family name",
  "birth-date": "Birth date",
  postcode: "Postcode",
  gender: "Gender",
  "nhs-number": "NHS number",
  upn: "Unique pupil number",
};

/** Said beside each cell, so that nothing hangs on its colour or weight. */
export const STANDING_WORDS: Readonly<Record<Standing, string>> = {
  same: "Same",
  partly: "Partly the same",
  different: "Different",
  "not-known": "Not known of both",
};

export const GRADE_WORDS: Readonly<Record<Grade, string>> = {
  certain: "Certain",
  probable: "Probable",
  possible: "Possible",
  "certainly-not": "Certainly not",
};

export const DECISION_WORDS = {
  merge: "One child",
  never: "Never one child",
  split: "Split",
  undo: "Undone",
} as const;

export const NOT_SHOWN_WORDS = {
  agreement: "Not shown: your agreement does not cover it",
  restricted: "Not shown: the child is restricted",
} as const;

/** The evidence's own names of fields, as `birth-date`, in words. */
export function evidenceWords(field: string): string {
  const known: Readonly<Record<string, string>> = { ...FIELD_WORDS, prior: "Before any evidence" };
  return known[field] ?? `${field.charAt(0).toUpperCase()}${field.slice(1).replaceAll("-", " ")}`;
}

export function bitsWords(bits: number): string {
  return `${bits < 0 ? "−" : "+"}${Math.abs(bits).toFixed(1)} bits`;
}
