import { expect, test } from "vitest";
import { mayHold } from "./query-text.ts";

test.each([
  ["code=x&_page=1", true],
  ["%5Fpage=1", true],
  ["_%70age=1", true],
  ["_p%41ge=1", true],
  ["patient.identifier=https%3A%2F%2Ffhir.nhs.uk%2FId%2Fnhs-number%7C9990000018&_sort=-date", false],
  ["", false],
])("%s may hold _page: %s", (query, expected) => {
  expect(mayHold(query, "_page")).toBe(expected);
});
