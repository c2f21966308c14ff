import type { Resource } from "@medplum/fhirtypes";
import { SEARCH_PARAMETERS, type SearchParameterDefinition } from "#profiles/generated/search-parameters.ts";
import type { ServedType } from "#profiles/interactions.ts";
import { fold } from "./fold.ts";
import { meetsConditions } from "./match.ts";
import { toElementSpan } from "./matching/date.ts";
import { toMeasured } from "./matching/quantity.ts";
import { toReferenceTarget } from "./matching/reference.ts";
import { stringValues } from "./matching/string.ts";
import { toCodes } from "./matching/token.ts";
import { isNode } from "./matching/value-test.ts";
import { type Pack, toPack } from "./pack.ts";
import { tokenKind } from "./parameter-kind.ts";
import { parseCriteria } from "./query.ts";
import { BASE, packable } from "./search.fixtures.ts";

function escaped(text: string): string {
  return text.replace(/[\\,|$]/g, (found) => `\\${found}`);
}

/** The texts by which a resource with this element is to be found, as `[modifier, value]`. */
function queriesFor(
  { code, type, codeSystem, expression, component }: SearchParameterDefinition,
  element: unknown,
): readonly (readonly [modifier: string, value: string])[] {
  switch (type) {
    case "string":
      return stringValues(element).flatMap((text): [string, string][] =>
        fold(text) === ""
          ? [[":exact", escaped(text)]]
          : [
              ["", escaped(text)],
              [":exact", escaped(text)],
              [":contains", escaped(fold(text).slice(1) || fold(text))],
            ],
      );
    case "token": {
      const kind = tokenKind({ code, expression });
      return toCodes(element, { kind, codeSystem }).flatMap((coded): [string, string][] => {
        const bare: [string, string] = ["", escaped(coded.code)];
        if (kind === "contact" || kind === "boolean" || code === "_id") return [bare];
        const system = escaped(coded.system ?? "");
        const whole: [string, string][] = [bare, ["", `${system}|${escaped(coded.code)}`]];
        return system === "" ? whole : [...whole, ["", `${system}|`]];
      });
    }
    case "date": {
      if (typeof element === "string") return ["", "eq", "ge", "le", "ap"].map((prefix) => ["", `${prefix}${element}`]);
      if (!isNode(element) || !toElementSpan(element)) return [];
      return [
        ...(typeof element.start === "string" ? [["", `ge${element.start}`] as const] : []),
        ...(typeof element.end === "string" ? [["", `le${element.end}`] as const] : []),
      ];
    }
    case "quantity": {
      const measured = toMeasured(element);
      if (!measured || measured.low !== measured.high) return [];
      const { low, system, unit, code: coded } = measured;
      return [
        ["", `${low}`],
        ["", `ge${low}`],
        ["", `le${low}`],
        ["", `ap${low}`],
        ...(coded ? [["", `${low}|${escaped(system ?? "")}|${escaped(coded)}`] as const] : []),
        ...(unit ? [["", `${low}||${escaped(unit)}`] as const] : []),
      ];
    }
    case "uri":
      return typeof element === "string"
        ? ["", ":below", ":above"].map((modifier) => [modifier, escaped(element)])
        : [];
    case "reference": {
      const literal = isNode(element) ? element.reference : element;
      const target = typeof literal === "string" ? toReferenceTarget(literal, BASE) : undefined;
      if (typeof literal !== "string" || !target) return [];
      if (target.kind === "elsewhere") return [["", escaped(literal)]];
      return [
        ["", literal],
        ["", target.id],
        ["", `${target.type}/${target.id}`],
        ["", `${BASE}/${target.type}/${target.id}`],
        [`:${target.type}`, target.id],
      ];
    }
    case "composite": {
      const parts = (component ?? []).map((part) => {
        const definition = { ...part, url: "", expression: "", target: [] };
        const [first] = part.extract(isNode(element) ? element : {}).flatMap((value) => queriesFor(definition, value));
        return first?.[1];
      });
      return parts.every((part) => part !== undefined) ? [["", parts.join("$")]] : [];
    }
    default:
      return [];
  }
}

function meets(pack: Pack, type: ServedType, name: string, value: string): boolean {
  const text = new URLSearchParams([[name, value]]).toString();
  const parsed = parseCriteria(type, text, { fhirBase: BASE, strictNhsNumbers: false });
  if (!parsed.ok) throw new Error(`${name}=${value}: ${JSON.stringify(parsed.issues)}`);
  return meetsConditions(pack, 0, parsed.question.conditions);
}

/** A target type that the parameter does not have is no target, whatever an example holds. */
function isServedModifier({ target }: SearchParameterDefinition, modifier: string): boolean {
  return !/^:[A-Z]/.test(modifier) || target.includes(modifier.slice(1)) || target.includes("Resource");
}

/** Resources refer to types that a parameter does not lead to; by an id alone they need not be found. */
function isKnownTarget({ target }: SearchParameterDefinition, element: unknown): boolean {
  const literal = isNode(element) ? element.reference : element;
  const found = typeof literal === "string" ? toReferenceTarget(literal, BASE) : undefined;
  return found?.kind !== "local" || target.includes(found.type) || target.includes("Resource");
}

/** What a resource should be found by and is not. */
export function missedBy(type: ServedType, resource: Resource): readonly string[] {
  const pack = toPack([packable(resource)], BASE);
  return Object.values(SEARCH_PARAMETERS[type] ?? {}).flatMap((definition) => {
    if (definition.code === "_lastUpdated") return [];
    return definition.extract(resource).flatMap((element) => {
      if (definition.type === "reference" && !isKnownTarget(definition, element)) return [];
      return queriesFor(definition, element).flatMap(([modifier, value]) => {
        const name = `${definition.code}${modifier}`;
        const isFound = !isServedModifier(definition, modifier) || meets(pack, type, name, value);
        return isFound ? [] : [`${resource.id}: ${name}=${value}`];
      });
    });
  });
}

/** Pairs of queries of which a resource meets both or neither, though one denies the other. */
export function tornByComplements(type: ServedType, resource: Resource): readonly string[] {
  const pack = toPack([packable(resource)], BASE);
  return Object.values(SEARCH_PARAMETERS[type] ?? {}).flatMap((definition) => {
    const { code } = definition;
    if (definition.type === "composite") return [];
    const isMissing = meets(pack, type, `${code}:missing`, "true");
    const isTorn = isMissing === meets(pack, type, `${code}:missing`, "false");
    const torn = isTorn ? [`${resource.id}: ${code}:missing`] : [];
    if (definition.type !== "token" || code === "_id") return torn;
    const values = definition.extract(resource).flatMap((element) => queriesFor(definition, element));
    const texts = [...values.map(([, text]) => text), "true"];
    const unsure = texts.filter((text) => meets(pack, type, code, text) === meets(pack, type, `${code}:not`, text));
    return [...torn, ...unsure.map((text) => `${resource.id}: ${code}:not=${text}`)];
  });
}

const ORDERED = { date: ["2012", "2021-02", "2015-08-26T23:32:54Z"], quantity: ["7.2", "100", "1e2", "1"] } as const;

/** Dates and quantities of a resource that do not meet exactly one of eq and ne, or meet one without a value. */
export function tornByPrefixes(type: ServedType, resource: Resource): readonly string[] {
  const pack = toPack([packable(resource)], BASE);
  return Object.values(SEARCH_PARAMETERS[type] ?? {}).flatMap(({ code, type: kind, extract }) => {
    if ((kind !== "date" && kind !== "quantity") || code === "_lastUpdated") return [];
    const hasValue = extract(resource).some((element) => (kind === "date" ? toElementSpan : toMeasured)(element));
    return ORDERED[kind].flatMap((value) => {
      const isEqual = meets(pack, type, code, value);
      const isUnequal = meets(pack, type, code, `ne${value}`);
      return (isEqual || isUnequal) === hasValue && !(isEqual && isUnequal) ? [] : [`${resource.id}: ${code}=${value}`];
    });
  });
}
