import { expect, test } from "vitest";
import { facts } from "./disclosure.fixtures.ts";

const day = (date: string) => ({
  low_ms: Date.parse(`${date}T00:00:00Z`),
  high_ms: Date.parse(`${date}T00:00:00Z`) + 86_400_000,
});

test.each([
  ["when it was observed", { effectiveDateTime: "2025-01-02", issued: "2026-01-01T00:00:00Z" }, day("2025-01-02")],
  ["when it was done", { resourceType: "Procedure", performedDateTime: "2025-01-02" }, day("2025-01-02")],
  [
    "when it was given",
    { resourceType: "Immunization", occurrenceDateTime: "2025-01-02", recorded: "2026" },
    day("2025-01-02"),
  ],
  ["when it was issued, where no more is known", { issued: "2025-01-02" }, day("2025-01-02")],
  ["nothing where nothing is said", {}, undefined],
  ["nothing of a form that no date has", { effectiveTiming: {}, effectivePeriod: 5 }, undefined],
])("the date of a resource is %s", (_, change, expected) => {
  expect(facts(change).date).toEqual(expected);
});

test("encounters are those that a resource belongs to", () => {
  const of = (change: object) => [...facts(change).encounters];
  expect(of({ encounter: { reference: "Encounter/e1" } })).toEqual(["Encounter/e1"]);
  expect(
    of({ context: { encounter: [{ reference: "Encounter/e1" }, { reference: "Encounter/e2/_history/1" }] } }),
  ).toEqual(["Encounter/e1", "Encounter/e2"]);
  expect(of({ partOf: { reference: "https://a.example/Encounter/e1" } })).toEqual(["Encounter/e1"]);
  expect(of({ partOf: [{ reference: "Observation/o2" }] })).toEqual([]);
});

test.each([
  ["a performer", { performer: [{ reference: "Practitioner/a" }] }, ["Practitioner/a"]],
  ["a performer by number", { performer: [{ identifier: { system: "s", value: "v" } }] }, ["s|v"]],
  ["an actor in a role", { performer: [{ actor: { reference: "Practitioner/a" } }] }, ["Practitioner/a"]],
  ["a participant", { participant: [{ individual: { reference: "Practitioner/a" } }] }, ["Practitioner/a"]],
  ["an agent", { agent: [{ who: { reference: "Practitioner/a" } }] }, ["Practitioner/a"]],
  ["an author", { author: { reference: "Practitioner/a" } }, ["Practitioner/a"]],
  ["half a number", { performer: [{ identifier: { value: "v" } }] }, []],
  ["a text", { author: "somebody" }, []],
])("an author is told by %s", (_, change, expected) => {
  expect([...facts(change).authors]).toEqual(expected);
});

test("codes are what a resource is, codings whatever stands in it but for its own marks", () => {
  const code = { coding: [{ system: "s", code: "is" }] };
  const told = facts({
    code,
    valueCodeableConcept: { coding: [{ system: "s", code: "has" }] },
    meta: { security: [{ system: "s", code: "marked" }] },
  });
  expect([...told.codes]).toEqual(["s|is"]);
  expect([...told.codings]).toEqual(["s|is", "s|has"]);
  expect([...facts({ resourceType: "Immunization", code: undefined, vaccineCode: code }).codes]).toEqual(["s|is"]);
});

test("profiles are known with and without their versions", () => {
  expect(facts({ meta: { profile: ["urn:a|1", "urn:b"] } }).profiles).toEqual(["urn:a|1", "urn:a", "urn:b", "urn:b"]);
});
