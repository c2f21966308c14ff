import { describe, expect, test } from "vitest";
import { validateBase } from "../generated/validators.ts";

const PATIENT = { resourceType: "Patient", active: true };
const post = (url: string) => ({ method: "POST", url });

function issuesOf(resource: unknown): readonly string[] {
  return validateBase(resource).map(({ code, expression }) => `${code} ${expression}`);
}

describe("a Bundle", () => {
  test.each([
    [{ type: "transaction" }],
    [{ type: "transaction", entry: [{ fullUrl: "urn:uuid:1", resource: PATIENT, request: post("Patient") }] }],
    [{ type: "batch", entry: [{ request: { method: "GET", url: "Patient?name=a" } }] }],
    [{ type: "searchset", total: 1, entry: [{ search: { mode: "match" }, resource: PATIENT }] }],
  ])("is valid as %j", (bundle) => {
    expect(issuesOf({ resourceType: "Bundle", ...bundle })).toEqual([]);
  });

  test.each([
    ["of no type", {}, "required Bundle.type"],
    ["of an invented type", { type: "bunch" }, "code-invalid Bundle.type"],
    ["with an entry that is no list", { type: "batch", entry: {} }, "structure Bundle.entry"],
    ["with an empty entry", { type: "batch", entry: [{}] }, "structure Bundle.entry[0]"],
    ["with an entry without a request", { type: "batch", entry: [{ resource: PATIENT }] }, "invariant Bundle.entry[0]"],
    [
      "with a request in a collection",
      { type: "collection", entry: [{ request: post("a") }] },
      "invariant Bundle.entry[0]",
    ],
    [
      "with an invented method",
      { type: "batch", entry: [{ request: { method: "TRACE", url: "Patient" } }] },
      "code-invalid Bundle.entry[0].request.method",
    ],
    [
      "with a request without url",
      { type: "batch", entry: [{ request: { method: "GET" } }] },
      "required Bundle.entry[0].request.url",
    ],
    [
      "with an entry whose resource is none",
      { type: "batch", entry: [{ resource: { a: 1 }, request: post("Patient") }] },
      "required Bundle.entry[0].resource.resourceType",
    ],
    [
      "with one fullUrl twice",
      {
        type: "transaction",
        entry: [
          { fullUrl: "urn:uuid:1", resource: PATIENT, request: post("Patient") },
          { fullUrl: "urn:uuid:1", resource: PATIENT, request: post("Patient") },
        ],
      },
      "invariant Bundle.entry[1].fullUrl",
    ],
    ["with a total where nothing was searched", { type: "batch", total: 1 }, "invariant Bundle.total"],
    ["with an unknown element", { type: "batch", entries: [] }, "structure Bundle.entries"],
  ])("is refused %s", (_, bundle, issue) => {
    expect(issuesOf({ resourceType: "Bundle", ...bundle })).toContain(issue);
  });
});

describe("Parameters", () => {
  test.each([
    [{}],
    [{ parameter: [{ name: "resource", resource: PATIENT }] }],
    [{ parameter: [{ name: "operation", part: [{ name: "path", valueString: "Patient.active" }] }] }],
  ])("are valid as %j", (parameters) => {
    expect(issuesOf({ resourceType: "Parameters", ...parameters })).toEqual([]);
  });

  test.each([
    [[{ valueString: "a" }], "required Parameters.parameter[0].name"],
    [[{ name: "a" }], "invariant Parameters.parameter[0]"],
    [[{ name: "a", valueString: "a", resource: PATIENT }], "invariant Parameters.parameter[0]"],
    [[{ name: "a", part: [{ name: "b", valueText: "a" }] }], "structure Parameters.parameter[0].part[0].valueText"],
  ])("are refused with %j", (parameter, issue) => {
    expect(issuesOf({ resourceType: "Parameters", parameter })).toContain(issue);
  });
});

test("a list of nothing but flaws is told of in part, and soon", () => {
  const issues = issuesOf({ resourceType: "Patient", name: Array(300_000).fill(1) });
  expect(issues).toHaveLength(1_000);
  expect(issues.at(-1)).toBe("structure Patient.name[999]");
});

test("references that are settled later hide no flaw that comes after them", () => {
  const link = Array(1_500).fill({ other: { reference: "#p" }, type: "refer" });
  const contained = [{ resourceType: "Patient", id: "p", active: true }];
  expect(issuesOf({ resourceType: "Patient", contained, link })).toEqual([]);
  expect(issuesOf({ resourceType: "Patient", contained, link, nickname: "x" })).toEqual(["structure Patient.nickname"]);
});

test("thousands of codes in an observation and in its components are compared at once", () => {
  const coding = (prefix: string) => Array.from({ length: 20_000 }, (_, index) => ({ code: `${prefix}${index}` }));
  const observation = { resourceType: "Observation", status: "final", valueString: "a", code: { coding: coding("a") } };
  expect(issuesOf({ ...observation, component: [{ code: { coding: coding("b") } }] })).toEqual([]);
  const repeated = [...coding("b"), { code: "a7" }];
  expect(issuesOf({ ...observation, component: [{ code: { coding: repeated } }] })).toEqual(["invariant Observation"]);
});

test("a long text that is nearly base64 is refused at once", () => {
  const data = `${" ".repeat(1_000_000)}*`;
  expect(issuesOf({ resourceType: "Patient", photo: [{ contentType: "a/b", data }] })).toEqual([
    "value Patient.photo[0].data",
  ]);
});
