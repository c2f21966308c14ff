import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { FREE, openWriting, patient, type Writing } from "./write.fixtures.ts";

let writing: Writing;

beforeAll(async () => {
  writing = await openWriting();
  await writing.send(FREE, "PUT Patient/wild", { body: patient({ id: "wild" }) });
});
afterAll(() => writing.house.close());

const REFUSALS: ReadonlySet<number> = new Set([200, 201, 204, 400, 403, 404, 405, 410, 412, 413, 415, 422]);

const pointer = fc
  .array(
    fc.constantFrom("name", "given", "0", "1", "-", "id", "meta", "__proto__", "constructor", "a~1b", "_name", ""),
    { maxLength: 4 },
  )
  .map((tokens) => tokens.map((token) => `/${token}`).join(""));
const op = fc.constantFrom("add", "remove", "replace", "move", "copy", "test", "merge");
const jsonPatch = fc.array(
  fc.record({ op, path: pointer, from: pointer, value: fc.jsonValue({ maxDepth: 2 }) }, { requiredKeys: ["op"] }),
  { maxLength: 4 },
);

test("a JSON Patch, however wild, is applied or refused", async () => {
  await fc.assert(
    fc.asyncProperty(jsonPatch, async (body) => {
      const sending = { body: JSON.stringify(body), contentType: "application/json-patch+json" };
      expect(REFUSALS).toContain((await writing.send(FREE, "PATCH Patient/wild", sending)).status);
    }),
    { numRuns: 300 },
  );
});

const step = fc.constantFrom(
  "name",
  "given",
  "[0]",
  "where(use='official')",
  "where(",
  "first()",
  "extension('x')",
  "value",
  "ofType(string)",
  "'",
  "`",
  "id",
  "meta",
  "select(x)",
);
const path = fc.array(step, { maxLength: 4 }).map((steps) => ["Patient", ...steps].join(".").replaceAll(".[", "["));
const part = fc.oneof(
  fc.constantFrom("add", "insert", "delete", "replace", "move").map((valueCode) => ({ name: "type", valueCode })),
  path.map((valueString) => ({ name: "path", valueString })),
  fc
    .constantFrom("name", "id", "active", "contact", "value", "x y")
    .map((valueString) => ({ name: "name", valueString })),
  fc.integer({ min: -1, max: 3 }).map((valueInteger) => ({ name: "index", valueInteger })),
  fc.integer({ min: -1, max: 3 }).map((valueInteger) => ({ name: "source", valueInteger })),
  fc.integer({ min: -1, max: 3 }).map((valueInteger) => ({ name: "destination", valueInteger })),
  fc.jsonValue({ maxDepth: 2 }).map((value) => ({ name: "value", valueString: value })),
  fc.jsonValue({ maxDepth: 2 }).map((value) => ({ name: "value", part: [{ name: "text", valueString: value }] })),
);
const parameters = fc.array(
  fc.array(part, { maxLength: 6 }).map((parts) => ({ name: "operation", part: parts })),
  { maxLength: 3 },
);

test("a FHIRPath Patch, however wild, is applied or refused", async () => {
  await fc.assert(
    fc.asyncProperty(parameters, async (parameter) => {
      const body = JSON.stringify({ resourceType: "Parameters", parameter });
      expect(REFUSALS).toContain((await writing.send(FREE, "PATCH Patient/wild", { body })).status);
    }),
    { numRuns: 300 },
  );
});

const url = fc.oneof(
  fc.constantFrom(
    "Patient",
    "Patient/wild",
    "Patient?identifier=1",
    "Patient?x=1",
    "Observation",
    "",
    "/",
    "metadata/x",
    "Patient/$nothing",
    "AuditEvent/1",
    "ValueSet",
  ),
  fc.string(),
);
const entry = fc.oneof(
  fc.jsonValue({ maxDepth: 2 }),
  fc.record(
    {
      fullUrl: fc.constantFrom("urn:uuid:3fdc72f4-a11d-4a9d-9260-a9f745779e1d", "Patient/wild", 3),
      resource: fc.oneof(
        fc.constant(patient()),
        fc.constant({ resourceType: "Observation", subject: { reference: "Patient?x" } }),
        fc.jsonValue({ maxDepth: 2 }),
      ),
      request: fc.record(
        {
          method: fc.constantFrom("POST", "PUT", "PATCH", "DELETE", "TRACE", 1),
          url,
          ifNoneExist: fc.string(),
          ifMatch: fc.string(),
        },
        { requiredKeys: [] },
      ),
    },
    { requiredKeys: [] },
  ),
);

test.each(["batch", "transaction"])("a %s, however wild, is answered or refused", async (type) => {
  await fc.assert(
    fc.asyncProperty(fc.array(entry, { maxLength: 4 }), async (entries) => {
      const reply = await writing.bundle(FREE, JSON.stringify({ resourceType: "Bundle", type, entry: entries }));
      expect(REFUSALS).toContain(reply.status);
      for (const { response } of reply.bundle.entry ?? [])
        expect(REFUSALS).toContain(Number(response?.status?.slice(0, 3)));
    }),
    { numRuns: 200 },
  );
});
