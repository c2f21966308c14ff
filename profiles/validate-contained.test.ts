import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { isRecordType } from "./interactions.ts";
import { validateContained } from "./validate-contained.ts";

const FOLDER = dirname(createRequire(import.meta.url).resolve("hl7.fhir.r4.examples/package.json"));
const EXAMPLES = readdirSync(FOLDER)
  .filter((name) => /^[A-Z]\w+-.*\.json$/.test(name) && !isRecordType(name.split("-", 1)[0] ?? ""))
  .map((name) => Object(JSON.parse(readFileSync(join(FOLDER, name), "utf8"))));

/** What the official examples have against R4 themselves: narratives, search parameters without a base, targets of references. */
const KNOWN_FLAWS =
  /text\.div$|-extensions-.+(?:base|id)$|v2-0550: |^(?:DeviceMetric|DeviceUseStatement)\/example: |medrx0301|qs1: |ImplementationGuide\/fhir: /;

const holder = (...contained: readonly unknown[]) => ({ resourceType: "Patient", contained });
const told = (...contained: readonly unknown[]): readonly string[] =>
  validateContained(holder(...contained)).map(({ code, expression }) => `${code} ${expression}`);

test("every official example of a type that is not served may be contained", () => {
  const flawed = EXAMPLES.flatMap((example) => {
    const [first] = told(example, ...(example.contained ?? []));
    return first === undefined ? [] : [`${example.resourceType}/${example.id}: ${first}`];
  });
  expect(EXAMPLES.length).toBeGreaterThan(1_000);
  expect(flawed.filter((each) => !KNOWN_FLAWS.test(each))).toEqual([]);
});

test.each<[what: string, contained: object, issue: string]>([
  ["an element that there is not", { resourceType: "Device", name: "x" }, "structure Patient.contained[0].name"],
  [
    "a code of no required binding",
    { resourceType: "Device", status: "x" },
    "code-invalid Patient.contained[0].status",
  ],
  [
    "no mandatory element",
    { resourceType: "Encounter", class: { code: "AMB" } },
    "required Patient.contained[0].status",
  ],
  ["one instead of a list", { resourceType: "Location", alias: "x" }, "structure Patient.contained[0].alias"],
  ["a list instead of one", { resourceType: "Location", name: ["x"] }, "value Patient.contained[0].name"],
  [
    "two types of a choice",
    {
      resourceType: "Media",
      status: "completed",
      content: { title: "x" },
      createdDateTime: "2024",
      createdPeriod: { start: "2024" },
    },
    "structure Patient.contained[0].created",
  ],
  [
    "a wrong value in a nested element",
    { resourceType: "Location", hoursOfOperation: [{ openingTime: "9" }] },
    "value Patient.contained[0].hoursOfOperation[0].openingTime",
  ],
  [
    "an empty nested element",
    { resourceType: "Location", position: { id: "a" } },
    "structure Patient.contained[0].position",
  ],
  [
    "a reference to a type that it does not allow",
    { resourceType: "Location", managingOrganization: { reference: "Patient/1" } },
    "structure Patient.contained[0].managingOrganization.reference",
  ],
  [
    "an invariant of its type that does not hold",
    { resourceType: "Condition", subject: { reference: "#" }, abatementString: "soon" },
    "invariant Patient.contained[0]",
  ],
  [
    "an invariant of an element that does not hold",
    { resourceType: "Questionnaire", status: "draft", item: [{ linkId: "1", type: "group" }] },
    "invariant Patient.contained[0].item[0]",
  ],
  [
    "an invariant of all its elements that does not hold",
    {
      resourceType: "CodeSystem",
      status: "draft",
      content: "complete",
      concept: [{ code: "a", concept: [{ code: "a" }] }],
    },
    "invariant Patient.contained[0]",
  ],
  [
    "what stands beside an element that is no primitive",
    { resourceType: "Location", _position: { id: "a" } },
    "structure Patient.contained[0]._position",
  ],
])("a contained resource with %s is told", (_, contained, issue) => {
  expect(told({ id: "it", ...contained })).toContain(issue);
});

test("an element may hold itself, and a primitive its extensions alone", () => {
  const item = (nested: object) => ({ linkId: "1", type: "group", item: [{ linkId: "1.1", ...nested }] });
  const reason = { extension: [{ url: "https://example.org/reason", valueCode: "masked" }] };
  const questionnaire = (nested: object) => ({ resourceType: "Questionnaire", _status: reason, item: [item(nested)] });
  expect(told(questionnaire({ type: "string" }))).toEqual([]);
  expect(told(questionnaire({ type: "colour" }))).toEqual(["code-invalid Patient.contained[0].item[0].item[0].type"]);
});

test("references between contained resources are followed, and types that are checked elsewhere left alone", () => {
  const place = { resourceType: "Location", id: "place", managingOrganization: { reference: "#owner" } };
  expect(told(place, { resourceType: "Organization", id: "owner" })).toEqual([]);
  expect(told(place, { resourceType: "Group", id: "owner", type: "person", actual: true })).toEqual([
    "structure Patient.contained[0].managingOrganization.reference",
  ]);
  expect(told({ resourceType: "Patient", foo: 1 }, 1, { resourceType: "Foo" })).toEqual([]);
  expect(validateContained({ resourceType: "Patient" })).toEqual([]);
});
