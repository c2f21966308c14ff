import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { NAMES, openPatching, PATIENT, type Patching } from "./patch.fixtures.ts";
import { FREE, parsed, type Writing } from "./write/write.fixtures.ts";

const JSON_PATCH = { contentType: "application/json-patch+json" };

let patching: Patching;
let writing: Writing;
let id = "";

beforeEach(async () => {
  patching = await openPatching();
  ({ writing, id } = patching);
});
afterEach(() => writing.house.close());

describe("JSON Patch", () => {
  test.each<[what: string, operations: readonly object[], expected: object]>([
    ["add", [{ op: "add", path: "/active", value: true }], { active: true }],
    [
      "add to the end of a list",
      [{ op: "add", path: "/name/-", value: { text: "R" } }],
      { name: [...NAMES, { text: "R" }] },
    ],
    ["replace", [{ op: "replace", path: "/gender", value: "male" }], { gender: "male" }],
    ["remove", [{ op: "remove", path: "/name/1" }], { name: NAMES.slice(0, 1) }],
    ["move", [{ op: "move", from: "/name/1", path: "/name/0" }], { name: NAMES.toReversed() }],
    ["copy", [{ op: "copy", from: "/name/1", path: "/name/-" }], { name: [...NAMES, NAMES[1]] }],
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
    const { reply, resource } = await patching.patched(operations);
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
    ["a removal of what every object has", [{ op: "remove", path: "/constructor" }], 422],
    ["what every object has, replaced", [{ op: "replace", path: "/toString", value: "x" }], 422],
    ["what every object has, moved", [{ op: "move", from: "/constructor", path: "/name" }], 422],
    ["what every object has, copied", [{ op: "copy", from: "/name/0/constructor", path: "/name/0/family" }], 422],
    ["another id", [{ op: "replace", path: "/id", value: "other" }], 422],
    ["another type", [{ op: "replace", path: "/resourceType", value: "Organization" }], 422],
    ["no id", [{ op: "remove", path: "/id" }], 422],
    ["another whole resource", [{ op: "replace", path: "", value: { ...PATIENT, id: "other" } }], 422],
    ["a text for the whole resource", [{ op: "add", path: "", value: "x" }], 422],
    ["the whole resource removed", [{ op: "remove", path: "" }], 422],
    ["the whole resource copied into itself", [{ op: "copy", from: "", path: "/contained/-" }], 422],
    ["the whole resource, where it is another", [{ op: "test", path: "", value: PATIENT }], 422],
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
    expect((await patching.patched(body)).reply.status).toBe(status);
    await patching.unchanged();
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
    const { reply } = await patching.patched([]);
    expect([reply.status, reply.text]).toEqual([200, (await writing.read(FREE, `Patient/${id}`)).text]);
  });

  test.each(["add", "replace"])(
    "the whole resource is tested, and %s puts another content in its place",
    async (op) => {
      const whole = parsed(await writing.read(FREE, `Patient/${id}`));
      const { reply, resource } = await patching.patched([
        { op: "test", path: "", value: whole },
        { op, path: "", value: { resourceType: "Patient", id, active: true } },
      ]);
      const { meta: _, ...rest } = resource;
      expect([reply.status, rest]).toEqual([200, { resourceType: "Patient", id, active: true }]);
    },
  );

  test("a Patient is patched as its writer reads it, with id, version and time", async () => {
    const { version } = await writing.read(FREE, `Patient/${id}`);
    const { reply, resource } = await patching.patched([
      { op: "test", path: "/id", value: id },
      { op: "test", path: "/meta/versionId", value: version },
      { op: "add", path: "/meta/tag", value: [{ code: "t" }] },
    ]);
    expect([reply.status, resource.meta?.tag]).toEqual([200, [{ code: "t" }]]);
    const again = await patching.patched([
      { op: "test", path: "/meta/versionId", value: reply.version },
      { op: "add", path: "/meta/tag/-", value: { code: "u" } },
    ]);
    expect([again.reply.status, again.resource.meta?.tag]).toEqual([200, [{ code: "t" }, { code: "u" }]]);
  });

  test("version and time are the server's, whatever the patch says of them", async () => {
    const { reply, resource } = await patching.patched([
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
      const { reply } = await patching.patched(change, contentType);
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
    const { resource } = await patching.patched([
      { op: "replace", path, value: path === "/gender" ? "male" : "empty" },
    ]);
    expect(Object.assign({ text: undefined }, resource).text).toEqual(
      left === undefined ? undefined : { ...text, status: left },
    );
  });

  test("what is not there is 404, what is deleted 410", async () => {
    expect((await writing.send(FREE, "PATCH Patient/unknown", { body: change, ...JSON_PATCH })).status).toBe(404);
    await writing.send(FREE, `DELETE Patient/${id}`);
    expect((await patching.patched(change)).reply.status).toBe(410);
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
