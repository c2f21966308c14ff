import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { NAMES, openPatching, PATIENT, type Patching } from "./patch.fixtures.ts";
import { FREE, type Writing } from "./write/write.fixtures.ts";

let patching: Patching;
let writing: Writing;
let id = "";

beforeEach(async () => {
  patching = await openPatching();
  ({ writing, id } = patching);
});
afterEach(() => writing.house.close());

describe("FHIRPath Patch", () => {
  interface Part {
    readonly name: string;
    readonly [value: string]: unknown;
  }
  const operation = (type: string, path: string, ...parts: readonly Part[]) => ({
    name: "operation",
    part: [{ name: "type", valueCode: type }, { name: "path", valueString: path }, ...parts],
  });
  const named = (name: string): Part => ({ name: "name", valueString: name });
  const integer = (name: string, valueInteger: number): Part => ({ name, valueInteger });
  const value = (told: object): Part => ({ name: "value", ...told });
  const apply = (...parameter: readonly object[]) =>
    patching.patched({ resourceType: "Parameters", parameter }, "application/fhir+json");

  test.each<[what: string, operations: readonly object[], expected: object]>([
    [
      "adds a primitive",
      [operation("add", "Patient", named("active"), value({ valueBoolean: true }))],
      { active: true },
    ],
    [
      "adds to a list that is there",
      [operation("add", "Patient", named("name"), value({ valueHumanName: { text: "R" } }))],
      { name: [...NAMES, { text: "R" }] },
    ],
    [
      "adds the first item of a list",
      [operation("add", "Patient", named("telecom"), value({ valueContactPoint: { system: "phone" } }))],
      { telecom: [{ system: "phone" }] },
    ],
    [
      "adds within an element",
      [operation("add", "Patient.name[1]", named("text"), value({ valueString: "Rob" }))],
      { name: [NAMES[0], { ...NAMES[1], text: "Rob" }] },
    ],
    [
      "adds to what the server says of the resource",
      [operation("add", "Patient.meta", named("tag"), value({ valueCoding: { code: "t" } }))],
      { meta: { tag: [{ code: "t" }] } },
    ],
    [
      "replaces a choice whose type an operator names",
      [
        operation("add", "Patient", named("deceased"), value({ valueBoolean: true })),
        operation("replace", "Patient.deceased as boolean", value({ valueDateTime: "2026-01-05" })),
      ],
      { deceasedDateTime: "2026-01-05" },
    ],
    [
      "adds within a choice whose type an operator names in parentheses",
      [
        operation("add", "Patient", named("deceased"), value({ valueBoolean: true })),
        operation("add", "(Patient.deceased as boolean)", named("id"), value({ valueString: "d" })),
      ],
      { deceasedBoolean: true, _deceasedBoolean: { id: "d" } },
    ],
    [
      "adds a choice by the type of its value",
      [operation("add", "Patient", named("deceased"), value({ valueBoolean: false }))],
      { deceasedBoolean: false },
    ],
    [
      "adds an anonymous element",
      [
        operation(
          "add",
          "Patient",
          named("contact"),
          value({
            part: [
              { name: "name", valueHumanName: { text: "Sam" } },
              { name: "telecom", valueContactPoint: { system: "phone" } },
            ],
          }),
        ),
      ],
      { contact: [{ name: { text: "Sam" }, telecom: [{ system: "phone" }] }] },
    ],
    [
      "adds an extension",
      [operation("add", "Patient", named("extension"), value({ valueExtension: { url: "urn:e", valueCode: "x" } }))],
      { extension: [{ url: "urn:e", valueCode: "x" }] },
    ],
    [
      "adds an extension by its parts",
      [
        operation(
          "add",
          "Patient",
          named("extension"),
          value({
            part: [
              { name: "url", valueUri: "urn:e" },
              { name: "value", valueDecimal: 2 },
            ],
          }),
        ),
      ],
      { extension: [{ url: "urn:e", valueDecimal: 2 }] },
    ],
    [
      "adds an extension to a primitive",
      [
        operation(
          "add",
          "Patient.birthDate",
          named("extension"),
          value({ valueExtension: { url: "urn:e", valueCode: "x" } }),
        ),
      ],
      { _birthDate: { extension: [{ url: "urn:e", valueCode: "x" }] } },
    ],
    [
      "fills what it has emptied",
      [
        operation("delete", "Patient.name[1].use"),
        operation("delete", "Patient.name[1].given"),
        operation("add", "Patient.name[1]", named("text"), value({ valueString: "Rob" })),
      ],
      { name: [NAMES[0], { text: "Rob" }] },
    ],
    [
      "inserts",
      [operation("insert", "Patient.identifier", integer("index", 1), value({ valueIdentifier: { value: "C" } }))],
      { identifier: [{ value: "A-1" }, { value: "C" }, { value: "B-1" }] },
    ],
    [
      "inserts a primitive into a list",
      [operation("insert", "Patient.name[0].given", integer("index", 1), value({ valueString: "Sky" }))],
      { name: [{ given: ["Robin", "Sky", "Lee"] }, {}] },
    ],
    ["deletes", [operation("delete", "Patient.gender")], { gender: undefined }],
    [
      "deletes an item",
      [operation("delete", "Patient.identifier.where(value = 'A-1')")],
      { identifier: [{ value: "B-1" }] },
    ],
    ["deletes nothing where nothing is", [operation("delete", "Patient.photo")], { gender: "female" }],
    [
      "replaces",
      [operation("replace", "Patient.birthDate", value({ valueDate: "2023-05-06" }))],
      { birthDate: "2023-05-06" },
    ],
    [
      "replaces in a list",
      [operation("replace", "Patient.name.where(use = 'official').family", value({ valueString: "Birch" }))],
      { name: [{ family: "Birch" }, {}] },
    ],
    [
      "replaces an item of a list of primitives",
      [operation("replace", "Patient.name.first().given.last()", value({ valueString: "Sky" }))],
      { name: [{ given: ["Robin", "Sky"] }, {}] },
    ],
    [
      "moves",
      [operation("move", "Patient.identifier", integer("source", 1), integer("destination", 0))],
      { identifier: [{ value: "B-1" }, { value: "A-1" }] },
    ],
    [
      "does one after another",
      [
        operation("add", "Patient", named("deceased"), value({ valueBoolean: false })),
        operation("replace", "Patient.deceased", value({ valueDateTime: "2026-01-01" })),
      ],
      { deceasedBoolean: undefined, deceasedDateTime: "2026-01-01" },
    ],
  ])("%s", async (_, operations, expected) => {
    const { reply, resource } = await apply(...operations);
    expect(reply.issues).toEqual([]);
    expect({ gender: undefined, deceasedBoolean: undefined, ...resource }).toMatchObject(expected);
    expect((await writing.read(FREE, `Patient/${id}`)).text).toBe(reply.text);
  });

  test.each<[what: string, operations: readonly object[], status: number]>([
    ["an unknown type", [operation("merge", "Patient.gender")], 400],
    ["no value", [operation("replace", "Patient.gender")], 400],
    ["no name", [operation("add", "Patient", value({ valueBoolean: true }))], 400],
    [
      "a negative index",
      [operation("insert", "Patient.name", integer("index", -1), value({ valueHumanName: {} }))],
      400,
    ],
    ["a path of another type", [operation("delete", "Observation.status")], 422],
    ["a path that is none", [operation("delete", "Patient..gender(")], 422],
    ["a function that is not supported", [operation("delete", "Patient.name.select(given)")], 422],
    ["a regular expression", [operation("delete", "Patient.name.where(family.matches('(a+)+$'))")], 422],
    [
      "a regular expression behind a comment",
      [operation("delete", "Patient.name.where(family.`matches`/**/('(a+)+$'))")],
      422,
    ],
    ["a path to more than one", [operation("delete", "Patient.name")], 422],
    ["a path to nothing", [operation("replace", "Patient.photo", value({ valueAttachment: {} }))], 422],
    ["an element that stands there", [operation("add", "Patient", named("gender"), value({ valueCode: "male" }))], 422],
    [
      "an index beyond the end",
      [operation("insert", "Patient.name", integer("index", 3), value({ valueHumanName: { text: "x" } }))],
      422,
    ],
    [
      "a move beyond the end",
      [operation("move", "Patient.name", integer("source", 0), integer("destination", 2))],
      422,
    ],
    ["the resource itself", [operation("delete", "Patient")], 422],
    ["its id", [operation("replace", "Patient.id", value({ valueId: "other" }))], 422],
    ["a value that R4 forbids", [operation("replace", "Patient.birthDate", value({ valueDate: "soon" }))], 400],
    [
      "an element that R4 does not have",
      [operation("add", "Patient", named("colour"), value({ valueString: "red" }))],
      400,
    ],
    [
      "a second operation that fails",
      [operation("delete", "Patient.gender"), operation("delete", "Patient.name")],
      422,
    ],
  ])("%s is refused as a whole", async (_, operations, status) => {
    expect((await apply(...operations)).reply.status).toBe(status);
    await patching.unchanged();
  });

  test.each<[what: string, name: object, path: string]>([
    ["an element", { text: "Sam" }, "text"],
    ["the only item of a list", { given: ["Sam"] }, "given[0]"],
    [
      "what stands beside a primitive",
      { _given: [{ extension: [{ url: "urn:e", valueCode: "x" }] }] },
      "given[0].extension[0]",
    ],
  ])("%s takes along what it leaves without value and children", async (_, name, path) => {
    const contact = [{ name, organization: { display: "Nursery" } }];
    await writing.send(FREE, `PUT Patient/${id}`, { body: { ...PATIENT, id, contact } });
    const { reply } = await apply(operation("delete", `Patient.contact[0].name.${path}`));
    expect(reply.text).toContain('"contact":[{"organization":{"display":"Nursery"}}]');
  });

  test.each([{}, { parameter: undefined }])("no operation changes nothing", async (told) => {
    const { reply } = await patching.patched({ resourceType: "Parameters", ...told }, "application/fhir+json");
    expect([reply.status, reply.text]).toEqual([200, (await writing.read(FREE, `Patient/${id}`)).text]);
  });

  test("numbers keep their digits", async () => {
    const body = '{"resourceType":"Observation","status":"final","code":{"text":"w"},"valueQuantity":{"value":1.50}}';
    const created = await writing.send(FREE, "POST Observation", { body });
    const reply = await writing.send(FREE, `PATCH Observation/${created.id}`, {
      body: '{"resourceType":"Parameters","parameter":[{"name":"operation","part":[{"name":"type","valueCode":"replace"},{"name":"path","valueString":"Observation.value.value"},{"name":"value","valueDecimal":2.70}]},{"name":"operation","part":[{"name":"type","valueCode":"add"},{"name":"path","valueString":"Observation"},{"name":"name","valueString":"referenceRange"},{"name":"value","part":[{"name":"low","valueQuantity":{"value":1.00}}]}]}]}',
    });
    expect(reply.issues).toEqual([]);
    expect(reply.text).toContain('"valueQuantity":{"value":2.70}');
    expect(reply.text).toContain('"referenceRange":[{"low":{"value":1.00}}]');
  });
});
