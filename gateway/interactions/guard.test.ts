import { describe, expect, test } from "vitest";
import { canonical } from "#profiles/canonical.ts";
import { UPN } from "#profiles/systems.ts";
import { GuardError, guardBody, guardLeaving } from "./guard.ts";
import { CONFORMANCE, GP, HEALTH, OFFICER, SOURCES, VENDOR } from "./read.fixtures.ts";

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

describe("an answer", () => {
  const upn = Buffer.from(`{"identifier":[{"system":"${UPN}"}]}`);
  const nothing = Buffer.from("{}");

  test.each([
    ["an Observation of a source in reach", GP, { type: "Observation", source: "leeds-csds", body: nothing }, true],
    [
      "an Observation beyond the agreement",
      HEALTH,
      { type: "Observation", source: "leeds-eyfsp", body: nothing },
      false,
    ],
    ["an Observation of no known source", GP, { type: "Observation", source: "elsewhere", body: nothing }, false],
    ["an end beyond the agreement", HEALTH, { type: "Observation", source: "leeds-eyfsp", body: undefined }, false],
    ["a Consent", GP, { type: "Consent", source: "leeds-csds", body: nothing }, false],
    ["a Consent of its own", VENDOR, { type: "Consent", source: "leeds-vendor", body: nothing }, true],
    ["a Consent to officers", OFFICER, { type: "Consent", source: "leeds-csds", body: nothing }, true],
    ["a Patient with a UPN", GP, { type: "Patient", source: "", body: upn }, false],
    ["a Patient with a UPN to who may have it", OFFICER, { type: "Patient", source: "", body: upn }, true],
    ["a Patient with a UPN where all systems are shown", CONFORMANCE, { type: "Patient", source: "", body: upn }, true],
  ] as const)("with %s", (_, who, leaving, passes) => {
    const check = () => guardLeaving([leaving], who, SOURCES);
    if (passes) expect(check).not.toThrow();
    else expect(check).toThrow(GuardError);
  });
});
