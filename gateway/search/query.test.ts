import { expect, test } from "vitest";
import { parseQuery } from "./query.ts";
import { splitUnescaped } from "./query-values.ts";

const NHS = "https://fhir.nhs.uk/Id/nhs-number";

function parse(type: "Patient" | "Observation" | "Consent" | "Organization", text: string, lenient = false) {
  return parseQuery(type, new URLSearchParams(text), {
    handling: lenient ? "lenient" : "strict",
    fhirBase: "http://base/fhir/R4",
  });
}

function issues(type: "Patient" | "Observation", text: string) {
  const parsed = parse(type, text);
  return parsed.ok ? [] : parsed.issues;
}

function query(type: "Patient" | "Observation", text: string, lenient = false) {
  const parsed = parse(type, text, lenient);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.issues));
  return parsed.query;
}

test.each([
  ["Observation", "cod=x", { kind: "unknown-parameter", parameter: "cod", type: "Observation", nearest: "code" }],
  ["Observation", "date:text=x", { kind: "unknown-modifier", parameter: "date", modifier: "text", known: ["missing"] }],
  [
    "Observation",
    "_count=abc",
    { kind: "bad-parameter-value", parameter: "_count", expected: "a whole number from 0" },
  ],
  ["Observation", "_count=-1", { kind: "bad-parameter-value", parameter: "_count", expected: "a whole number from 0" }],
  ["Observation", "_total=exact", { kind: "bad-parameter-value", parameter: "_total" }],
  ["Observation", "date=2026-02-30", { kind: "bad-parameter-value", parameter: "date" }],
  ["Observation", "date=zz2026", { kind: "bad-parameter-value", parameter: "date" }],
  ["Observation", "_sort=value", { kind: "bad-parameter-value", parameter: "_sort" }],
  ["Observation", "_include=Observation:device", { kind: "bad-parameter-value", parameter: "_include" }],
  ["Observation", "_id=a/b", { kind: "bad-parameter-value", parameter: "_id" }],
  ["Observation", `patient.identifier=${NHS}|9990000019`, { kind: "bad-parameter-value" }],
  ["Observation", "_revinclude=Provenance:agent", { kind: "bad-parameter-value", parameter: "_revinclude" }],
  ["Patient", "patient.identifier=a|b", { kind: "unknown-parameter", parameter: "patient" }],
  ["Observation", "patient=", { kind: "bad-parameter-value", parameter: "patient" }],
  ["Observation", "patient.identifier=", { kind: "bad-parameter-value", parameter: "patient.identifier" }],
  ["Observation", "code=a|b|c", { kind: "bad-parameter-value", parameter: "code" }],
  ["Patient", `identifier=${NHS}|9990000018|x`, { kind: "bad-parameter-value", parameter: "identifier" }],
  ["Patient", "family=%21", { kind: "bad-parameter-value", parameter: "family" }],
  ["Patient", `identifier=${NHS}|123`, { kind: "bad-parameter-value", parameter: "identifier" }],
] as const)("%s?%s is refused by name", (type, text, issue) => {
  expect(issues(type, text)).toEqual([expect.objectContaining(issue)]);
});

test("more parameters or values than allowed are refused", () => {
  expect(issues("Observation", Array.from({ length: 21 }, () => "code=a").join("&"))).toMatchObject([
    { kind: "too-many-parameters" },
  ]);
  expect(issues("Observation", `code=${Array.from({ length: 51 }, () => "a").join(",")}`)).toMatchObject([
    { kind: "too-many-values", parameter: "code" },
  ]);
});

test("every fault of a query is told at once", () => {
  expect(issues("Observation", "cod=x&_count=abc").map(({ kind }) => kind)).toEqual([
    "unknown-parameter",
    "bad-parameter-value",
  ]);
});

test("under lenient handling an unknown parameter is ignored and gone from self, an unknown modifier still refused", () => {
  expect(query("Observation", "cod=x&code=y", true).self).toBe("code=y");
  const modifier = parse("Observation", "code:nonsense=x", true);
  expect(modifier.ok).toBe(false);
});

test("a named query is refused under lenient handling too, and an empty parameter is as none", () => {
  expect(parse("Observation", "_query=nonsense", true).ok).toBe(false);
  expect(query("Patient", "name=&gender=female").conditions).toHaveLength(1);
});

test.each(["999 000 0018", "999-000-0018", " 9990000018", "999\u00a0000\u00a00018"])(
  "an NHS number as it is printed, %j, is the number",
  (printed) => {
    const plain = query("Observation", `patient.identifier=${NHS}|9990000018`);
    const written = query("Observation", `patient.identifier=${encodeURIComponent(`${NHS}|${printed}`)}`);
    expect(written.lead).toEqual(plain.lead);
    expect(written.conditions).toEqual(plain.conditions);
    const patient = query("Patient", `identifier=${encodeURIComponent(`${NHS}|${printed}`)}`);
    expect(patient.conditions).toEqual(query("Patient", `identifier=${NHS}|9990000018`).conditions);
  },
);

test("the self link repeats what was sent", () => {
  const text = `patient.identifier=${encodeURIComponent(`${NHS}|9990000018`)}&_sort=-date`;
  expect(query("Observation", text).self).toBe(text);
});

test("_count is 20 unless told and 100 at most", () => {
  expect(query("Observation", "").count).toBe(20);
  expect(query("Observation", "_count=5000").count).toBe(100);
  expect(query("Observation", "_count=0").count).toBe(0);
});

test.each([
  [`patient.identifier=${NHS}|9990000018&code=x`, "identifier"],
  ["patient=abc", "id"],
  ["subject=Patient/abc", "id"],
  ["code=x", undefined],
])("an Observation query by %s is led by %s", (text, lead) => {
  expect(query("Observation", text).lead?.kind).toBe(lead);
});

test.each([
  ["family=Smith&birthdate=2024-01-01", "birthdate"],
  ["family=Smith", "names"],
  ["birthdate=ge2024-01-01", undefined],
  [`family=Smith&identifier=${NHS}|9990000018`, "identifier"],
])("a Patient query by %s is led by %s", (text, lead) => {
  expect(query("Patient", text).lead?.kind).toBe(lead);
});

test("a backslash keeps a separator in its value", () => {
  expect(splitUnescaped("a\\,b,c", ",")).toEqual(["a\\,b", "c"]);
  expect(splitUnescaped("a\\|b|c", "|")).toEqual(["a\\|b", "c"]);
  expect(splitUnescaped("a\\\\,b", ",")).toEqual(["a\\\\", "b"]);
});
