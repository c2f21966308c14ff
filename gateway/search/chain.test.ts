import { expect, test } from "vitest";
import type { ServedType } from "#profiles/interactions.ts";
import { parseCriteria } from "./query.ts";
import type { Condition, Question } from "./search-query.ts";

function parse(type: ServedType, text: string) {
  return parseCriteria(type, text, { fhirBase: "http://base/fhir/R4" });
}

/** A condition as the path that it follows. */
function path(condition: Condition): string {
  if (condition.kind === "chain") return `${condition.code}→(${condition.targets.map(question).join(" ")})`;
  if (condition.kind === "has") return `${condition.code}←${question(condition.question)}`;
  return condition.kind === "child-identifier" ? "child" : condition.code;
}

function question({ type, conditions, lead }: Question): string {
  return `${type}.${conditions.map(path).join()}${lead ? `[${lead.kind}]` : ""}`;
}

test.each<[ServedType, string, string]>([
  ["Observation", "patient.identifier=urn:s|1", "child[identifier]"],
  ["Observation", "subject:Patient.identifier=urn:s|1", "child[identifier]"],
  ["Observation", "patient.identifier=1", "patient→(Patient.identifier)"],
  ["Observation", "patient.identifier=urn:s|", "patient→(Patient.identifier)"],
  ["Observation", "subject:Patient.name=ann", "subject→(Patient.name[names])"],
  ["Observation", "subject.name:exact=Ann", "subject→(Patient.name)"],
  ["Observation", "patient._id=abc", "patient→(Patient._id[id])"],
  ["Observation", "performer.name=ann", "performer→(Patient.name[names] Organization.name Practitioner.name)"],
  ["Observation", "performer.specialty=x", "performer→(PractitionerRole.specialty)"],
  [
    "Observation",
    "patient.general-practitioner:PractitionerRole.organization.name=x",
    "patient→(Patient.general-practitioner→(PractitionerRole.organization→(Organization.name)))",
  ],
  ["Patient", "_has:Observation:patient:code=x", "patient←Observation.code"],
  ["Patient", "_has:Observation:patient:code:not=x", "patient←Observation.code"],
  [
    "Practitioner",
    "_has:Observation:performer:_has:Provenance:target:agent=x",
    "performer←Observation.target←Provenance.agent",
  ],
  [
    "Organization",
    "_has:PractitionerRole:organization:practitioner.name=x",
    "organization←PractitionerRole.practitioner→(Practitioner.name)",
  ],
  ["Patient", "_has:AuditEvent:entity:action=R", "entity←AuditEvent.action"],
  ["Observation", "patient._has:Consent:patient:status=active", "patient→(Patient.patient←Consent.status)"],
])("%s?%s is the question %s", (type, text, expected) => {
  const parsed = parse(type, text);
  expect(parsed.ok && question(parsed.question)).toBe(`${type}.${expected}`);
});

test.each<[ServedType, string, object]>([
  ["Observation", "code.name=x", { kind: "bad-chain", parameter: "code", expected: expect.stringContaining("token") }],
  ["Observation", "subject:Group.name=x", { kind: "bad-chain", expected: expect.stringMatching(/leads to: Patient$/) }],
  ["Observation", "subject:Nonsense.name=x", { kind: "bad-chain", parameter: "subject" }],
  ["Observation", "encounter.status=x", { kind: "bad-chain", expected: expect.stringContaining("nothing") }],
  ["Observation", "subject.nam=x", { kind: "unknown-parameter", type: "Patient", nearest: "name" }],
  ["Observation", "performer.nonsense=x", { kind: "unknown-parameter", parameter: "nonsense" }],
  ["Observation", "subject.birthdate=x", { kind: "bad-parameter-value", parameter: "birthdate" }],
  ["Observation", "subject.name:below=x", { kind: "unknown-modifier", known: ["missing", "exact", "contains"] }],
  ["Observation", "subjec.name=x", { kind: "unknown-parameter", parameter: "subjec", nearest: "subject" }],
  [
    "Observation",
    "derived-from.derived-from.derived-from.derived-from._id=x",
    { kind: "bad-chain", expected: "at most 3 links" },
  ],
  [
    "Patient",
    "_has:Observation=x",
    { kind: "bad-chain", parameter: "_has", expected: expect.stringContaining("_has:[type]") },
  ],
  [
    "Patient",
    "_has:Observation:code:status=x",
    { kind: "bad-chain", expected: expect.stringContaining("Observation:patient") },
  ],
  ["Patient", "_has:Encounter:patient:status=x", { kind: "bad-chain" }],
  ["Patient", "_has:Observation:patient:cod=x", { kind: "unknown-parameter", type: "Observation", nearest: "code" }],
  ["Patient", "_has=x", { kind: "bad-chain" }],
  ["AuditEvent", "_has:Provenance:target:recorded=2020", { kind: "bad-chain" }],
])("%s?%s says what can be followed", (type, text, issue) => {
  expect(parse(type, text)).toEqual({ ok: false, issues: [expect.objectContaining(issue)] });
});
