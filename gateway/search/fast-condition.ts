import type { SearchParameterDefinition } from "#profiles/generated/search-parameters.ts";
import type { ServedType } from "#profiles/interactions.ts";
import { LIMITS } from "../limits.ts";
import { keyOf } from "./fast-keys.ts";
import { fold } from "./fold.ts";
import { parseQuerySpan } from "./matching/date.ts";
import { parseAskedReference } from "./matching/reference.ts";
import type { TestedValue } from "./matching/value-test.ts";
import { countsWords } from "./parameter-kind.ts";
import { unescapeValue } from "./query-values.ts";
import type { Condition } from "./search-query.ts";
import { hashToken, type TokenHash } from "./token-hash.ts";
import type { CriterionOptions } from "./value-tests.ts";

/**
 * The condition on keys that says what these values of an unmodified parameter that is no token say, or `undefined` where only the
 * resource itself can tell. The values are known to be well-formed.
 */
export function toFastCondition(
  type: ServedType,
  definition: SearchParameterDefinition,
  values: readonly string[],
  options: CriterionOptions,
): Condition | undefined {
  if (definition.code === "_lastUpdated") return dateCondition("_lastUpdated", values, options);
  const code = keyOf(type, definition.code);
  if (code === undefined) return undefined;
  switch (definition.type) {
    case "date":
      return dateCondition(code, values, options);
    case "string":
      return {
        kind: "string",
        code,
        texts: values.map((value) => fold(unescapeValue(value))),
        atWords: countsWords(definition),
      };
    case "uri":
      return { kind: "token", code, hashes: values.map((value) => hashToken(code, unescapeValue(value))) };
    case "reference":
      return referenceCondition(code, definition, values, options.fhirBase);
    default:
      return undefined;
  }
}

/** The same for values of a token, whatever their modifier, as far as keys hold what they ask for. */
export function toTokenCondition(
  type: ServedType,
  definition: SearchParameterDefinition,
  values: readonly TestedValue[],
  isNegated: boolean,
): Condition | undefined {
  const code = keyOf(type, definition.code);
  if (code === undefined || (isNegated && code === "_id")) return undefined;
  const forms: string[] = [];
  for (const value of values) {
    if (value.forms === undefined) return undefined;
    forms.push(...value.forms);
  }
  if (forms.length > LIMITS.keyed_forms_max) return undefined;
  const hashes = forms.map((form) => hashToken(code, form));
  return { kind: isNegated ? "not-token" : "token", code, hashes };
}

function dateCondition(code: string, values: readonly string[], options: CriterionOptions): Condition {
  const spans = values.flatMap((value) => parseQuerySpan(unescapeValue(value), options.now_ms) ?? []);
  return { kind: "date", code, spans };
}

function referenceCondition(
  code: string,
  { target }: SearchParameterDefinition,
  values: readonly string[],
  fhirBase: string,
): Condition | undefined {
  const hashes: TokenHash[] = [];
  for (const value of values) {
    const asked = parseAskedReference(unescapeValue(value), fhirBase);
    if (!asked) return undefined;
    if (asked.kind === "id") {
      if (target.includes("Resource")) return undefined;
      for (const type of target) hashes.push(...localHashes(code, type, asked.id, fhirBase));
    } else {
      if (asked.version !== undefined) return undefined;
      if (asked.kind === "elsewhere") hashes.push(hashToken(code, asked.url));
      else if (leadsTo(target, asked.type)) hashes.push(...localHashes(code, asked.type, asked.id, fhirBase));
    }
  }
  return { kind: "token", code, hashes };
}

function leadsTo(target: readonly string[], type: string): boolean {
  return target.includes(type) || target.includes("Resource");
}

/** A reference to a resource of this server is stored as it was written, relative or absolute. */
function localHashes(code: string, type: string, id: string, fhirBase: string): readonly TokenHash[] {
  return [hashToken(code, `${type}/${id}`), hashToken(code, `${fhirBase}/${type}/${id}`)];
}
