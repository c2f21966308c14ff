import { afterEach, beforeEach, expect, test } from "vitest";
import { FREE, finding, openWriting, patient, type Writing } from "./write/write.fixtures.ts";

let writing: Writing;

beforeEach(async () => {
  writing = await openWriting();
});
afterEach(() => writing.house.close());

const IDENTIFIER = { system: "https://example.org/id", value: "A-1" };

test.each(["Patient", "Observation"])("a %s is gone after it is deleted, and its versions stay", async (type) => {
  const first = await writing.send(FREE, `POST ${type}`, { body: type === "Patient" ? patient() : finding(undefined) });
  const deleted = await writing.send(FREE, `DELETE ${type}/${first.id}`);
  expect([deleted.status, deleted.text]).toEqual([204, ""]);
  expect((await writing.read(FREE, `${type}/${first.id}`)).status).toBe(410);
  expect((await writing.read(FREE, `${type}/${first.id}/_history/${first.version}`)).text).toBe(first.text);
});

test("the answer to the end of a resource names the version of that end", async () => {
  const { id } = await writing.send(FREE, "POST Observation", { body: finding(undefined) });
  expect((await writing.send(FREE, `DELETE Observation/${id}`)).headers).toEqual({ ETag: 'W/"2"' });
});

test("deleting what is not there, or twice, succeeds and changes nothing", async () => {
  const { id } = await writing.send(FREE, "POST Observation", { body: finding(undefined) });
  for (const name of [`Observation/${id}`, `Observation/${id}`, "Observation/unknown"]) {
    expect((await writing.send(FREE, `DELETE ${name}`)).status).toBe(204);
  }
  expect(await writing.house.store.history("Observation", id, "conformance")).toHaveLength(2);
});

test("an OperationOutcome is answered to whom it is preferred by", async () => {
  const reply = await writing.send(FREE, "DELETE Observation/unknown", { prefer: "OperationOutcome" });
  expect([reply.status, JSON.parse(reply.text).issue[0].severity]).toEqual([200, "information"]);
});

test("an old version in If-Match keeps the resource", async () => {
  const { id } = await writing.send(FREE, "POST Observation", { body: finding(undefined) });
  expect((await writing.send(FREE, `DELETE Observation/${id}`, { ifMatch: 'W/"7"' })).status).toBe(412);
  expect((await writing.send(FREE, `DELETE Observation/${id}`, { ifMatch: 'W/"1"' })).status).toBe(204);
});

test("by criteria the one that matches is deleted, none is no failure, several are refused", async () => {
  const body = patient({ identifier: [IDENTIFIER] });
  const line = "DELETE Patient?identifier=https://example.org/id|A-1";
  expect((await writing.send(FREE, line)).status).toBe(204);
  const first = await writing.send(FREE, "POST Patient", { body });
  expect((await writing.send(FREE, line)).status).toBe(204);
  expect((await writing.read(FREE, `Patient/${first.id}`)).status).toBe(410);
  const twins = [
    await writing.send(FREE, "POST Patient", { body }),
    await writing.send(FREE, "POST Patient", { body }),
  ];
  expect((await writing.send(FREE, line)).status).toBe(412);
  for (const { id } of twins) expect((await writing.read(FREE, `Patient/${id}`)).status).toBe(200);
});

test.each(["", "?", "?_tag=", "?unknown=1", "?_count=100", "?_summary=true", "?gender=female&unknown=1"])(
  "DELETE Patient%s deletes nothing",
  async (query) => {
    const { id } = await writing.send(FREE, "POST Patient", { body: patient() });
    expect((await writing.send(FREE, `DELETE Patient${query}`)).status).toBe(400);
    expect((await writing.read(FREE, `Patient/${id}`)).status).toBe(200);
  },
);
