import { existsSync, readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import type { Resource } from "@medplum/fhirtypes";
import { describe, expect, test } from "vitest";
import { SEARCH_PARAMETERS, type SearchParameterDefinition } from "#profiles/generated/search-parameters.ts";
import { isCanonicalType, isServedType, SERVED_RESOURCES, type ServedType } from "#profiles/interactions.ts";
import { fold } from "./fold.ts";
import { extractKeys } from "./keys.ts";
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

const BASE = "http://base/fhir/R4";
const EXAMPLES = dirname(createRequire(import.meta.url).resolve("hl7.fhir.r4.examples/package.json"));
/** Definitions are large and alike: some of each type say as much as all. */
const CANONICAL_EXAMPLES_max = 12;

function examplesOf(type: ServedType): readonly Resource[] {
  const files = readdirSync(EXAMPLES).filter((file) => file.startsWith(`${type}-`) && file.endsWith(".json"));
  return files
    .slice(0, isCanonicalType(type) ? CANONICAL_EXAMPLES_max : undefined)
    .map((file): Resource => JSON.parse(readFileSync(join(EXAMPLES, file), "utf8")))
    .filter(({ resourceType }) => resourceType === type);
}

function packOf(resource: Resource): Pack {
  const { resourceType } = resource;
  if (!isServedType(resourceType)) throw new Error(resourceType);
  const body = Buffer.from(JSON.stringify(resource));
  const keys = extractKeys(resource);
  return toPack(
    [{ type: resourceType, id: resource.id ?? "", version: "1", lastUpdated: 0, source: "", body, keys }],
    BASE,
  );
}

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

const TYPES = SERVED_RESOURCES.map(({ type }) => type);

test("the examples of FHIR R4 are there", () => {
  expect(existsSync(EXAMPLES)).toBe(true);
  expect(examplesOf("Observation").length).toBeGreaterThan(20);
});

describe.each(TYPES)("every R4 example of %s", (type) => {
  const packs = examplesOf(type).map((resource) => ({ resource, pack: packOf(resource) }));
  const parameters = Object.values(SEARCH_PARAMETERS[type] ?? {});

  test("is found by each parameter with its own values", () => {
    const missed: string[] = [];
    for (const { resource, pack } of packs) {
      for (const definition of parameters) {
        for (const element of definition.extract(resource)) {
          for (const [modifier, value] of queriesFor(definition, element)) {
            if (definition.code === "_lastUpdated" || !isServedModifier(definition, modifier)) continue;
            const name = `${definition.code}${modifier}`;
            const isTarget = definition.type !== "reference" || isKnownTarget(definition, element);
            if (isTarget && !meets(pack, type, name, value)) missed.push(`${resource.id}: ${name}=${value}`);
          }
        }
      }
    }
    expect(missed).toEqual([]);
  });

  test("is either missing a parameter or not, and is found by not having what it does not have", () => {
    const torn: string[] = [];
    for (const { resource, pack } of packs) {
      for (const definition of parameters) {
        const { code } = definition;
        if (definition.type === "composite") continue;
        const isMissing = meets(pack, type, `${code}:missing`, "true");
        if (isMissing === meets(pack, type, `${code}:missing`, "false")) torn.push(`${resource.id}: ${code}:missing`);
        if (definition.type !== "token" || code === "_id") continue;
        const values = definition.extract(resource).flatMap((element) => queriesFor(definition, element));
        for (const value of [...values.map(([, text]) => text), "true"]) {
          if (meets(pack, type, code, value) === meets(pack, type, `${code}:not`, value)) {
            torn.push(`${resource.id}: ${code}:not=${value}`);
          }
        }
      }
    }
    expect(torn).toEqual([]);
  });

  test("meets eq or ne of a date or quantity, and never both, where it has a value", () => {
    const torn: string[] = [];
    for (const { resource, pack } of packs) {
      for (const definition of parameters) {
        const isOrdered = definition.type === "date" || definition.type === "quantity";
        if (!isOrdered || definition.code === "_lastUpdated") continue;
        const elements = definition.extract(resource);
        const hasValue = elements.some((element) =>
          definition.type === "date" ? toElementSpan(element) : toMeasured(element),
        );
        for (const value of definition.type === "date" ? ["2012", "2015-08-26T23:32:54Z"] : ["7.2", "100", "1e2"]) {
          const equal = meets(pack, type, definition.code, value);
          const unequal = meets(pack, type, definition.code, `ne${value}`);
          if ((equal || unequal) !== hasValue || (equal && unequal)) torn.push(`${resource.id}: ${definition.code}`);
        }
      }
    }
    expect(torn).toEqual([]);
  });
});

/** Examples refer to types that a parameter does not lead to; keys need not find them. */
function isKnownTarget({ target }: SearchParameterDefinition, element: unknown): boolean {
  const literal = isNode(element) ? element.reference : element;
  const found = typeof literal === "string" ? toReferenceTarget(literal, BASE) : undefined;
  return found?.kind !== "local" || target.includes(found.type) || target.includes("Resource");
}
