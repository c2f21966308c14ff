import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { known } from "../pds.fixtures.ts";
import { toPatientJson, toSearchset } from "../stand-in/patient-json.ts";
import { readPatientAnswer, readSearchAnswer } from "./read-answer.ts";

const ONE = "9990000018";
const U = { security: [{ code: "U" }] };
const patient = { resourceType: "Patient", id: ONE, meta: U };
const searchset = { resourceType: "Bundle", type: "searchset", total: 1, entry: [{ resource: patient }] };

describe("a searchset", () => {
  test.each([
    { title: "of one", body: searchset, is: { kind: "patient" } },
    { title: "of nobody", body: { ...searchset, total: 0, entry: undefined }, is: { kind: "nobody" } },
    { title: "of two", body: { ...searchset, total: 2 }, is: { kind: "too-many" } },
    { title: "that counts nobody and holds one", body: { ...searchset, total: 0 }, is: { reason: "unreadable" } },
    { title: "that counts one and holds nobody", body: { ...searchset, entry: [] }, is: { reason: "unreadable" } },
    { title: "of another type", body: { ...searchset, type: "history" }, is: { reason: "unreadable" } },
    {
      title: "with a wrong number",
      body: { ...searchset, entry: [{ resource: { ...patient, id: "9990000019" } }] },
      is: { reason: "unreadable" },
    },
    {
      title: "with two numbers",
      body: {
        ...searchset,
        entry: [
          {
            resource: {
              ...patient,
              identifier: [{ system: "https://fhir.nhs.uk/Id/nhs-number", value: "9990000026" }],
            },
          },
        ],
      },
      is: { reason: "unreadable" },
    },
    {
      title: "with a score beyond one",
      body: { ...searchset, entry: [{ search: { score: 2 }, resource: patient }] },
      is: { reason: "unreadable" },
    },
    { title: "that is a Patient", body: patient, is: { reason: "unreadable" } },
    { title: "that is nothing", body: undefined, is: { reason: "unreadable" } },
  ])("$title", ({ body, is }) => {
    expect(readSearchAnswer(200, body && JSON.parse(JSON.stringify(body)))).toMatchObject(is);
  });
});

test.each([
  { meta: { security: [{ code: "U" }] }, isRestricted: false },
  { meta: { security: [{ code: "R" }] }, isRestricted: true },
  { meta: { security: [{ code: "V" }] }, isRestricted: true },
  { meta: { security: [{ code: "U" }, { code: "R" }] }, isRestricted: true },
  { meta: { security: [] }, isRestricted: true },
  { meta: {}, isRestricted: true },
  { meta: undefined, isRestricted: true },
])("marked $meta.security: restricted is $isRestricted, and then no place is read", ({ meta, isRestricted }) => {
  const told = { ...patient, meta, address: [{ postalCode: "LS6 3CI" }], telecom: [{ value: "0163" }] };
  const answer = readPatientAnswer(200, JSON.parse(JSON.stringify(told)));
  expect(answer).toMatchObject({ kind: "patient", patient: { isRestricted } });
  expect(JSON.stringify(answer).includes("LS6 3CI")).toBe(!isRestricted);
  expect(JSON.stringify(answer).includes("0163")).toBe(!isRestricted);
});

test("words that are not known do not hide a patient", () => {
  const told = { ...patient, gender: "indeterminate", name: [{ use: "preferred", family: "Example" }] };
  expect(readPatientAnswer(200, told)).toMatchObject({ patient: { resource: { gender: "unknown" } } });
});

test("a patient marked as redacted is out of use", () => {
  expect(readPatientAnswer(200, { ...patient, meta: { security: [{ code: "REDACTED" }] } })).toEqual({
    kind: "invalidated",
  });
});

test("what the stand-in answers is read as what it knows", () => {
  const found = toSearchset([{ person: known(ONE, { birthOrder: 2 }), score: 0.95 }], "http://127.0.0.1", 0);
  expect(readSearchAnswer(200, found)).toMatchObject({
    kind: "patient",
    score: 0.95,
    patient: { nhsNumber: ONE, isRestricted: false, resource: { birthDate: "2021-05-14", multipleBirthInteger: 2 } },
  });
});

const EXAMPLES = fileURLToPath(new URL("../../../../shared/data/pds/sandbox/", import.meta.url));

describe.runIf(existsSync(EXAMPLES))("the examples that are published", () => {
  const read = (name: string): unknown => JSON.parse(readFileSync(`${EXAMPLES}${name}`, "utf8"));

  test.each([
    { name: "PatientSearch.json", nhsNumber: "9000000009", isRestricted: false },
    { name: "Sensitive_PatientSearch.json", nhsNumber: "9000000025", isRestricted: true },
    { name: "Minimal_PatientSearch.json", nhsNumber: "9000000033", isRestricted: false },
  ])("$name", ({ name, nhsNumber, isRestricted }) => {
    const answer = { kind: "patient", score: 0.75, patient: { nhsNumber, isRestricted } };
    expect(readSearchAnswer(200, read(name))).toMatchObject(answer);
  });

  test.each([
    { name: "Patient.json", nhsNumber: "9000000009", isRestricted: false },
    { name: "Sensitive_Patient.json", nhsNumber: "9000000025", isRestricted: true },
    { name: "Minimal_Patient.json", nhsNumber: "9000000033", isRestricted: false },
  ])("$name", ({ name, nhsNumber, isRestricted }) => {
    expect(readPatientAnswer(200, read(name))).toMatchObject({ kind: "patient", patient: { nhsNumber, isRestricted } });
  });

  test("the stand-in tells no element that the example has not", () => {
    const example = read("Patient.json");
    const told = toPatientJson(known(ONE, { practice: "Y12345", birthOrder: 1, phones: [{ value: "0163" }] }));
    const names = typeof example === "object" && example !== null ? Object.keys(example) : [];
    expect(Object.keys(told).filter((name) => !names.includes(name))).toEqual([]);
  });
});
