/** What the small server holds: a few invented children, with what the search rules are tried on. */

export interface Held {
  readonly resourceType: string;
  readonly id: string;
  readonly [member: string]: unknown;
}

const SYSTEM = "https://example.org/fhir/codes";
const CHILDREN = 7;

function meta(position: number) {
  return {
    versionId: `${position + 1}`,
    lastUpdated: `2026-03-${String(position + 1).padStart(2, "0")}T09:30:15.250Z`,
  };
}

function id(prefix: string, position: number): string {
  return `${prefix}-abcdef${position}`;
}

function patient(position: number): Held {
  const family = ["Whitlock", "Abara", "Okonjo", "Müller", "Petrova", "Nguyen", "Silva"][position] ?? "Green";
  return {
    resourceType: "Patient",
    id: id("p", position),
    meta: meta(position),
    identifier: [{ system: `${SYSTEM}/local`, value: `child-${position}` }],
    name: [{ family, given: [["Amina", "Oluwaseun", "Maya"][position % 3]] }],
    gender: position % 2 === 0 ? "female" : "male",
    birthDate: `2021-0${position + 1}-15`,
  };
}

function observation(position: number): Held {
  const child = position % CHILDREN;
  return {
    resourceType: "Observation",
    id: id("o", position),
    meta: meta(position),
    identifier: [{ system: `${SYSTEM}/record`, value: `record-${position}` }],
    status: "final",
    category: [{ coding: [{ system: `${SYSTEM}/category`, code: position % 2 === 0 ? "exam" : "survey" }] }],
    code: {
      coding: [
        { system: `${SYSTEM}/finding`, code: `finding-${position % 3}` },
        { system: `${SYSTEM}/other`, code: `other-${position % 3}` },
      ],
      text: "Finding",
    },
    subject: { reference: `Patient/${id("p", child)}` },
    effectiveDateTime: `2024-0${(position % 9) + 1}-10`,
  };
}

function consent(position: number): Held {
  return {
    resourceType: "Consent",
    id: id("c", position),
    meta: meta(position),
    identifier: [{ system: `${SYSTEM}/consent`, value: `consent-${position}` }],
    status: "active",
    scope: { coding: [{ system: "http://terminology.hl7.org/CodeSystem/consentscope", code: "patient-privacy" }] },
    policyRule: { coding: [{ system: "http://terminology.hl7.org/CodeSystem/v3-ActCode", code: "OPTIN" }] },
    category: [{ coding: [{ system: `${SYSTEM}/consent-category`, code: "sharing" }] }],
    patient: { reference: `Patient/${id("p", position)}` },
    dateTime: `2025-0${position + 1}-05`,
  };
}

function organization(position: number): Held {
  return {
    resourceType: "Organization",
    id: id("g", position),
    meta: meta(position),
    identifier: [{ system: `${SYSTEM}/organization`, value: `org-${position}` }],
    name: ["Meadow Surgery", "Orchard Nursery", "Hillcrest School"][position],
  };
}

function several<T>(count: number, make: (position: number) => T): readonly T[] {
  return Array.from({ length: count }, (_none, position) => make(position));
}

export const HELD: readonly Held[] = [
  ...several(CHILDREN, patient),
  ...several(12, observation),
  ...several(4, consent),
  ...several(3, organization),
];
