import type { Consent, Observation, Patient, Provenance, Resource } from "@medplum/fhirtypes";
import { ACT_CODE, CONSENT_SCOPE, LOINC } from "#profiles/systems.ts";
import type { Asking } from "./pairs.fixtures.ts";

const PATCH = { "Content-Type": "application/json-patch+json" };
const CHANGE = [{ op: "add", path: "/language", value: "en" }];

/** A code that every list of labels knows as an ordinary one. */
export const WEIGHT = { coding: [{ system: LOINC, code: "29463-7" }], text: "a finding" };

export function observation(more: Partial<Observation>): Observation {
  return { resourceType: "Observation", status: "final", code: WEIGHT, ...more };
}

export function consent(oscar: string, more: Partial<Consent> = {}): Consent {
  return {
    resourceType: "Consent",
    status: "active",
    scope: { coding: [{ system: CONSENT_SCOPE, code: "patient-privacy" }] },
    category: [{ coding: [{ system: ACT_CODE, code: "INFA" }] }],
    patient: { reference: `Patient/${oscar}` },
    policyRule: { coding: [{ system: ACT_CODE, code: "OPTIN" }] },
    ...more,
  };
}

export function provenance(...targets: readonly string[]): Provenance {
  return {
    resourceType: "Provenance",
    target: targets.map((reference) => ({ reference })),
    recorded: "2026-09-01T09:00:00Z",
    agent: [{ who: { display: "a clerk" } }],
  };
}

/** A resource of a type under an id, about a child whom the writer sees. */
export function sent(type: string, id: string, oscar: string): Resource {
  const patient: Patient = { resourceType: "Patient", id, name: [{ family: "Ashdown" }] };
  if (type === "Patient") return patient;
  if (type === "Observation") return { ...observation({ subject: { reference: `Patient/${oscar}` } }), id };
  return type === "Consent" ? { ...consent(oscar), id } : { ...provenance(`Patient/${oscar}`), id };
}

export function bundle(
  type: "batch" | "transaction",
  method: string,
  urls: readonly string[],
  resource?: Resource,
): Asking {
  const entry = urls.map((url) => ({ request: { method, url }, ...(resource && { resource }) }));
  return { method: "POST", path: "", body: { resourceType: "Bundle", type, entry } };
}

export const READS = (type: string, id: string): readonly Asking[] => [
  { path: `${type}/${id}` },
  { path: `${type}/${id}`, method: "HEAD" },
  { path: `${type}/${id}`, headers: { "If-None-Match": 'W/"1"' } },
  { path: `${type}/${id}`, headers: { "If-Modified-Since": "Sat, 01 Jan 2050 00:00:00 GMT" } },
  { path: `${type}/${id}?_elements=id&_pretty=true` },
  { path: `${type}/${id}/_history` },
  { path: `${type}/${id}/_history/1` },
  { path: `${type}/${id}/$validate` },
  { path: `${type}?_id=${id}&_total=accurate` },
  { path: `${type}?_id=${id}&_summary=count` },
  { path: `${type}?_id=${id}&_include=*&_revinclude=*` },
  { path: `${type}?_id:not=${id}&_summary=count` },
  { path: `?_type=Patient,Observation&_id=${id}` },
  { path: `Provenance?target=${type}/${id}` },
  { path: `Patient?_has:Observation:patient:_id=${id}` },
  { path: `Observation?derived-from=${type}/${id}` },
  bundle("batch", "GET", [`${type}/${id}`, `${type}/${id}/_history`, `${type}?_id=${id}`]),
  bundle("transaction", "GET", [`${type}/${id}`]),
];

export const WRITES = (type: string, id: string, oscar: string): readonly Asking[] => [
  ...[{}, { "If-Match": 'W/"1"' }, { "If-Match": "*" }, { "If-None-Match": "*" }].flatMap((headers): Asking[] => [
    { method: "PUT", path: `${type}/${id}`, headers, body: sent(type, id, oscar) },
    { method: "PATCH", path: `${type}/${id}`, headers: { ...headers, ...PATCH }, body: CHANGE },
    { method: "DELETE", path: `${type}/${id}`, headers },
  ]),
  { method: "PUT", path: `${type}?_id=${id}`, body: sent(type, id, oscar) },
  { method: "PATCH", path: `${type}?_id=${id}`, headers: PATCH, body: CHANGE },
  { method: "DELETE", path: `${type}?_id=${id}` },
  { method: "POST", path: `${type}/${id}/$validate?mode=update`, body: sent(type, id, oscar) },
  { method: "POST", path: "Provenance", body: provenance(`${type}/${id}`) },
  { method: "POST", path: "Provenance", body: provenance(`Patient/${oscar}`, `${type}/${id}/_history/1`) },
  {
    method: "POST",
    path: "Consent",
    body: consent(oscar, {
      provision: { type: "permit", data: [{ meaning: "instance", reference: { reference: `${type}/${id}` } }] },
    }),
  },
  bundle("transaction", "PUT", [`${type}/${id}`], sent(type, id, oscar)),
  bundle("transaction", "DELETE", [`${type}/${id}`]),
  bundle(
    "transaction",
    "POST",
    ["Observation"],
    observation({ subject: { reference: `Patient/${oscar}` }, focus: [{ reference: `${type}?_id=${id}` }] }),
  ),
  bundle("batch", "DELETE", [`${type}/${id}`, `${type}?_id=${id}`]),
];
