import { expect, test } from "vitest";
import { KnownPathsRouter } from "./known-paths.ts";

const ROUTES = [
  ["GET", "/fhir/R4/Observation", "search"],
  ["POST", "/fhir/R4/Observation/_search", "search by form"],
  ["GET", "/fhir/R4/Observation/:id{[^_$*/][^/]*}", "read"],
  ["GET", "/fhir/R4/Observation/:operation{\\$lastn}", "operation"],
  ["GET", "/ingest/receipts", "receipts"],
  ["POST", "/ingest/:source", "ingest"],
] as const;

function router() {
  const made = new KnownPathsRouter<string>();
  for (const [method, path, handler] of ROUTES) made.add(method, path, handler);
  return made;
}

test.each([
  ["GET", "/fhir/R4/Observation", [["search", {}]]],
  ["POST", "/fhir/R4/Observation/_search", [["search by form", {}]]],
  ["GET", "/fhir/R4/Observation/_search", []],
  ["GET", "/fhir/R4/Observation/o1", [["read", { id: "o1" }]]],
  ["GET", "/fhir/R4/Observation/$lastn", [["operation", { operation: "$lastn" }]]],
  ["POST", "/ingest/receipts", [["ingest", { source: "receipts" }]]],
  ["GET", "/nothing", []],
])("%s %s leads to the same the first time and again", (method, path, expected) => {
  const made = router();
  const asked = [1, 2, 3].map(() => made.match(method, path)[0].map(([handler, params]) => [handler, { ...params }]));
  expect(asked).toEqual([expected, expected, expected]);
});

test("a parameter is that of its own request", () => {
  const made = router();
  const ids = ["a", "b", "a"].map((id) => made.match("GET", `/fhir/R4/Observation/${id}`)[0][0]?.[1]);
  expect(ids).toEqual([{ id: "a" }, { id: "b" }, { id: "a" }].map((each) => expect.objectContaining(each)));
});
