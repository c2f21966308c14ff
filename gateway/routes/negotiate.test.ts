import { describe, expect, test } from "vitest";
import {
  isAcceptable,
  isMediaType,
  isSaidUtf8,
  isSaidVersion4,
  isUnencoded,
  readJsonText,
  toPreference,
} from "./negotiate.ts";

describe("JSON of R4 will do", () => {
  test.each([
    { accept: null, format: null },
    { accept: "", format: null },
    { accept: " ", format: "" },
    { accept: "*/*", format: null },
    { accept: "application/xml;q=1, */*;q=0.001", format: null },
    { accept: "application/*;q=0, application/fhir+json", format: null },
    { accept: "application/fhir+json; fhirVersion=3.0, application/fhir+json; fhirVersion=4.0", format: null },
    { accept: "Application/JSON", format: null },
    { accept: "application/json;q=0, */*", format: null },
    { accept: "application/fhir+xml", format: "json" },
    { accept: "application/fhir+xml", format: "JSON" },
    { accept: "text/html", format: "text/json" },
    { accept: null, format: "application/fhir json;fhirVersion=4.0" },
    { accept: null, format: "application/json+fhir" },
  ])("for Accept '$accept' and _format '$format'", ({ accept, format }) => {
    expect(isAcceptable(accept, format)).toBe(true);
  });
});

describe("JSON of R4 will not do", () => {
  test.each([
    { accept: "*/*;q=0", format: null },
    { accept: "*/*;q=0.0", format: null },
    { accept: "*/* ; q=0.000", format: null },
    { accept: "application/fhir+json;q=0, */*", format: null },
    { accept: "application/fhir+json;q=0, application/json", format: null },
    { accept: "application/*;q=0, */*", format: null },
    { accept: "application/fhir+json; fhirVersion=3.0", format: null },
    { accept: "text/html", format: "" },
    { accept: "*/*", format: "xml" },
    { accept: "*/*", format: "j son" },
    { accept: "*/*", format: "application/xml+fhir" },
    { accept: "*/*", format: "application/fhir+json; fhirVersion=3.0" },
  ])("for Accept '$accept' and _format '$format'", ({ accept, format }) => {
    expect(isAcceptable(accept, format)).toBe(false);
  });
});

const FORM = "application/x-www-form-urlencoded";

test.each([
  { contentType: FORM, is: true },
  { contentType: "Application/X-WWW-Form-Urlencoded ; charset=utf-8", is: true },
  { contentType: `${FORM}x`, is: false },
  { contentType: `${FORM}, text/plain`, is: false },
  { contentType: "", is: false },
  { contentType: null, is: false },
])("a Content-Type of '$contentType' names a form: $is", ({ contentType, is }) => {
  expect(isMediaType(contentType, FORM)).toBe(is);
});

test.each([
  { headers: {}, is: true },
  { headers: { "Content-Encoding": "Identity" }, is: true },
  { headers: { "Content-Encoding": "gzip" }, is: false },
  { headers: { "Content-Encoding": "identity, br" }, is: false },
])("a body with $headers comes as it is: $is", ({ headers, is }) => {
  expect(isUnencoded(new Headers(headers))).toBe(is);
});

test.each([
  [null, "strict", "representation"],
  ["return=minimal", "strict", "minimal"],
  ["return=OperationOutcome; handling=lenient", "lenient", "OperationOutcome"],
  ['respond-async, RETURN="Minimal"', "strict", "minimal"],
  ["return=everything", "strict", "representation"],
  ["handling=lenientish", "strict", "representation"],
])("Prefer: %s means handling %s and returning %s", (prefer, handling, wanted) => {
  expect(toPreference(prefer)).toEqual({ handling, return: wanted });
});

test.each([
  [null, true],
  ["application/fhir+json", true],
  ["application/fhir+json; fhirVersion=4.0; charset=UTF-8", true],
  ['application/json;charset="utf8"', true],
  ["application/fhir+json; charset=iso-8859-1", false],
  ["application/fhir+json; charset=", false],
])("a body of %s is UTF-8: %s", (contentType, expected) => {
  expect(isSaidUtf8(contentType)).toBe(expected);
});

test.each([
  [null, true],
  ["application/fhir+json", true],
  ["application/fhir+json; charset=UTF-8; fhirVersion=4.0", true],
  ['application/fhir+json;FHIRVERSION="4.0.1"', true],
  ["application/fhir+json; fhirVersion=3.0", false],
  ["application/json; fhirVersion=4.3; charset=utf-8", false],
])("a body of %s is FHIR R4: %s", (contentType, expected) => {
  expect(isSaidVersion4(contentType)).toBe(expected);
});

test.each([
  ['{"a":"\u00e9"}', undefined],
  [Uint8Array.of(0x22, 0xe9, 0x22), "malformed-json"],
  ["x".repeat(101), "body-too-large"],
])("a body of JSON is taken as UTF-8 or not at all", async (body, kind) => {
  const sent = { method: "POST", body };
  const withLength = { ...sent, headers: { "Content-Length": String(new Blob([body]).size) } };
  for (const init of [sent, withLength]) {
    const read = await readJsonText(new Request("http://base/x", init), 100);
    expect(typeof read === "string" ? undefined : read.kind).toBe(kind);
  }
});
