import type { SearchParameterDefinition } from "#profiles/generated/search-parameters.ts";
import type { ServedType } from "#profiles/interactions.ts";
import { keyOf } from "./fast-keys.ts";
import { fold } from "./fold.ts";
import { parseQuerySpan } from "./matching/date.ts";
import { parseAskedReference } from "./matching/reference.ts";
import { countsWords } from "./parameter-kind.ts";
import { splitUnescaped, tokenHash, unescapeValue } from "./query-values.ts";
import type { Condition } from "./search-query.ts";
import { hashToken, type TokenHash } from "./token-hash.ts";
import type { CriterionOptions } from "./value-tests.ts";

/**
 * The condition on keys that says what these values of an unmodified parameter say, or `undefined` where only the
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
    case "token":
      return values.every((value) => splitUnescaped(value, "|").at(-1) !== "")
        ? { kind: "token", code, hashes: values.map((value) => tokenHash(code, value)) }
        : undefined;
    case "reference":
      return referenceCondition(code, definition, values, options.fhirBase);
    default:
      return undefined;
  }
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
