import { expect, test } from "vitest";
import { createContext } from "./context.ts";
import { readJoined, selectJoined } from "./joined-resources.ts";

const BODIES = ["{}", '{"a":1}'];
const TOLD = [
  ["Observation", "o-1", 1, 1000, 4, 2, "h-1", "4:k"],
  ["Consent", "c-1", 2, 2000, 4, 7, "", ""],
];

function read(told: string | null, bodies: string | null, others: string | null) {
  const context = createContext();
  context.origins.set(4, { source: "leeds-csds", dataClass: "health-visiting" });
  context.origins.set(5, { source: "leeds-ctf", dataClass: "education" });
  const steps = readJoined(context, selectJoined("r.type <> 'Provenance'"));
  steps.next();
  const next = steps.next([[told, bodies === null ? null : Buffer.from(bodies), others]]);
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
])("a row with %s is refused", (_, fields, bodies) => {
  expect(() => read(fields, bodies, null)).toThrow(TypeError);
});
