import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { validateBase } from "../generated/validators.ts";
import { OWN_PROFILES, validateProfiles } from "../validate-profile.ts";
import { isNode, type Node } from "./issue.ts";

const TYPES = /^(?:Patient|Observation|Consent|Organization|Practitioner|PractitionerRole|Provenance|AuditEvent)-/;
const FOLDER = dirname(createRequire(import.meta.url).resolve("hl7.fhir.r4.examples/package.json"));
const EXAMPLES = readdirSync(FOLDER)
  .filter((file) => TYPES.test(file))
  .map((file) => ({ file, text: readFileSync(join(FOLDER, file), "utf8") }));

/** An object of a resource, and the expression of it, as far as its type is one that is checked in full. */
interface Place {
  readonly node: Node;
  readonly expression: string;
}

function placesIn(node: Node, expression: string): readonly Place[] {
  const inside = Object.entries(node).flatMap(([name, value]) => {
    // The type of a contained resource may be one that is checked for its form alone.
    if (name === "contained" || name.startsWith("_")) return [];
    const at = `${expression}.${name}`;
    if (Array.isArray(value)) {
      return value.flatMap((item, index) => (isNode(item) ? placesIn(item, `${at}[${index}]`) : []));
    }
    return isNode(value) ? placesIn(value, at) : [];
  });
  return [{ node, expression }, ...inside];
}

/** What breaks an object wherever it stands; gives the name of the element that is then at fault. */
type Break = (node: Record<string, unknown>) => string | undefined;

function firstOf(node: Node, isWanted: (value: unknown) => boolean): string | undefined {
  return Object.keys(node).find((name) => name !== "resourceType" && !name.startsWith("_") && isWanted(node[name]));
}

function replaced(isWanted: (value: unknown) => boolean, by: unknown): Break {
  return (node) => {
    const name = firstOf(node, isWanted);
    if (name !== undefined) node[name] = by;
    return name;
  };
}

const BREAKS: readonly (readonly [what: string, Break])[] = [
  [
    "an element that R4 does not know",
    (node) => {
      node.nickname = "x";
      return "nickname";
    },
  ],
  ["an object for a primitive", replaced((value) => typeof value === "string", {})],
  ["a list for a single value", replaced((value) => typeof value === "string", ["a"])],
  ["an empty string", replaced((value) => typeof value === "string", "")],
  ["null", replaced((value) => typeof value === "string", null)],
  ["a number for text", replaced((value) => typeof value === "string", 7)],
  ["text for a number", replaced((value) => typeof value === "number", "7")],
  ["text for a boolean", replaced((value) => typeof value === "boolean", "true")],
  ["an empty list", replaced(Array.isArray, [])],
  ["one object for a list", replaced(Array.isArray, { id: "a" })],
  ["an empty object", replaced(isNode, {})],
  ["text for an object", replaced(isNode, "text")],
];

/** As expressions name it: a choice without its type. */
function isAt(expression: string, place: string, name: string): boolean {
  const stem = name.replace(/[A-Z].*$/, "");
  return expression.startsWith(withoutTypes(place)) && (expression.includes(stem) || name === "nickname");
}

function withoutTypes(place: string): string {
  return place.replace(
    /\.(value|effective|deceased|multipleBirth|onset|occurred|source|timing|bounds)[A-Z]\w*/g,
    ".$1",
  );
}

/** Puts a value in the place of one property, wherever in the resource that stands. */
function planted(resource: Node, at: number, property: number, value: unknown): Node {
  const places = placesIn(resource, "");
  const node: Record<string, unknown> | undefined = places[at % places.length]?.node;
  const names = Object.keys(node ?? {});
  if (node !== undefined) node[names[property % names.length] ?? "id"] = value;
  return resource;
}

test("whatever is put anywhere into an R4 example is judged, never thrown over", () => {
  const wild = fc.oneof(
    fc.jsonValue({ maxDepth: 3 }),
    fc.constantFrom({ coding: [null] }, { reference: 7 }, [[]], [null], { extension: {} }, [{ code: [] }], "#", "x?"),
  );
  fc.assert(
    fc.property(fc.constantFrom(...EXAMPLES), fc.nat(), fc.nat(), wild, ({ text }, at, property, value) => {
      const resource = planted(JSON.parse(text), at, property, value);
      expect(Array.isArray(validateBase(resource))).toBe(true);
      expect(Array.isArray(validateProfiles(resource, OWN_PROFILES))).toBe(true);
    }),
    { numRuns: 3_000 },
  );
});

describe("the R4 examples", () => {
  test("are all there", () => {
    expect(EXAMPLES.length).toBeGreaterThan(130);
  });

  test.each(EXAMPLES)("$file is valid", ({ text }) => {
    expect(validateBase(JSON.parse(text))).toEqual([]);
  });

  test.each(BREAKS)("are refused for %s, wherever it stands, with the element named", (_, breaks) => {
    let count = 0;
    for (const { file, text } of EXAMPLES) {
      const places = placesIn(JSON.parse(text), file.split("-")[0] ?? "").length;
      for (let index = 0; index < places; index += 1) {
        const resource = JSON.parse(text);
        const place = placesIn(resource, resource.resourceType)[index];
        const name = place && breaks(place.node);
        if (!place || name === undefined) continue;
        count += 1;
        const expressions = validateBase(resource).map(({ expression }) => expression);
        const isNamed = expressions.some((expression) => isAt(expression, place.expression, name));
        expect(isNamed, `${file} ${place.expression}.${name}: ${expressions}`).toBe(true);
      }
    }
    expect(count).toBeGreaterThan(20);
  });
});
