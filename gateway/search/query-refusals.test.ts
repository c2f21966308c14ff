import { expect, test } from "vitest";
import type { ServedType } from "#profiles/interactions.ts";
import { parseQuery } from "./query.ts";

function issues(type: ServedType, parameters: URLSearchParams) {
  const parsed = parseQuery(type, parameters, { handling: "strict", fhirBase: "http://base/fhir/R4" });
  return parsed.ok ? [] : parsed.issues;
}

test.each<[ServedType, string, object]>([
  [
    "Observation",
    "value-quantity=heavy",
    { kind: "bad-parameter-value", expected: expect.stringContaining("decimal") },
  ],
  ["Observation", "value-quantity=5|kg", { kind: "bad-parameter-value" }],
  ["Observation", "date=2013-01-14T10", { kind: "bad-parameter-value" }],
  ["Observation", "date=2013-13", { kind: "bad-parameter-value" }],
  ["Observation", "code-value-quantity=8480-6", { kind: "bad-parameter-value", expected: "[code]$[value-quantity]" }],
  ["Observation", "code-value-quantity=a$heavy", { kind: "bad-parameter-value", parameter: "code-value-quantity" }],
  ["Observation", "code-value-quantity:missing=true", { kind: "unknown-modifier", known: [] }],
  ["Observation", "code:in=urn:nobody", { kind: "unknown-value-set", parameter: "code" }],
  ["Observation", "code:below=urn:s|a", { kind: "unknown-hierarchy", parameter: "code" }],
  ["Observation", "code:below=a", { kind: "bad-parameter-value", expected: "[system]|[code]" }],
  ["Observation", "code:missing=yes", { kind: "bad-parameter-value", expected: "true or false" }],
  ["Observation", "subject:Location.x=a", { kind: "bad-chain" }],
  ["Observation", "subject:Practitioner=a", { kind: "unknown-modifier", known: expect.arrayContaining(["Patient"]) }],
  ["Observation", "subject:Patient=Group/a", { kind: "bad-parameter-value" }],
  ["Observation", "subject=a b", { kind: "bad-parameter-value" }],
  ["Observation", "code=a\\b", { kind: "bad-parameter-value", expected: expect.stringContaining("backslash") }],
  ["Patient", "identifier:of-type=urn:t|MR", { kind: "bad-parameter-value" }],
  ["Patient", "active=yes", { kind: "bad-parameter-value", expected: "true or false" }],
  ["Patient", "deceased=yes", { kind: "bad-parameter-value", expected: "true or false" }],
  ["Patient", "phone=phone|123", { kind: "bad-parameter-value" }],
  ["Patient", "gender:contains=male", { kind: "unknown-modifier" }],
  ["Patient", "birthdate:exact=2020", { kind: "unknown-modifier", known: ["missing"] }],
  ["Patient", "name:foo=x", { kind: "unknown-modifier", known: ["missing", "exact", "contains"] }],
  ["Patient", "gender:of-type=a|b|c", { kind: "unknown-modifier" }],
  ["Observation", "_include=Observation:code", { kind: "bad-parameter-value", parameter: "_include" }],
  ["Observation", "_include=Foo:bar", { kind: "bad-parameter-value", parameter: "_include" }],
  ["Observation", "_include=Observation:subject:Organization", { kind: "bad-parameter-value" }],
  ["Observation", "_include=Patient:gender", { kind: "bad-parameter-value" }],
  ["Observation", "_include:all=Observation:subject", { kind: "unknown-modifier", known: ["iterate", "recurse"] }],
  ["Observation", "_include=*&_summary=text", { kind: "bad-parameter-value", parameter: "_summary" }],
  ["Observation", "_summary=all", { kind: "bad-parameter-value", parameter: "_summary" }],
  ["Observation", "_summary=true&_summary=data", { kind: "repeated-parameter", parameter: "_summary" }],
  ["Observation", "_summary=true&_elements=code", { kind: "bad-parameter-value", parameter: "_elements" }],
  ["Observation", "_elements=code;status", { kind: "bad-parameter-value", parameter: "_elements" }],
  ["Observation", "_sort=dat", { kind: "bad-parameter-value", expected: expect.stringContaining("nearest is date") }],
  ["Observation", "_sort=code-value-quantity", { kind: "bad-parameter-value", parameter: "_sort" }],
  ["Observation", "_sort=date&_sort=code", { kind: "repeated-parameter", parameter: "_sort" }],
  ["Observation", "_count:x=1", { kind: "unknown-modifier", parameter: "_count" }],
  ["Observation", "_contained=true", { kind: "unknown-parameter", parameter: "_contained" }],
  ["Observation", "_content=x", { kind: "unknown-parameter", parameter: "_content" }],
  ["Observation", "_filter=code eq 1", { kind: "unknown-parameter", parameter: "_filter" }],
  ["Observation", "_text=x", { kind: "unknown-parameter", parameter: "_text" }],
  ["Observation", "_list=x", { kind: "unknown-parameter", parameter: "_list" }],
  ["Observation", "near=1|1", { kind: "unknown-parameter", parameter: "near" }],
  ["Observation", "constructor=x", { kind: "unknown-parameter", parameter: "constructor" }],
  ["Observation", "subject:Patient.identifier=", { kind: "bad-parameter-value" }],
  ["Consent", "patient:Patient=", { kind: "bad-parameter-value" }],
  ["Observation", "patient=,", { kind: "bad-parameter-value", parameter: "patient" }],
])("%s?%s is told what would be right", (type, text, issue) => {
  const encoded = new URLSearchParams(text.split("&").map((pair) => pair.split(/=(.*)/s).slice(0, 2)));
  expect(issues(type, encoded)).toEqual([expect.objectContaining(issue)]);
});

test("a parameter of R4 that is not served is not taken for a slip of another", () => {
  for (const code of ["_content", "_contained", "_text", "_list"]) {
    expect(issues("Observation", new URLSearchParams([[code, "x"]]))).toEqual([
      { kind: "unknown-parameter", parameter: code, type: "Observation" },
    ]);
  }
});
