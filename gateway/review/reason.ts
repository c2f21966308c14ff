import type { SourceIdentity } from "#mappers/mapper.ts";
import { LIMITS } from "../limits.ts";
import type { Issue } from "../outcome/issue.ts";

/** Why a reason cannot be taken; in words that hold nothing of it. */
export type ReasonFlaw = "missing" | "too-long" | "identifies";

const MONTH =
  "(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)";
const DAY = "\\d{1,2}(?:st|nd|rd|th)?";

/** Numbers, birth dates and postcodes of anybody, in the forms in which people write them. */
const PATTERNS = [
  /\p{Nd}(?:[^\p{L}\p{Nd}]{0,3}\p{Nd}){9}/u,
  new RegExp(`\\b${DAY}[\\s,./-]*(?:of\\s+)?${MONTH}\\b`, "i"),
  new RegExp(`\\b${MONTH}[\\s,./-]*${DAY}\\b`, "i"),
  /\b[A-Z]\d{11}[0-9A-Z]\b/i,
  /\b\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}\b/,
  /\b(?:19|20)\d\d ?(?:0[1-9]|1[0-2]) ?(?:0[1-9]|[12]\d|3[01])\b/,
  /\b(?:0[1-9]|[12]\d|3[01]) ?(?:0[1-9]|1[0-2]) ?(?:19|20)\d\d\b/,
  /\b[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}\b/i,
] as const;

/** A child by the names that it is told under. */
export interface NamedChild {
  readonly told: readonly { readonly identity: Pick<SourceIdentity, "given" | "family"> }[];
}

const WORD_characters_min = 3;

/**
 * Looks for what may identify a child in a steward's words, which are kept for good and read in lists: a number, a date, a
 * postcode, or a name of one of the children that are decided on.
 */
export function checkReason(reason: string, children: readonly NamedChild[]): ReasonFlaw | undefined {
  const text = reason.replace(/\p{Cf}/gu, "").trim();
  if (text === "") return "missing";
  if (text.length > LIMITS.review_reason_characters_max) return "too-long";
  const folded = text.normalize("NFKC");
  if (PATTERNS.some((pattern) => pattern.test(folded))) return "identifies";
  const words = wordsOf(text);
  const names = children.flatMap(({ told }) => told.flatMap(({ identity }) => namesOf(identity)));
  return names.some((name) => words.has(name)) ? "identifies" : undefined;
}

/** The same as an issue. */
export function reasonIssue(reason: string, children: readonly NamedChild[]): Issue | undefined {
  const why = checkReason(reason, children);
  return why === undefined ? undefined : { kind: "reason-refused", why, max: LIMITS.review_reason_characters_max };
}

/** The reason with a sign in place of each name of these children, for who must not learn that it is one. */
export function withoutNames(reason: string, children: readonly NamedChild[]): string {
  const names = new Set(children.flatMap(({ told }) => told.flatMap(({ identity }) => namesOf(identity))));
  return reason
    .replace(/\p{Cf}/gu, "")
    .replace(/[\p{L}\p{M}\p{N}'’-]+/gu, (word) => ([...wordsOf(word)].some((part) => names.has(part)) ? "…" : word));
}

function namesOf({ given = "", family = "" }: Pick<SourceIdentity, "given" | "family">): readonly string[] {
  return [...wordsOf(`${given} ${family}`)].filter((word) => word.length >= WORD_characters_min);
}

function wordsOf(text: string): ReadonlySet<string> {
  const folded = text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
  const parts = folded.split(/[^\p{L}\p{N}'’-]+/u);
  return new Set([...parts, ...folded.split(/[^\p{L}\p{N}]+/u)].filter((word) => word !== ""));
}
