import { expect, test } from "vitest";
import type { ServedType } from "#profiles/interactions.ts";
import { parseCriteria, parseQuery } from "./query.ts";
import { createQueryCache } from "./query-cache.ts";
import { splitUnescaped } from "./query-values.ts";

const NHS = "https://fhir.nhs.uk/Id/nhs-number";

function parse(type: ServedType, text: string, lenient = false) {
  return parseQuery(type, new URLSearchParams(text), {
    handling: lenient ? "lenient" : "strict",
    fhirBase: "http://base/fhir/R4",
  });
}

function issues(type: ServedType, text: string) {
  const parsed = parse(type, text);
  return parsed.ok ? [] : parsed.issues;
}

function query(type: ServedType, text: string, lenient = false) {
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
  ["Observation", "_revinclude=Provenance:recorded", { kind: "bad-parameter-value", parameter: "_revinclude" }],
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
  expect(query("Observation", "_count=99999999999999999999").count).toBe(100);
  expect(query("Observation", "_count=0").count).toBe(0);
});

test.each([
  [`patient.identifier=${NHS}|9990000018&code=x`, "identifier"],
  ["patient=abc", "id"],
  ["subject=Patient/abc", "id"],
  ["code=x", undefined],
  ["identifier=http://a|1&code=x", "resource-identifier"],
  ["identifier=http://a|1,http://a|2", "resource-identifier"],
  ["identifier=http://a|1&patient=abc", "id"],
  ["identifier=1", undefined],
  ["identifier=|1", undefined],
  ["identifier=http://a|1,2", undefined],
  ["identifier=http://a|", undefined],
  ["identifier:not=http://a|1", undefined],
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

test.each<[ServedType, string, readonly object[]]>([
  [
    "Observation",
    "_include=Observation:subject",
    [{ direction: "include", iterate: false, source: "Observation", code: "subject", target: undefined }],
  ],
  ["Observation", "_include=Observation:subject:Patient", [{ code: "subject", target: "Patient" }]],
  ["Observation", "_include=Observation:subject:Group", [{ code: "subject", target: "Group" }]],
  ["Observation", "_include=Observation:*", [{ source: "Observation", code: "*" }]],
  ["Observation", "_include=*", [{ source: "*", code: "*" }]],
  [
    "Observation",
    "_include=Observation:subject&_include=Observation:performer",
    [{ code: "subject" }, { code: "performer" }],
  ],
  ["Observation", "_include:iterate=Patient:organization", [{ iterate: true, source: "Patient" }]],
  ["Observation", "_include:recurse=Observation:has-member", [{ iterate: true, code: "has-member" }]],
  ["Patient", "_revinclude=Observation:subject", [{ direction: "revinclude", source: "Observation" }]],
  ["Patient", "_revinclude=Provenance:target:Patient", [{ direction: "revinclude", target: "Patient" }]],
  ["Patient", "_revinclude:iterate=Provenance:target", [{ iterate: true, direction: "revinclude" }]],
  ["AuditEvent", "_include=*", [{ source: "*" }]],
])("%s?%s asks for more than the matches", (type, text, inclusions) => {
  expect(query(type, text).inclusions).toEqual(inclusions.map((inclusion) => expect.objectContaining(inclusion)));
});

test("where several types are searched together, the references of each may be followed", () => {
  const options = { handling: "strict", fhirBase: "http://base/fhir/R4" } as const;
  const parameters = new URLSearchParams("_include=Observation:subject");
  const parsed = parseQuery("Patient", parameters, { ...options, types: ["Patient", "Observation"] });
  expect(parsed).toMatchObject({ ok: true, query: { inclusions: [{ source: "Observation" }] } });
  expect(parsed).not.toHaveProperty("query.idle");
});

test.each([
  ["Observation", "_include=Patient:organization"],
  ["Observation", "_include=Patient:*"],
  ["Patient", "_revinclude=Observation:has-member"],
] as const)("in a search of %s, %s follows no match", (type, text) => {
  expect(query(type, text)).toMatchObject({ inclusions: [], idle: [text] });
  expect(query(type, text.replace("=", ":iterate="))).toMatchObject({ inclusions: [{ iterate: true }] });
});

test("under lenient handling what cannot be included is left out of self, and no unknown chain is searched", () => {
  expect(query("Observation", "_include=Foo:bar&code=x&subject.nonsense=y", true).self).toBe("code=x");
  expect(parse("Observation", "code:nonsense=x", true).ok).toBe(false);
  expect(parse("Observation", "date=nonsense", true).ok).toBe(false);
});

test.each([
  ["_summary=true", { shape: { kind: "summary", summary: "true" }, count: 20 }],
  ["_summary=count", { shape: undefined, count: 0 }],
  ["_summary=false&_elements=code", { shape: { kind: "elements", elements: ["code"] } }],
  ["_elements=code,status&_elements=code", { shape: { kind: "elements", elements: ["code", "status"] } }],
  ["_sort=-value-quantity,status,_id,-date", { sort: expect.arrayContaining([{ code: "status", descending: false }]) }],
  ["_format=json&_pretty=true&code=x", { self: "code=x" }],
  ["_count=5000&code=x", { self: "_count=100&code=x" }],
  ["code=a&_count=5&code=b&_count=", { self: "code=a&_count=5&code=b" }],
])("Observation?%s shapes the answer", (text, expected) => {
  expect(query("Observation", text)).toMatchObject(expected);
});

test("a self link, followed, asks the same and links to itself", () => {
  const text = new URLSearchParams([
    ["subject:Patient.name", "O'Brien, Ann & Co"],
    ["date", "ge2026-06-26T00:30:00+01:00"],
    ["code", "urn:s|a\\,b"],
    ["_sort", "-date,status"],
  ]).toString();
  const { self } = query("Observation", text);
  expect(self).toBe(text);
  expect(query("Observation", self).self).toBe(self);
});

test.each([
  ["", { kind: "missing-parameter" }],
  ["identifier=", { kind: "missing-parameter", parameter: "identifier" }],
  ["identifier=,&code=x", { kind: "missing-parameter", parameter: "identifier" }],
  ["code=x&_count=1", { kind: "unknown-parameter", parameter: "_count" }],
  ["code=x&_include=*", { kind: "unknown-parameter", parameter: "_include" }],
  ["code=x&_format=json", { kind: "unknown-parameter", parameter: "_format" }],
  ["cod=x", { kind: "unknown-parameter", nearest: "code" }],
])("the criteria %j are refused: nothing of a condition is ignored", (text, issue) => {
  const parsed = parseCriteria("Observation", text, { fhirBase: "http://base/fhir/R4" });
  expect(parsed).toEqual({ ok: false, issues: [expect.objectContaining(issue)] });
});

test("criteria are a question with where to look", () => {
  const parsed = parseCriteria("Patient", `identifier=${NHS}|9990000018&active=true`, { fhirBase: "http://base" });
  expect(parsed).toMatchObject({ ok: true, question: { type: "Patient", lead: { kind: "identifier" } } });
});

test("where no person is real, a number that is none is searched as it stands", () => {
  const options = { handling: "strict", fhirBase: "http://base/fhir/R4", strictNhsNumbers: false } as const;
  for (const [type, name] of [
    ["Patient", "identifier"],
    ["Observation", "patient.identifier"],
  ] as const) {
    const parsed = parseQuery(type, new URLSearchParams([[name, `${NHS}|12 3`]]), options);
    expect(parsed).toMatchObject({ ok: true, query: { lead: { identifiers: [{ value: "12 3" }] } } });
  }
});

test.each<[ServedType, string, object | undefined]>([
  ["Observation", "subject:Patient=abc", { kind: "id", type: "Patient", ids: ["abc"] }],
  ["Observation", "subject=Group/abc", { kind: "id", type: "Patient", ids: [] }],
  ["Observation", "_id=a,b", { kind: "id", type: "Observation", ids: ["a", "b"] }],
  ["Observation", "performer=Patient/abc", undefined],
  ["Provenance", "target=Observation/a", { kind: "id", type: "Observation", ids: ["a"] }],
  ["Provenance", "target=Observation/a,Patient/b", undefined],
  ["Provenance", "target=http://elsewhere/Patient/a", undefined],
  ["Provenance", "target=a", undefined],
  ["Consent", "patient=a", { kind: "id", type: "Patient", ids: ["a"] }],
  ["Patient", "name:contains=a", undefined],
  ["Patient", "_id:not=a", undefined],
])("%s?%s is looked for in the records of %j", (type, text, lead) => {
  expect(query(type, text).lead).toEqual(lead);
});

test("the same words are read once, and other words or another handling anew", () => {
  const parseCached = createQueryCache(2);
  const sent = (text: string) => ({ query: text, parameters: new URLSearchParams(text) });
  const options = { handling: "strict", fhirBase: "http://base/fhir/R4" } as const;
  const first = parseCached("Observation", sent("code=x"), options);
  expect(parseCached("Observation", sent("code=x"), options)).toBe(first);
  expect(parseCached("Consent", sent("category=x"), options)).not.toBe(first);
  expect(parseCached("Observation", sent("code=x"), { ...options, handling: "lenient" })).not.toBe(first);
  expect(parseCached("Observation", sent("code=x"), options)).not.toBe(first);
});
