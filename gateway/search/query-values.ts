import { isNhsNumber, normaliseNhsNumber } from "#mappers/datatypes/nhs-number.ts";
import { NHS_NUMBER } from "#profiles/systems.ts";
import type { Issue } from "../outcome/issue.ts";
import { hashToken, type TokenHash, tokenForm } from "./token-hash.ts";

export interface IdentifierValue {
  readonly system: string;
  readonly value: string;
  readonly hash: TokenHash;
}

/** Splits at a separator that no backslash precedes. https://hl7.org/fhir/R4/search.html#escaping */
export function splitUnescaped(text: string, separator: "," | "|" | "$"): readonly string[] {
  if (!text.includes("\\")) return text.split(separator);
  const parts: string[] = [];
  let part = "";
  for (let i = 0; i < text.length; i++) {
    if (text[i] === "\\" && i + 1 < text.length) {
      part += text.slice(i, i + 2);
      i++;
    } else if (text[i] === separator) {
      parts.push(part);
      part = "";
    } else part += text[i];
  }
  return [...parts, part];
}

export function unescapeValue(text: string): string {
  return text.includes("\\") ? text.replace(/\\(.)/g, "$1") : text;
}

/** Whether a backslash stands where it escapes nothing, which R4 forbids. */
export function hasLoneBackslash(text: string): boolean {
  return text.includes("\\") && /\\/.test(text.replace(/\\[\\,$|]/g, ""));
}

/**
 * Values that all name a system. An NHS number as printed on a letter, in groups, is the same number, unless no person
 * is real and what was written is what is meant.
 */
export function identifierLead(values: readonly string[], areNhsNumbersStrict: boolean) {
  const identifiers: IdentifierValue[] = [];
  for (const text of values) {
    const [system = "", written = "", further] = splitUnescaped(text, "|");
    if (system === "" || written === "" || further !== undefined) return undefined;
    const value = unescapeValue(written);
    identifiers.push(toIdentifierValue(unescapeValue(system), areNhsNumbersStrict ? normalised(system, value) : value));
  }
  return { kind: "identifier", identifiers } as const;
}

function normalised(system: string, written: string): string {
  return system === NHS_NUMBER ? normaliseNhsNumber(written) : written;
}

function toIdentifierValue(system: string, value: string): IdentifierValue {
  return { system, value, hash: hashToken("identifier", tokenForm(system, value)) };
}

/** A mistyped number would find nobody, and nobody found reads as "no concerns": better refused, as PDS does. */
export function mistypedNhsNumber(parameter: string, identifiers: readonly IdentifierValue[]): Issue | undefined {
  if (identifiers.every(({ system, value }) => system !== NHS_NUMBER || isNhsNumber(value))) return undefined;
  return { kind: "bad-parameter-value", parameter, expected: "an NHS number: ten digits with a right check digit" };
}
