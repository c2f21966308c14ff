import { expect, test } from "vitest";
import { askedIdentifiers } from "./asked-identifiers.ts";

const NHS = "https://fhir.nhs.uk/Id/nhs-number";

test.each([
  [`identifier=${NHS}|9990000018`, ["9990000018"]],
  [`identifier=${encodeURIComponent(NHS)}%7C9990000018%2C9990000026`, ["9990000018", "9990000026"]],
  ["identifier=9990000018,9990000026", ["9990000018", "9990000026"]],
  ["%69dentifier=9990000018", ["9990000018"]],
  ["patient.identifier=9990000018&_sort=-date", ["9990000018"]],
  ["subject:Patient.identifier=9990000018&code=a|b", ["9990000018"]],
  ["patient:identifier=9990000018", ["9990000018"]],
  ["_has:Observation:patient:performer.identifier=1", ["1"]],
  [`sourceIdentifier=${NHS}|9990000018`, ["9990000018"]],
  ["identifier:of-type=a|b|9990000018", ["9990000018"]],
  ["identifier=", []],
  ["family=identifier", []],
  ["", []],
])("of %j the identifiers asked for are %j", (query, expected) => {
  expect(askedIdentifiers({ query, preconditions: {} })).toEqual(expected);
});

test("a conditional write asks for what its condition names", () => {
  const preconditions = { ifNoneExist: `identifier=${NHS}|9990000018` };
  expect(askedIdentifiers({ query: "", preconditions })).toEqual(["9990000018"]);
});

test("each different question of $match is one, and is not kept in clear", () => {
  const ask = (body: string) => askedIdentifiers({ query: "", operation: "match", body, preconditions: {} });
  expect(ask("one")).toEqual(ask("one"));
  expect(ask("one")).not.toEqual(ask("other"));
  expect(ask("one")[0]).not.toContain("one");
});
