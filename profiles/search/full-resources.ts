import type {
  Address,
  AuditEvent,
  Consent,
  Observation,
  Organization,
  Patient,
  Practitioner,
  PractitionerRole,
  Provenance,
  Resource,
} from "@medplum/fhirtypes";

/** Valid resources, made up, that between them have every element that a search parameter reads. */

const META = {
  lastUpdated: "2026-07-01T09:30:00.123Z",
  profile: ["https://example.org/StructureDefinition/a", "https://example.org/StructureDefinition/b"],
  security: [{ system: "http://terminology.hl7.org/CodeSystem/v3-Confidentiality", code: "R" }],
  source: "https://example.org/source",
  tag: [{ system: "https://example.org/tags", code: "one" }, { code: "two" }],
};
const TELECOM = [
  { system: "phone", value: "01130000000", use: "home" },
  { system: "email", value: "someone@example.org" },
  { system: "phone", value: "07700900000", use: "mobile" },
] as const;
const ADDRESS: Address = {
  use: "home",
  line: ["1 Invented Street"],
  city: "Leeds",
  district: "Leeds",
  state: "West Yorkshire",
  postalCode: "LS1 9CC",
  country: "England",
};
const concept = (code: string) => ({
  coding: [{ system: "https://example.org/codes", code, display: code }],
  text: code,
});
const reference = (literal: string) => ({ reference: literal });

const patient: Patient = {
  resourceType: "Patient",
  id: "child-1",
  meta: META,
  identifier: [{ system: "https://fhir.nhs.uk/Id/nhs-number", value: "9990000018" }, { value: "local-1" }],
  active: true,
  name: [
    { use: "official", family: "Example", given: ["Robin", "Lee"] },
    { use: "nickname", given: ["Rob"], text: "Rob" },
  ],
  telecom: [...TELECOM],
  gender: "other",
  birthDate: "2023-02",
  deceasedDateTime: "2026-01-02T03:04:05Z",
  address: [ADDRESS, { use: "old", city: "Widnes", state: "Cheshire", postalCode: "WA8 1KK", country: "GB" }],
  communication: [{ language: concept("pl"), preferred: true }, { language: concept("en") }],
  generalPractitioner: [reference("Organization/practice-1"), reference("Practitioner/gp-1")],
  managingOrganization: reference("Organization/practice-1"),
  link: [{ other: reference("Patient/child-2"), type: "seealso" }],
};

const livingPatient: Patient = { resourceType: "Patient", id: "child-2", deceasedBoolean: false, gender: "female" };
const deadPatient: Patient = { resourceType: "Patient", id: "child-3", deceasedBoolean: true };

const observation: Observation = {
  resourceType: "Observation",
  id: "finding-1",
  meta: META,
  identifier: [{ system: "https://example.org/findings", value: "1" }],
  basedOn: [reference("ServiceRequest/1")],
  partOf: [reference("Procedure/1")],
  status: "final",
  category: [concept("survey"), concept("literacy")],
  code: concept("E08"),
  subject: reference("https://example.org/fhir/Patient/child-1"),
  focus: [reference("Location/1")],
  encounter: reference("Encounter/1"),
  effectivePeriod: { start: "2025-09-01", end: "2026-07-31" },
  performer: [reference("Organization/school-1"), reference("Practitioner/teacher-1")],
  valueQuantity: { value: 14.2, unit: "kilogram", system: "http://unitsofmeasure.org", code: "kg" },
  method: concept("method"),
  specimen: reference("Specimen/1"),
  device: reference("Device/1"),
  hasMember: [reference("Observation/2")],
  derivedFrom: [reference("Observation/3"), reference("QuestionnaireResponse/1")],
  component: [
    { code: concept("left"), valueQuantity: { value: 1, unit: "cm" } },
    { code: concept("right"), valueCodeableConcept: concept("clear") },
    { code: concept("third"), dataAbsentReason: concept("not-performed") },
    { code: concept("fourth"), valueSampledData: { origin: { value: 0 }, period: 1, dimensions: 1, data: "1 2" } },
  ],
};

const conceptObservation: Observation = {
  resourceType: "Observation",
  id: "finding-2",
  status: "amended",
  code: concept("E01"),
  subject: { reference: "Patient/child-1", type: "Patient" },
  effectiveDateTime: "2026-06-30T10:00:00+01:00",
  valueCodeableConcept: concept("2"),
};

const absentObservation: Observation = {
  resourceType: "Observation",
  id: "finding-3",
  status: "final",
  code: concept("E02"),
  subject: reference("Group/reception"),
  effectiveInstant: "2026-06-30T10:00:00Z",
  dataAbsentReason: concept("not-performed"),
};

const stringObservation: Observation = {
  resourceType: "Observation",
  id: "finding-4",
  status: "final",
  code: concept("progress"),
  subject: reference("Patient/child-1/_history/2"),
  effectiveTiming: { event: ["2026-06-30"] },
  valueString: "Enjoys stories.",
};

const dateObservation: Observation = {
  resourceType: "Observation",
  id: "finding-5",
  status: "final",
  code: concept("date"),
  valueDateTime: "2026-06",
};

const periodObservation: Observation = {
  resourceType: "Observation",
  id: "finding-6",
  status: "final",
  code: concept("period"),
  valuePeriod: { start: "2026-06-01" },
};

const sampledObservation: Observation = {
  resourceType: "Observation",
  id: "finding-7",
  status: "final",
  code: concept("trace"),
  valueSampledData: { origin: { value: 0, unit: "mV" }, period: 10, dimensions: 1, data: "1 2 3" },
};

const consent: Consent = {
  resourceType: "Consent",
  id: "consent-1",
  meta: META,
  identifier: [{ value: "consent-1" }],
  status: "active",
  scope: concept("patient-privacy"),
  category: [concept("objection")],
  patient: reference("Patient/child-1"),
  dateTime: "2026-05-01",
  performer: [reference("RelatedPerson/parent-1")],
  organization: [reference("Organization/authority-1")],
  sourceReference: reference("DocumentReference/1"),
  policyRule: concept("OPTOUT"),
  provision: {
    type: "deny",
    period: { start: "2026-05-01", end: "2027-05-01" },
    actor: [{ role: concept("recipient"), reference: reference("Organization/practice-1") }],
    action: [concept("access")],
    securityLabel: [{ system: "https://example.org/labels", code: "label" }],
    purpose: [{ system: "http://terminology.hl7.org/CodeSystem/v3-ActReason", code: "TREAT" }],
    data: [{ meaning: "instance", reference: reference("Observation/finding-1") }],
  },
};

const attachedConsent: Consent = {
  resourceType: "Consent",
  id: "consent-2",
  status: "active",
  scope: concept("patient-privacy"),
  category: [concept("agreement")],
  policyRule: concept("OPTIN"),
  sourceAttachment: { title: "Letter" },
};

const organization: Organization = {
  resourceType: "Organization",
  id: "school-1",
  meta: META,
  identifier: [{ system: "https://fhir.hl7.org.uk/Id/urn-school-number", value: "100001" }],
  active: true,
  type: [concept("school")],
  name: "Invented Primary School",
  alias: ["Invented Primary", "The Invented"],
  address: [{ ...ADDRESS, use: "work" }],
  partOf: reference("Organization/authority-1"),
  endpoint: [reference("Endpoint/1")],
};

const practitioner: Practitioner = {
  resourceType: "Practitioner",
  id: "gp-1",
  meta: META,
  identifier: [{ system: "https://fhir.hl7.org.uk/Id/gmc-number", value: "0000000" }],
  active: false,
  name: [{ family: "Made", given: ["Up"] }],
  telecom: [...TELECOM],
  gender: "female",
  address: [ADDRESS],
  communication: [concept("cy")],
};

const practitionerRole: PractitionerRole = {
  resourceType: "PractitionerRole",
  id: "role-1",
  meta: META,
  identifier: [{ value: "role-1" }],
  active: true,
  period: { start: "2025-01-01" },
  practitioner: reference("Practitioner/gp-1"),
  organization: reference("Organization/practice-1"),
  code: [concept("gp")],
  specialty: [concept("child-health")],
  location: [reference("Location/1")],
  healthcareService: [reference("HealthcareService/1")],
  telecom: [...TELECOM],
  endpoint: [reference("Endpoint/1")],
};

const provenance: Provenance = {
  resourceType: "Provenance",
  id: "provenance-1",
  meta: META,
  target: [reference("Patient/child-1"), reference("Observation/finding-1")],
  occurredDateTime: "2026-06-30T09:00:00Z",
  recorded: "2026-06-30T10:00:00Z",
  location: reference("Location/1"),
  agent: [{ type: concept("assembler"), role: [concept("role")], who: reference("Organization/school-1") }],
  entity: [{ role: "source", what: reference("DocumentReference/1") }],
  signature: [
    { type: [{ code: "1.2.840.10065.1.12.1.1" }], when: "2026-06-30T10:00:00Z", who: reference("Practitioner/gp-1") },
  ],
};

const auditEvent: AuditEvent = {
  resourceType: "AuditEvent",
  id: "audit-1",
  meta: META,
  type: { system: "http://terminology.hl7.org/CodeSystem/audit-event-type", code: "rest" },
  subtype: [{ system: "http://hl7.org/fhir/restful-interaction", code: "search-type" }],
  action: "E",
  recorded: "2026-06-30T10:00:00.000Z",
  outcome: "0",
  agent: [
    {
      role: [concept("role")],
      who: reference("Patient/child-1"),
      altId: "alternative",
      name: "A client",
      requestor: true,
      policy: ["https://example.org/policy"],
      network: { address: "192.0.2.1", type: "2" },
    },
    { requestor: false, who: reference("Organization/practice-1") },
  ],
  source: { site: "site", observer: reference("Device/gateway") },
  entity: [
    {
      what: reference("Patient/child-2"),
      type: { system: "http://terminology.hl7.org/CodeSystem/audit-entity-type", code: "1" },
      role: { system: "http://terminology.hl7.org/CodeSystem/object-role", code: "1" },
      name: "entity",
    },
    { what: reference("Observation/finding-1"), query: "cGF0aWVudA==" },
  ],
};

export const FULL_RESOURCES: readonly Resource[] = [
  patient,
  livingPatient,
  deadPatient,
  observation,
  conceptObservation,
  absentObservation,
  stringObservation,
  dateObservation,
  periodObservation,
  sampledObservation,
  consent,
  attachedConsent,
  organization,
  practitioner,
  practitionerRole,
  provenance,
  auditEvent,
];
