import type { Consent, Observation, Patient, Provenance, Resource } from "@medplum/fhirtypes";
import type { Random } from "#mappers/synthetic/random.ts";
import type { ServedType } from "#profiles/interactions.ts";
import type { Route } from "#profiles/routes.ts";
import { ACT_CODE, CONSENT_SCOPE, DATA_CLASS, NHS_NUMBER, ODS_ORGANIZATION } from "#profiles/systems.ts";
import { BIRTH_DATES, FAMILIES, GIVEN, POSTCODES, REMARKS } from "./told.fixtures.ts";
import type { Asked } from "./twins.fixtures.ts";
import type { Values } from "./words.fixtures.ts";

type Sent = Pick<Asked, "headers" | "body">;

export interface BodyOptions {
  readonly values: Values;
  /** Criteria of a search for a type, as conditional interactions take them. */
  query(type: ServedType | undefined): string;
}

/** What is sent along: resources about whom the requester sees, whom it does not, and who never was. */
export function createBodies(random: Random, { values, query }: BodyOptions) {
  const { of, id, chance } = values;
  const resource = createResources({ values, query });
  const preconditions = (): Record<string, string> => ({
    ...(chance(0.3) && { "If-Match": of(["*", 'W/"1"', `W/"${values.version()}"`]) }),
    ...(chance(0.1) && { "If-None-Match": "*" }),
    ...(chance(0.2) && { Prefer: of(["return=minimal", "return=OperationOutcome", "handling=lenient"]) }),
  });
  const json = (body: object, headers: Readonly<Record<string, string>> = {}): Sent => ({
    headers: { "Content-Type": "application/fhir+json", ...headers },
    body: JSON.stringify(body),
  });
  return {
    json,
    form: (body: string): Sent => ({ headers: { "Content-Type": "application/x-www-form-urlencoded" }, body }),
    /** Of a read. */
    conditions: (type: ServedType | undefined): Record<string, string> => ({
      ...(type && chance(0.15) && { "If-None-Match": of(["*", 'W/"1"', `W/"${values.version()}"`]) }),
      ...(type &&
        chance(0.1) && { "If-Modified-Since": of(["Sat, 01 Jan 2050 00:00:00 GMT", "Tue, 01 Sep 2026 00:00:00 GMT"]) }),
      ...(chance(0.05) && { Prefer: "handling=lenient" }),
    }),
    written({ interaction, type, method }: Route, path: string): Sent {
      const headers = preconditions();
      if (method === "DELETE") return { headers };
      if (interaction === "patch") {
        const patch = {
          op: of(["add", "replace", "test"]),
          path: of(["/language", "/status", "/active"]),
          value: of(["en", "final"]),
        };
        return {
          headers: { ...headers, "Content-Type": "application/json-patch+json" },
          body: JSON.stringify([patch]),
        };
      }
      const [, named] = path.split("/");
      const body = { ...resource(type ?? "Patient"), ...(interaction === "update" && named && { id: named }) };
      return json(body, {
        ...headers,
        ...(interaction === "create" && chance(0.4) && { "If-None-Exist": query(type) }),
      });
    },
    parameters(operation: string, type: ServedType | undefined): object {
      const reference = (name: string) => ({ name, valueReference: { reference: `Patient/${id("Patient")}` } });
      const parts = [
        ...(operation === "match" || operation === "validate"
          ? [{ name: "resource", resource: resource(type ?? "Patient") }]
          : []),
        ...(operation === "match" && chance(0.4) ? [{ name: "onlyCertainMatches", valueBoolean: chance(0.5) }] : []),
        ...(operation.endsWith("merge") ? [reference("source-patient"), reference("target-patient")] : []),
        ...(operation.endsWith("merge")
          ? [
              { name: "preview", valueBoolean: chance(0.8) },
              { name: "reason", valueString: "a household told both" },
            ]
          : []),
        ...(operation === "ihe-pix"
          ? [{ name: "sourceIdentifier", valueString: `${NHS_NUMBER}|${values.number()}` }]
          : []),
        ...(operation === "lastn" ? [{ name: "patient", valueString: `Patient/${id("Patient")}` }] : []),
      ];
      return { resourceType: "Parameters", parameter: parts };
    },
    bundle(entryOf: () => Asked): object {
      const entries = Array.from({ length: random.between(1, 4) }, entryOf).map(
        ({ method, path, headers = {}, body }) => ({
          fullUrl: `urn:uuid:00000000-0000-4000-9000-${String(random.between(0, 99_999_999)).padStart(12, "0")}`,
          ...(body?.startsWith("{") && { resource: JSON.parse(body) as unknown }),
          request: {
            method,
            url: path,
            ...(headers["If-Match"] && { ifMatch: headers["If-Match"] }),
            ...(headers["If-None-Match"] && { ifNoneMatch: headers["If-None-Match"] }),
            ...(headers["If-None-Exist"] && { ifNoneExist: headers["If-None-Exist"] }),
          },
        }),
      );
      return { resourceType: "Bundle", type: of(["batch", "transaction"]), entry: entries };
    },
  };
}

function createResources({ values, query }: BodyOptions) {
  const { of, id, chance } = values;
  const child = () =>
    of([
      { reference: `Patient/${id("Patient")}` },
      { reference: `Patient/${id("Patient")}` },
      { identifier: { system: NHS_NUMBER, value: values.number() } },
      { reference: `Patient?${query("Patient")}` },
    ]);
  const any = (): string => {
    const type = of(["Patient", "Observation", "Provenance", "Consent"]);
    return `${type}/${id(type)}`;
  };
  const patient = (): Patient => ({
    resourceType: "Patient",
    ...(chance(0.7) && { identifier: [{ system: NHS_NUMBER, value: values.number() }] }),
    name: [{ family: of(FAMILIES), given: [of(GIVEN)] }],
    birthDate: of(BIRTH_DATES),
    gender: of(["female", "male"]),
    ...(chance(0.5) && { address: [{ postalCode: of(POSTCODES) }] }),
  });
  const observation = (): Observation => ({
    resourceType: "Observation",
    status: "final",
    code: { text: of(REMARKS) },
    subject: child(),
    valueString: of(REMARKS),
    ...(chance(0.3) && { hasMember: [{ reference: `Observation/${id("Observation")}` }] }),
    ...(chance(0.2) && { focus: [{ reference: any() }] }),
  });
  const consent = (): Consent => ({
    resourceType: "Consent",
    status: "active",
    scope: { coding: [{ system: CONSENT_SCOPE, code: "patient-privacy" }] },
    category: [{ coding: [{ system: ACT_CODE, code: "INFA" }] }],
    patient: child(),
    policyRule: { coding: [{ system: ACT_CODE, code: "OPTIN" }] },
    provision: {
      type: "permit",
      provision: [
        {
          type: "deny",
          ...(chance(0.5)
            ? { class: [{ system: DATA_CLASS, code: of(["education", "health-visiting"]) }] }
            : { data: [{ meaning: "instance", reference: { reference: any() } }] }),
        },
      ],
    },
  });
  const provenance = (): Provenance => ({
    resourceType: "Provenance",
    target: Array.from({ length: of([1, 1, 2]) }, () => ({ reference: any() })),
    recorded: "2026-09-01T09:00:00Z",
    agent: [{ who: { display: "a clerk" } }],
  });
  return (type: ServedType): Resource => {
    switch (type) {
      case "Patient":
        return patient();
      case "Consent":
        return consent();
      case "Provenance":
        return provenance();
      case "Organization":
        return {
          resourceType: "Organization",
          name: "Zebra",
          identifier: [{ system: ODS_ORGANIZATION, value: of(["Z99101", "Z99999"]) }],
        };
      case "Practitioner":
        return { resourceType: "Practitioner", name: [{ family: of(FAMILIES) }] };
      case "PractitionerRole":
        return { resourceType: "PractitionerRole", practitioner: { reference: `Practitioner/${id("Practitioner")}` } };
      default:
        return observation();
    }
  };
}
