import type { Observation, Provenance } from "@medplum/fhirtypes";
import { describe, expect, test } from "vitest";
import { BASE, found, observation } from "../search.fixtures.ts";

describe("a reference", () => {
  const about = (id: string, reference: string): Observation => observation(id, { subject: { reference } });
  const ABOUT = [
    about("relative", "Patient/p1"),
    about("versioned", "Patient/p1/_history/2"),
    about("absolute", `${BASE}/Patient/p1`),
    about("both", `${BASE}/Patient/p1/_history/3`),
    about("elsewhere", "http://elsewhere/fhir/Patient/p1"),
    about("group", "Group/p1"),
    about("urn", "urn:uuid:7d3ba7d5-2b4e-4a0e-9f3b-0d2f5a1b6c77"),
    about("contained", "#p1"),
    observation("identified", { subject: { type: "Patient", identifier: { system: "urn:mr", value: "1" } } }),
  ];
  const OURS = ["absolute", "both", "relative", "versioned"];

  test.each([
    ["subject=Patient/p1", OURS],
    ["patient=p1", OURS],
    ["patient=Patient/p1", OURS],
    [`subject=${BASE}/Patient/p1`, OURS],
    ["subject:Patient=p1", OURS],
    ["subject:Patient=Patient/p1", OURS],
    ["subject:Group=p1", ["group"]],
    ["subject=p1", [...OURS, "group"]],
    ["subject=Patient/p1/_history/2", ["versioned"]],
    ["subject=Patient/p1/_history/3", ["both"]],
    ["subject=http://elsewhere/fhir/Patient/p1", ["elsewhere"]],
    ["subject=urn:uuid:7d3ba7d5-2b4e-4a0e-9f3b-0d2f5a1b6c77", ["urn"]],
    ["patient=Group/p1", []],
    ["subject:identifier=urn:mr|1", ["identified"]],
    ["subject:identifier=1", ["identified"]],
    ["patient:identifier=urn:mr|2", []],
    ["subject:missing=true", []],
    ["patient:missing=true", ["contained", "group", "urn"]],
    ["encounter:missing=false", []],
  ])("%s", (text, ids) => {
    expect(found("Observation", ABOUT, text)).toEqual([...ids].sort());
  });

  test("to any type is found by the id alone", () => {
    const provenance: Provenance = {
      resourceType: "Provenance",
      id: "it",
      target: [{ reference: "Observation/o1" }],
      recorded: "2026-01-01T00:00:00Z",
      agent: [{ who: { reference: "Organization/x" } }],
    };
    expect(found("Provenance", [provenance], "target=o1")).toEqual(["it"]);
    expect(found("Provenance", [provenance], "target=Observation/o1")).toEqual(["it"]);
    expect(found("Provenance", [provenance], "target=x")).toEqual([]);
    expect(found("Provenance", [provenance], "agent:Organization=x")).toEqual(["it"]);
  });
});
