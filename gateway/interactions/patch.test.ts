import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { FREE, openWriting, parsed, patient, type Writing } from "./write/write.fixtures.ts";

let writing: Writing;
let id = "";

beforeEach(async () => {
  writing = await openWriting();
  id = (await writing.send(FREE, "POST Patient", { body: PATIENT })).id;
});
afterEach(() => writing.house.close());

const PATIENT = patient({
  identifier: [
    { system: "https://example.org/id", value: "A-1" },
    { system: "https://example.org/other", value: "B-1" },
  ],
  name: [
    { use: "official", family: "Ashdown", given: ["Robin", "Lee"] },
    { use: "nickname", given: ["Rob"] },
  ],
});

const JSON_PATCH = { contentType: "application/json-patch+json" };

async function patched(body: object | string, contentType = JSON_PATCH.contentType) {
  const reply = await writing.send(FREE, `PATCH Patient/${id}`, { body, contentType });
  return { reply, resource: parsed(reply) };
}

async function unchanged(): Promise<void> {
  const { meta: _, id: __, ...rest } = parsed(await writing.read(FREE, `Patient/${id}`));
  expect(rest).toEqual(PATIENT);
}

describe("JSON Patch", () => {
  test.each<[what: string, operations: readonly object[], expected: object]>([
    ["add", [{ op: "add", path: "/active", value: true }], { active: true }],
    [
      "add to the end of a list",
      [{ op: "add", path: "/name/-", value: { text: "R" } }],
      { name: [...toNames(), { text: "R" }] },
    ],
    ["replace", [{ op: "replace", path: "/gender", value: "male" }], { gender: "male" }],
    ["remove", [{ op: "remove", path: "/name/1" }], { name: toNames().slice(0, 1) }],
    ["move", [{ op: "move", from: "/name/1", path: "/name/0" }], { name: toNames().toReversed() }],
    ["copy", [{ op: "copy", from: "/name/1", path: "/name/-" }], { name: [...toNames(), toNames()[1]] }],
    [
      "test and replace",
      [
        { op: "test", path: "/gender", value: "female" },
        { op: "replace", path: "/gender", value: "other" },
      ],
      { gender: "other" },
    ],
    [
      "an escaped pointer",
      [
        { op: "add", path: "/_gender", value: { extension: [{ url: "a/b~c", valueCode: "x" }] } },
        { op: "test", path: "/_gender/extension/0/url", value: "a/b~c" },
      ],
      { _gender: { extension: [{ url: "a/b~c", valueCode: "x" }] } },
    ],
  ])("%s", async (_, operations, expected) => {
    const { reply, resource } = await patched(operations);
    expect(reply.issues).toEqual([]);
    expect(reply.status).toBe(200);
    expect(resource).toMatchObject(expected);
    expect((await writing.read(FREE, `Patient/${id}`)).text).toBe(reply.text);
  });

  test.each<[what: string, body: object | string, status: number]>([
    [
      "a test that fails",
      [
        { op: "replace", path: "/gender", value: "male" },
        { op: "test", path: "/birthDate", value: "2000-01-01" },
      ],
      422,
    ],
    ["a place that is not there", [{ op: "replace", path: "/contact/0", value: {} }], 422],
    ["a removal of what is not there", [{ op: "remove", path: "/active" }], 422],
    ["an index beyond the end", [{ op: "add", path: "/name/7", value: { text: "x" } }], 422],
    ["a way through a text", [{ op: "add", path: "/gender/x", value: 1 }], 422],
    ["a way through what every object has", [{ op: "add", path: "/constructor/prototype/x", value: 1 }], 422],
    ["another id", [{ op: "replace", path: "/id", value: "other" }], 422],
    ["another type", [{ op: "replace", path: "/resourceType", value: "Organization" }], 422],
    ["no id", [{ op: "remove", path: "/id" }], 422],
    ["the whole resource", [{ op: "replace", path: "", value: {} }], 422],
    ["a result that R4 forbids", [{ op: "replace", path: "/birthDate", value: "soon" }], 400],
    ["a result with an unknown element", [{ op: "add", path: "/colour", value: "red" }], 400],
    [
      "copies of copies without end",
      [
        { op: "add", path: "/photo", value: [{ title: "p" }] },
        ...Array.from({ length: 40 }, () => ({ op: "copy", from: "/photo", path: "/photo/-" })),
      ],
      422,
    ],
    ["the end of a list replaced", [{ op: "replace", path: "/name/-", value: { text: "x" } }], 422],
    ["the end of a list removed", [{ op: "remove", path: "/name/-" }], 422],
    ["the end of a list copied", [{ op: "copy", from: "/name/-", path: "/name/0" }], 422],
    ["an index with a leading zero", [{ op: "add", path: "/name/01", value: { text: "x" } }], 422],
    ["the length of a list", [{ op: "replace", path: "/name/length", value: 1 }], 422],
    ["a property that is none", [{ op: "add", path: "/__proto__", value: { text: "x" } }], 422],
    ["an object", {}, 400],
    ["an empty body", "", 400],
    ["an unknown operation", [{ op: "merge", path: "/gender", value: 1 }], 400],
    ["an operation without a path", [{ op: "add", value: 1 }], 400],
    ["a path that is no pointer", [{ op: "add", path: "gender", value: 1 }], 400],
    ["a value that is missing", [{ op: "add", path: "/gender" }], 400],
    ["a property __proto__", '[{"op":"add","path":"/x","value":{"__proto__":{"y":1}}}]', 400],
  ])("%s is refused as a whole", async (_, body, status) => {
    expect((await patched(body)).reply.status).toBe(status);
    await unchanged();
  });

  test("numbers keep their digits, and are compared by their value", async () => {
    const body = '{"resourceType":"Observation","status":"final","code":{"text":"w"},"valueQuantity":{"value":1.50}}';
    const created = await writing.send(FREE, "POST Observation", { body });
    const reply = await writing.send(FREE, `PATCH Observation/${created.id}`, {
      body: '[{"op":"test","path":"/valueQuantity/value","value":1.5},{"op":"add","path":"/component","value":[{"code":{"text":"c"},"valueQuantity":{"value":2.00}}]}]',
      ...JSON_PATCH,
    });
    expect(reply.text).toContain('"value":1.50}');
    expect(reply.text).toContain('"value":2.00}');
  });

  test("no operation changes nothing", async () => {
    const { reply } = await patched([]);
    expect([reply.status, reply.text]).toEqual([200, (await writing.read(FREE, `Patient/${id}`)).text]);
  });

  test("a Patient is patched as its writer reads it, with id, version and time", async () => {
    const { version } = await writing.read(FREE, `Patient/${id}`);
    const { reply, resource } = await patched([
      { op: "test", path: "/id", value: id },
      { op: "test", path: "/meta/versionId", value: version },
      { op: "add", path: "/meta/tag", value: [{ code: "t" }] },
    ]);
    expect([reply.status, resource.meta?.tag]).toEqual([200, [{ code: "t" }]]);
    const again = await patched([
      { op: "test", path: "/meta/versionId", value: reply.version },
      { op: "add", path: "/meta/tag/-", value: { code: "u" } },
    ]);
    expect([again.reply.status, again.resource.meta?.tag]).toEqual([200, [{ code: "t" }, { code: "u" }]]);
  });

  test("version and time are the server's, whatever the patch says of them", async () => {
    const { reply, resource } = await patched([
      { op: "replace", path: "/gender", value: "male" },
      { op: "add", path: "/meta", value: { versionId: "77", tag: [{ code: "t" }] } },
    ]);
    expect(reply.version).not.toBe("77");
    expect(resource.meta).toMatchObject({ versionId: reply.version, tag: [{ code: "t" }] });
  });
});

describe("patch", () => {
  const change = [{ op: "replace", path: "/gender", value: "male" }];

  test.each(["application/json", "text/plain", "application/xml-patch+xml"])(
    "%s is refused, with what is taken",
    async (contentType) => {
      const { reply } = await patched(change, contentType);
      expect(reply.status).toBe(415);
      expect(reply.headers["Accept-Patch"]).toBe("application/json-patch+json, application/fhir+json");
    },
  );

  test.each([
    ["generated", "/gender", undefined],
    ["extensions", "/gender", undefined],
    ["additional", "/gender", "additional"],
    ["generated", "/text/status", "empty"],
  ])("a narrative that is %s, after a change of %s, is %s", async (status, path, left) => {
    const text = { status, div: '<div xmlns="http://www.w3.org/1999/xhtml"><p>a girl</p></div>' };
    await writing.send(FREE, `PUT Patient/${id}`, { body: { ...PATIENT, id, text } });
    const { resource } = await patched([{ op: "replace", path, value: path === "/gender" ? "male" : "empty" }]);
    expect(Object.assign({ text: undefined }, resource).text).toEqual(
      left === undefined ? undefined : { ...text, status: left },
    );
  });

  test("what is not there is 404, what is deleted 410", async () => {
    expect((await writing.send(FREE, "PATCH Patient/unknown", { body: change, ...JSON_PATCH })).status).toBe(404);
    await writing.send(FREE, `DELETE Patient/${id}`);
    expect((await patched(change)).reply.status).toBe(410);
  });

  test("If-Match guards it", async () => {
    const { version } = await writing.read(FREE, `Patient/${id}`);
    expect(
      (await writing.send(FREE, `PATCH Patient/${id}`, { body: change, ...JSON_PATCH, ifMatch: 'W/"old"' })).status,
    ).toBe(412);
    expect(
      (await writing.send(FREE, `PATCH Patient/${id}`, { body: change, ...JSON_PATCH, ifMatch: `W/"${version}"` }))
        .status,
    ).toBe(200);
  });

  test("by criteria: the one that matches is patched, none is 404, several are 412", async () => {
    const by = (value: string) =>
      writing.send(FREE, `PATCH Patient?identifier=${value}`, { body: change, ...JSON_PATCH });
    expect((await by("none")).status).toBe(404);
    expect((await by("A-1")).status).toBe(200);
    await writing.send(FREE, "POST Patient", { body: PATIENT });
    expect((await by("A-1")).status).toBe(412);
    expect((await writing.send(FREE, "PATCH Patient?unknown=1", { body: change, ...JSON_PATCH })).status).toBe(400);
  });
});

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
    patched({ resourceType: "Parameters", parameter }, "application/fhir+json");

  test.each<[what: string, operations: readonly object[], expected: object]>([
    [
      "adds a primitive",
      [operation("add", "Patient", named("active"), value({ valueBoolean: true }))],
      { active: true },
    ],
    [
      "adds to a list that is there",
      [operation("add", "Patient", named("name"), value({ valueHumanName: { text: "R" } }))],
      { name: [...toNames(), { text: "R" }] },
    ],
    [
      "adds the first item of a list",
      [operation("add", "Patient", named("telecom"), value({ valueContactPoint: { system: "phone" } }))],
      { telecom: [{ system: "phone" }] },
    ],
    [
      "adds within an element",
      [operation("add", "Patient.name[1]", named("text"), value({ valueString: "Rob" }))],
      { name: [toNames()[0], { ...toNames()[1], text: "Rob" }] },
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
    ["no operation", [], 400],
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
    await unchanged();
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

function toNames() {
  return [
    { use: "official", family: "Ashdown", given: ["Robin", "Lee"] },
    { use: "nickname", given: ["Rob"] },
  ];
}
