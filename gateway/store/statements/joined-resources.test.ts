import { expect, test } from "vitest";
import type { StoredResource } from "../record.ts";
import { createContext } from "./context.ts";
import { readJoined, selectJoined } from "./joined-resources.ts";

const BODIES = ["{}", '{"a":1}'];
const TOLD = [
  ["Observation", 1, 1000, 4, 2, "h-1"],
  ["Consent", 2, 2000, 4, 7, ""],
];
const IDS = "o-1\tc-1";
const KEYS = "4:k\t";

function read(told: string | null, bodies: string | null, others: string | null, ids = IDS, keys = KEYS) {
  const context = createContext();
  context.origins.set(4, { source: "leeds-csds", dataClass: "health-visiting" });
  context.origins.set(5, { source: "leeds-ctf", dataClass: "education" });
  const steps = readJoined(context, selectJoined("r.type <> 'Provenance'"));
  steps.next();
  const [names, allKeys] = told === null ? [null, null] : [ids, keys];
  const next = steps.next([[told, names, allKeys, bodies === null ? null : Buffer.from(bodies), others]]);
  if (!next.done) throw new Error("nothing more is to be asked");
  return next.value;
}

const told = TOLD.flat().join("\t");

test("resources in one row come apart as they were told, with where the others came from", () => {
  const { resources, otherSources } = read(told, BODIES.join(""), "5,5,4");
  expect(resources.map(({ type, id, version, keys }) => [type, id, version, keys])).toEqual([
    ["Observation", "o-1", 1, "4:k"],
    ["Consent", "c-1", 2, ""],
  ]);
  expect(resources.map(({ body }) => body.toString())).toEqual(BODIES);
  expect(resources.map(({ body_bytes }) => body_bytes)).toEqual([2, 7]);
  expect(otherSources).toEqual(["leeds-ctf", "leeds-csds"]);
});

test("a record without resources has none, and one of others alone says whose they are", () => {
  expect(read(null, null, null)).toEqual({ resources: [], otherSources: [] });
  expect(read(null, null, "4")).toEqual({ resources: [], otherSources: ["leeds-csds"] });
});

test.each([
  ["a field too many", `${told}\tx`, BODIES.join("")],
  ["a body too long", told, `${BODIES.join("")} `],
  ["a body too short", told, "{}"],
  ["an id too few", told, BODIES.join(""), "o-1"],
  ["keys too many", told, BODIES.join(""), IDS, `${KEYS}\t`],
])("a row with %s is refused", (_, fields, bodies, ids = IDS, keys = KEYS) => {
  expect(() => read(fields, bodies, null, ids, keys)).toThrow(TypeError);
});

test("what is made of a resource with another body tells of that body alone", () => {
  const { resources } = read(told, BODIES.join(""), null);
  const [one] = resources;
  expect(one?.content?.body.toString()).toBe(BODIES[0]);
  const another: Partial<StoredResource> = { ...one, body: Buffer.from("[]") };
  expect(another.content).toBeUndefined();
});
