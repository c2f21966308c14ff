import { describe, expect, test } from "vitest";
import { canonical } from "#profiles/canonical.ts";
import { ACT_CODE, CONFIDENTIALITY, LOINC, NHS_NUMBER, SNOMED, UPN } from "#profiles/systems.ts";
import type { Agreement } from "../access/requester.ts";
import { LABEL_LISTS } from "../disclosure/labels/lists.ts";
import { DECISION_SOURCE } from "../identity/decisions/ports.ts";
import { type Packable, toPack } from "../search/pack.ts";
import { GuardError, guardBody, guardLeaving, guardRelease } from "./guard.ts";
import { type GuardFacts, type Outgoing, wrongIn } from "./guard-body.ts";
import { CONFORMANCE, GP, HEALTH, SOURCES, VENDOR } from "./read.fixtures.ts";

const SOURCE = `"meta":{"source":"${canonical("source", "leeds-csds")}"}`;

function body(rest: string, head = '{"resourceType":"Observation","id":"o",'): Buffer {
  return Buffer.from(`${head}${rest}}`);
}

const OWN = `${SOURCE},"subject":{"reference":"Patient/p-1"}`;
const OTHER = `${SOURCE},"subject":{"reference":"Patient/p-2"}`;

function guard(bytes: Buffer, change: { type?: string; patientId?: string; isWritten?: boolean } = {}): () => void {
  const { type = "Observation", patientId = "p-1", isWritten = false } = change;
  return () => guardBody({ type, id: "o", source: "leeds-csds", body: bytes }, { patientId, isWritten });
}

describe("a body from the store", () => {
  test.each([
    ["that was mapped, with its source and child", guard(body(OWN))],
    ["in whatever order its elements are", guard(Buffer.from(`{"id":"o","resourceType":"Observation",${OWN}}`))],
    ["of no child", guard(body(SOURCE), { patientId: "" })],
    [
      "written by a client, with a source of its own",
      guard(body(OWN.replace(/"source":"[^"]*"/, '"source":"urn:own"')), { isWritten: true }),
    ],
    [
      "written, with a subject by version",
      guard(body('"subject":{"reference":"Patient/p-1/_history/2"}'), { isWritten: true }),
    ],
    [
      "written, with a subject by identifier",
      guard(body('"subject":{"identifier":{"value":"1"}}'), { isWritten: true }),
    ],
    [
      "written, with a subject by address",
      guard(body('"subject":{"reference":"http://a/fhir/Patient/p-1"}'), { isWritten: true }),
    ],
  ])("%s passes", (_, check) => {
    expect(check).not.toThrow();
  });

  test.each([
    ["of another id", guard(body(OWN, '{"resourceType":"Observation","id":"x",')), "another resource"],
    ["of another type", guard(body(OWN, '{"resourceType":"Consent","id":"o",')), "another resource"],
    ["of another source", guard(body('"subject":{"reference":"Patient/p-1"}')), "another source"],
    ["of another source, of no child", guard(body('"code":{}'), { patientId: "" }), "another source"],
    ["of another child", guard(body(OTHER)), "another child"],
    ["that names no child", guard(body(SOURCE)), "another child"],
    ["written, of another child", guard(body(OTHER), { isWritten: true }), "another child"],
    [
      "written, of another id",
      guard(body(OWN, '{"resourceType":"Observation","id":"x",'), { isWritten: true }),
      "another resource",
    ],
  ])("%s is stopped", (_, check, what) => {
    expect(check).toThrow(GuardError);
    expect(check).toThrow(what);
  });
});

type Part = Partial<Outgoing>;

const LEEDS: GuardFacts = { agreement: GP.agreement, sources: SOURCES, lists: LABEL_LISTS };
const WEIGHT = { coding: [{ system: LOINC, code: "29463-7" }] };
const ABUSE = { coding: [{ system: SNOMED, code: "412732008" }] };

/** Asks the guard of a resource, right in all but what is changed. */
function saidOf(resource: object, part: Part = {}, agreement: Partial<Agreement> = {}): () => string | undefined {
  const told = {
    resourceType: "Observation",
    id: "o",
    meta: { source: canonical("source", "leeds-csds") },
    code: WEIGHT,
    ...resource,
  };
  const { resourceType: type } = told;
  const outgoing = { type, id: "o", source: "leeds-csds", patientId: "p-1", isRestricted: false };
  const bytes = Buffer.from(JSON.stringify(told));
  return () => wrongIn({ ...outgoing, bytes, ...part }, { ...LEEDS, agreement: { ...GP.agreement, ...agreement } });
}

const PATIENT = { resourceType: "Patient", meta: {}, code: undefined };
const IS_R = { security: [{ system: CONFIDENTIALITY, code: "R" }] };
const OF_P1 = { subject: { reference: "Patient/p-1" } };
const WRITTEN = { meta: {} };
const BY_VENDOR = { source: "leeds-vendor" };
const WRITES = { source: "leeds-vendor", updateCreate: false, unknownSubjects: false };
const CONSENT = { resourceType: "Consent", code: undefined };

describe("bytes leave", () => {
  test.each<readonly [string, () => string | undefined]>([
    ["of a source in reach", saidOf(OF_P1)],
    [
      "of education, where a statute is named",
      saidOf({ meta: { source: canonical("source", "leeds-eyfsp") } }, { source: "leeds-eyfsp" }),
    ],
    ["of a Patient", saidOf({ ...PATIENT, identifier: [{ system: NHS_NUMBER, value: "9990000018" }] })],
    ["of a restricted Patient without a place", saidOf({ ...PATIENT, meta: IS_R, name: [{ family: "Okafor" }] })],
    ["of a restricted child's finding without a place", saidOf(OF_P1, { isRestricted: true })],
    [
      "of a finding with a pupil number, where that is named",
      saidOf({ ...OF_P1, identifier: [{ system: UPN }] }, {}, { identifierSystems: [UPN] }),
    ],
    [
      "of a finding with a pupil number that the client wrote itself",
      saidOf({ ...OF_P1, ...WRITTEN, identifier: [{ system: UPN }] }, BY_VENDOR, { writes: WRITES }),
    ],
    ["of a finding with another identifier", saidOf({ ...OF_P1, identifier: [{ system: "urn:x", value: "1" }] })],
    ["with a place where nobody is restricted", saidOf({ performer: [{ display: "a clinic" }] })],
    [
      "of a decision on identity",
      saidOf({ resourceType: "Provenance", code: undefined, meta: {} }, { source: DECISION_SOURCE }),
    ],
    ["of a Consent to officers", saidOf(CONSENT, {}, { dataClasses: ["health-visiting", "education", "sharing"] })],
    ["of a Consent to who wrote it", saidOf({ ...CONSENT, ...WRITTEN }, BY_VENDOR, VENDOR.agreement)],
    ["of a child by its address", saidOf({ subject: { reference: "http://h/Patient/p-1/_history/2" } })],
    [
      "of whoever, where the record is of no child",
      saidOf({ subject: { reference: "Patient/p-2" } }, { patientId: "" }),
    ],
    [
      "with the elements that are named",
      saidOf({ status: "final", valueQuantity: { value: 1 } }, {}, { elements: { Observation: ["value"] } }),
    ],
    [
      "with a sensitive code to who may have it",
      saidOf({ code: ABUSE }, {}, { confidentiality: "R", sensitivities: ["SDV"] }),
    ],
    ["under a code that no list knows, of a mapper", saidOf({ code: { text: "a finding" } })],
    ["under a code that no list knows, to who wrote it", saidOf({ ...WRITTEN, code: {} }, BY_VENDOR, VENDOR.agreement)],
    [
      "under a code that no list knows, by its own word",
      saidOf({ meta: { security: [{ system: CONFIDENTIALITY, code: "N" }] }, code: {} }, BY_VENDOR),
    ],
    ["as an end", saidOf({}, { bytes: undefined, ...BY_VENDOR })],
    [
      "with anything at all where nobody is real",
      saidOf({ ...PATIENT, meta: IS_R, address: [{}] }, {}, CONFORMANCE.agreement),
    ],
  ])("%s", (_, wrong) => {
    expect(wrong()).toBeUndefined();
  });

  test.each<readonly [string, string, () => string | undefined]>([
    ["that are no resource", "no resource", saidOf({}, { bytes: Buffer.from("{") })],
    ["of another id", "another resource", saidOf({ id: "x" })],
    ["of another type", "another resource", saidOf({}, { type: "Consent" })],
    ["of a class beyond the agreement", "a source beyond", saidOf({}, {}, { dataClasses: ["education"] })],
    ["of an authority beyond the agreement", "a source beyond", saidOf({}, {}, { authorities: ["sefton"] })],
    [
      "of education without a statute",
      "a source beyond",
      saidOf({}, { source: "leeds-eyfsp" }, { statutoryGateways: {} }),
    ],
    [
      "whose text names a source beyond the agreement",
      "a source beyond",
      saidOf({ meta: { source: canonical("source", "leeds-eyfsp") } }, {}, { statutoryGateways: {} }),
    ],
    ["of no known source", "a source beyond", saidOf({}, { source: "elsewhere" })],
    [
      "as an end beyond the agreement",
      "a source beyond",
      saidOf({}, { bytes: undefined }, { dataClasses: ["education"] }),
    ],
    ["of another source than the row says", "another source", saidOf({}, { source: "leeds-eyfsp" })],
    ["of a Consent", "a Consent", saidOf(CONSENT)],
    ["as the end of a Consent", "a Consent", saidOf(CONSENT, { bytes: undefined })],
    ["of another child", "another child", saidOf({ subject: { reference: "Patient/p-2" } })],
    [
      "of another child's Consent",
      "another child",
      saidOf(
        { ...CONSENT, patient: { reference: "Patient/p-2" } },
        {},
        { dataClasses: ["health-visiting", "sharing"] },
      ),
    ],
    ...["address", "telecom", "contact", "generalPractitioner", "managingOrganization", "_address"].map(
      (element) =>
        [
          `of a restricted Patient with ${element}`,
          "a place",
          saidOf({ ...PATIENT, meta: IS_R, [element]: [{}] }),
        ] as const,
    ),
    ...["performer", "note", "encounter", "contained", "text", "valueString"].map(
      (element) =>
        [
          `of a restricted child with ${element}`,
          "a place",
          saidOf({ [element]: [{}] }, { isRestricted: true }),
        ] as const,
    ),
    [
      "with an identifier of a system that is not named",
      "an identifier",
      saidOf({ ...PATIENT, identifier: [{ system: "urn:x", value: "1" }] }),
    ],
    ["with an identifier of no system", "an identifier", saidOf({ ...PATIENT, identifier: [{ value: "1" }] })],
    ["with a pupil number anywhere", "an identifier", saidOf({ ...PATIENT, extension: [{ url: UPN }] })],
    ["of a finding with a pupil number", "an identifier", saidOf({ ...OF_P1, note: [{ text: UPN }] })],
    [
      "of a finding with a pupil number that another client wrote",
      "an identifier",
      saidOf({ ...OF_P1, ...WRITTEN, identifier: [{ system: UPN }] }, BY_VENDOR, {
        writes: { ...WRITES, source: "x" },
      }),
    ],
    [
      "of a Patient with a pupil number that is nobody's own",
      "an identifier",
      saidOf({ ...PATIENT, extension: [{ url: UPN }] }, { source: "" }, { writes: { ...WRITES, source: "" } }),
    ],
    [
      "with an element that is not named",
      "an element",
      saidOf({ note: [{ text: "n" }] }, {}, { elements: { Observation: ["value"] } }),
    ],
    [
      "with the extension of such an element",
      "an element",
      saidOf({ _issued: {} }, {}, { elements: { Observation: ["value"] } }),
    ],
    ["with a sensitive code", "a label", saidOf({ code: ABUSE })],
    ["with a sensitive value", "a label", saidOf({ valueCodeableConcept: ABUSE })],
    ["with a sensitive code in what they contain", "a label", saidOf({ contained: [{ code: ABUSE }] })],
    ["with a sensitivity that is not named", "a label", saidOf({ code: ABUSE }, {}, { confidentiality: "V" })],
    ["with a confidentiality beyond the agreement", "a label", saidOf({ meta: IS_R })],
    [
      "with a sensitivity of their own",
      "a label",
      saidOf({ meta: { security: [{ system: ACT_CODE, code: "PSY" }] } }, {}, { confidentiality: "V" }),
    ],
    [
      "under a code that no list knows, of a client",
      "a label",
      saidOf({ ...WRITTEN, code: { text: "a finding" } }, BY_VENDOR),
    ],
  ])("not %s", (_, what, wrong) => {
    expect(wrong()).toContain(what);
  });
});

describe("an answer", () => {
  const told = (id: string, more: object = {}): Packable => ({
    type: "Observation",
    id,
    version: "1",
    lastUpdated: 0,
    source: "leeds-csds",
    body: Buffer.from(JSON.stringify({ resourceType: "Observation", id, code: WEIGHT, ...more })),
    keys: "",
  });
  const pack = toPack([told("a"), told("b", { code: ABUSE })], "http://127.0.0.1/fhir/R4");
  const [right, wrong] = ["a", "b"].map((id) => ({ pack, entry: pack.ids.indexOf(id) }));

  test("stops at the first of its resources that may not leave, whatever left before it", () => {
    if (!right || !wrong) throw new Error("both are in the pack");
    guardRelease([right], GP, SOURCES);
    expect(() => guardRelease([right, wrong], GP, SOURCES)).toThrow(GuardError);
    expect(() => guardRelease([wrong], GP, SOURCES)).toThrow("a label");
    expect(() => guardRelease([right], GP, SOURCES)).not.toThrow();
  });

  test("is looked at again under another agreement", () => {
    if (!right) throw new Error("it is in the pack");
    guardRelease([right], GP, SOURCES);
    const other = { ...GP, agreement: { ...GP.agreement, authorities: [] } };
    expect(() => guardRelease([right], other, SOURCES)).toThrow("a source beyond");
  });

  test("of a history is looked at version by version, ends included", () => {
    const version = { type: "Observation", id: "a", source: "leeds-csds", body: told("a").body, patientId: "p-1" };
    expect(() => guardLeaving([version, { ...version, body: undefined }], GP, SOURCES)).not.toThrow();
    expect(() => guardLeaving([{ ...version, source: "leeds-eyfsp" }], HEALTH, SOURCES)).toThrow(GuardError);
    expect(() => guardLeaving([{ ...version, source: "leeds-eyfsp", body: undefined }], HEALTH, SOURCES)).toThrow(
      GuardError,
    );
  });
});
