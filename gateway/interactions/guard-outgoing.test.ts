import { describe, expect, test } from "vitest";
import { canonical } from "#profiles/canonical.ts";
import { CONFIDENTIALITY, LOINC, NHS_NUMBER, UPN } from "#profiles/systems.ts";
import type { Agreement } from "../access/requester.ts";
import { LABEL_LISTS } from "../disclosure/labels/lists.ts";
import { DECISION_SOURCE } from "../identity/decisions/ports.ts";
import { type Packable, toPack } from "../search/pack.ts";
import { GuardError, guardBody, guardLeaving, guardRelease, mayShow } from "./guard.ts";
import { isMarkedRestricted, type Outgoing, wrongIn } from "./guard-body.ts";
import { FHIR, GP, SOURCES } from "./read.fixtures.ts";

const CSDS = canonical("source", "leeds-csds");
const R = { security: [{ system: CONFIDENTIALITY, code: "R" }] };
const WEIGHT = { coding: [{ system: LOINC, code: "29463-7" }] };
const FINDING = { resourceType: "Observation", id: "o", meta: { source: CSDS }, code: WEIGHT };

function said(resource: unknown, part: Partial<Outgoing> = {}, agreement: Partial<Agreement> = {}): string | undefined {
  const outgoing = { type: "Observation", id: "o", source: "leeds-csds", patientId: "p-1", isRestricted: false };
  const facts = { agreement: { ...GP.agreement, ...agreement }, sources: SOURCES, lists: LABEL_LISTS };
  return wrongIn({ ...outgoing, bytes: Buffer.from(JSON.stringify(resource)), ...part }, facts);
}

const ofDecision = { type: "Provenance", source: DECISION_SOURCE };
const PROVENANCE = { resourceType: "Provenance", id: "o", meta: {} };
const own = { writes: { source: "leeds-csds", updateCreate: false, unknownSubjects: false } };
const CONSENT = { ...FINDING, resourceType: "Consent", code: undefined };

describe("the guard says of what leaves", () => {
  test.each<[string, unknown, Partial<Outgoing>, Partial<Agreement>, string | undefined]>([
    ["a list", [FINDING], {}, {}, "bytes that are no resource"],
    ["text", "text", {}, {}, "bytes that are no resource"],
    ["nothing", null, {}, {}, "bytes that are no resource"],
    ["what cannot be read", FINDING, { bytes: Buffer.from("{") }, {}, "bytes that are no resource"],
    [
      "a Provenance of another source, of a decision's kind",
      PROVENANCE,
      { type: "Provenance", source: "elsewhere" },
      {},
      "a source beyond the agreement",
    ],
    [
      "a finding said to be a decision's",
      { ...FINDING, meta: {} },
      { source: DECISION_SOURCE },
      {},
      "a source beyond the agreement",
    ],
    ["a decision's Provenance", PROVENANCE, ofDecision, {}, undefined],
    [
      "a decision's Provenance that names a source",
      { ...PROVENANCE, meta: { source: CSDS } },
      ofDecision,
      {},
      undefined,
    ],
    ["a finding whose source is no text", { ...FINDING, meta: { source: 1 } }, {}, {}, undefined],
    [
      "a finding whose source is none of ours",
      { ...FINDING, meta: { source: "urn:leeds-eyfsp" } },
      {},
      { statutoryGateways: {} },
      undefined,
    ],
    [
      "a Patient that names a source",
      { resourceType: "Patient", id: "o", meta: { source: CSDS } },
      { type: "Patient", source: "" },
      {},
      undefined,
    ],
    [
      "a Consent, first among what is named",
      CONSENT,
      { type: "Consent" },
      { dataClasses: ["sharing", "health-visiting"] },
      undefined,
    ],
    ["a Consent to who may read none", CONSENT, { type: "Consent" }, {}, "a Consent to who may not read it"],
    ["a Consent to its writer", CONSENT, { type: "Consent" }, own, undefined],
    [
      "a finding of a version of this child",
      { ...FINDING, subject: { reference: "Patient/p-1/_history/2" } },
      {},
      {},
      undefined,
    ],
    [
      "a finding of a version of another",
      { ...FINDING, subject: { reference: "Patient/p-2/_history/2" } },
      {},
      {},
      "a body of another child",
    ],
    ["a finding of no child", { ...FINDING, subject: { reference: "Group/p-2" } }, {}, {}, undefined],
    ["a finding whose subject is no object", { ...FINDING, subject: "Patient/p-2" }, {}, {}, undefined],
    [
      "a Provenance with a subject of its own",
      { ...FINDING, resourceType: "Provenance", patient: { reference: "Patient/p-2" } },
      { type: "Provenance" },
      {},
      undefined,
    ],
    [
      "an organisation of a restricted child",
      { ...FINDING, resourceType: "Organization", address: [{}] },
      { type: "Organization", isRestricted: true },
      {},
      undefined,
    ],
    [
      "any identifier where all are named",
      { resourceType: "Patient", id: "o", identifier: [{ system: "urn:x" }] },
      { type: "Patient" },
      { identifierSystems: "any" },
      undefined,
    ],
    [
      "a pupil number where all are named",
      { ...FINDING, identifier: [{ system: UPN }] },
      {},
      { identifierSystems: "any" },
      undefined,
    ],
    [
      "a Patient with an identifier that is none",
      { resourceType: "Patient", id: "o", identifier: ["x"] },
      { type: "Patient" },
      {},
      undefined,
    ],
    [
      "what changes the meaning, though it is not named",
      { ...FINDING, status: "final", implicitRules: "urn:r", modifierExtension: [] },
      {},
      { elements: { Observation: [] } },
      undefined,
    ],
    [
      "one of several elements that are named",
      { ...FINDING, status: "final", note: [] },
      {},
      { elements: { Observation: ["value", "note", "issued"] } },
      undefined,
    ],
    [
      "a value of a choice that is named",
      { ...FINDING, status: "final", valueString: "v" },
      {},
      { elements: { Observation: ["note", "value"] } },
      undefined,
    ],
    [
      "an element that is named nowhere",
      { ...FINDING, status: "final", note: [] },
      {},
      { elements: { Observation: ["value", "issued"] } },
      "an element beyond the agreement",
    ],
    [
      "what is restricted where nobody is real",
      { ...FINDING, meta: { source: CSDS, ...R } },
      {},
      { idSpace: "trial" },
      undefined,
    ],
    ["what its writer labelled", { ...FINDING, meta: { source: CSDS, ...R } }, {}, own, undefined],
  ])("%s: %#", (_, resource, part, agreement, expected) => {
    expect(said(resource, part, agreement)).toBe(expected);
  });

  test.each<[string, unknown, boolean]>([
    ["a label of R", R, true],
    ["one among others", { security: [{ system: "urn:x", code: "t" }, ...R.security] }, true],
    ["an R of another system", { security: [{ system: "urn:x", code: "R" }] }, false],
    ["a confidentiality of V", { security: [{ system: CONFIDENTIALITY, code: "V" }] }, true],
    ["a confidentiality of N", { security: [{ system: CONFIDENTIALITY, code: "N" }] }, false],
    ["labels that are none", { security: ["R", null, [R]] }, false],
    ["labels in no list", { security: R.security[0] }, false],
    ["meta that is text", "R", false],
    ["no meta", undefined, false],
  ])("whether a child is restricted, by %s", (_, meta, expected) => {
    expect(isMarkedRestricted({ resourceType: "Patient", meta })).toBe(expected);
  });
});

const told = (type: "Patient" | "Observation", id: string, more: object): Packable => ({
  type,
  id,
  version: "1",
  lastUpdated: 1,
  source: type === "Patient" ? "" : "leeds-csds",
  body: Buffer.from(JSON.stringify({ resourceType: type, id, ...more })),
  keys: "",
});
const SEEN = {
  meta: { source: CSDS },
  code: WEIGHT,
  subject: { reference: "Patient/p-1" },
  performer: [{ display: "a clinic" }],
};

describe("where a finding was made leaves", () => {
  const pack = toPack([told("Observation", "o", SEEN)], FHIR);
  const release = (patient: Packable[]) => () =>
    guardRelease(
      [
        {
          pack: toPack([told("Observation", "o", SEEN)], FHIR),
          entry: 0,
          view: { patientId: "p-1", identity: toPack(patient, FHIR), lists: LABEL_LISTS },
        },
      ],
      GP,
      SOURCES,
    );

  test("for a child that is not restricted, or whose Patient is not seen", () => {
    expect(release([told("Patient", "p-1", {})])).not.toThrow();
    expect(release([])).not.toThrow();
    expect(() => guardRelease([{ pack, entry: 0 }], GP, SOURCES)).not.toThrow();
  });

  test("for no restricted child, in an answer or in a history", () => {
    expect(release([told("Patient", "p-1", { meta: R })])).toThrow(GuardError);
    const finding = { ...told("Observation", "o", SEEN), patientId: "p-1" };
    const patient = { ...told("Patient", "p-1", { meta: R }), patientId: "p-1" };
    expect(() => guardLeaving([patient, finding], GP, SOURCES)).toThrow("a place of a restricted child");
    expect(() => guardLeaving([{ ...patient, body: undefined }, finding], GP, SOURCES)).not.toThrow();
    expect(() =>
      guardLeaving([{ ...patient, body: told("Patient", "p-1", {}).body }, finding], GP, SOURCES),
    ).not.toThrow();
    expect(() =>
      guardLeaving(
        [patient, { ...told("Observation", "o", { ...SEEN, subject: undefined }), patientId: "p-2" }],
        GP,
        SOURCES,
      ),
    ).not.toThrow();
    expect(() =>
      guardLeaving([patient, told("Observation", "o", { ...SEEN, subject: undefined })], GP, SOURCES),
    ).not.toThrow();
  });

  test("and a finding that calls itself restricted makes no child so", () => {
    const named = { ...GP, agreement: { ...GP.agreement, confidentiality: "R" as const } };
    const finding = { ...told("Observation", "o", { ...SEEN, meta: { source: CSDS, ...R } }), patientId: "p-1" };
    expect(() => guardLeaving([finding], named, SOURCES)).not.toThrow();
  });
});

describe("a body that is read from the store", () => {
  const body = (resource: object) => Buffer.from(JSON.stringify(resource));
  const guard = (type: string, resource: object, isWritten: boolean) => () =>
    guardBody(
      { type, id: "x", source: "leeds-csds", body: body({ resourceType: type, id: "x", ...resource }) },
      { patientId: "p-1", isWritten },
    );

  test.each<[string, () => void, boolean]>([
    ["a written Consent of another child", guard("Consent", { patient: { reference: "Patient/p-2" } }, true), false],
    [
      "a written Consent of a child that it does not name",
      guard("Consent", { patient: { display: "a child" } }, true),
      true,
    ],
    ["a written finding that names nobody", guard("Observation", {}, true), true],
    [
      "a written finding of another child",
      guard("Observation", { subject: { reference: "Patient/p-2" } }, true),
      false,
    ],
    [
      "what else a client wrote that names another",
      guard("Organization", { subject: { reference: "Patient/p-2" } }, true),
      true,
    ],
    [
      "what else a client wrote that calls another its patient",
      guard("Observation", { patient: { reference: "Patient/p-2" } }, true),
      true,
    ],
    [
      "what else a client wrote, of no kind that has a patient",
      guard("Organization", { patient: { reference: "Patient/p-2" } }, true),
      true,
    ],
    ["a mapped Provenance, which has no subject", guard("Provenance", { meta: { source: CSDS } }, false), true],
    ["a mapped Organization of no child", guard("Organization", { meta: { source: CSDS } }, false), false],
  ])("%s passes, or does not", (_, check, passes) => {
    if (passes) expect(check).not.toThrow();
    else expect(check).toThrow(GuardError);
  });
});

test.each<[string, Agreement["identifierSystems"], boolean]>([
  ["any", "any", true],
  ["that one", [UPN], true],
  ["others", [NHS_NUMBER], false],
])("an agreement that names %s may be shown a system, or may not", (_, systems, expected) => {
  expect(mayShow(UPN, systems)).toBe(expected);
});
