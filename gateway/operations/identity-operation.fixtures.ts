import type { Bundle, BundleEntry, OperationOutcome, Patient } from "@medplum/fhirtypes";
import { jsonOf, type TestGateway } from "../gateway.fixtures.ts";
import { MATCH_GRADE } from "./match-bundle.ts";

/** The answer to one POST of an operation, whatever it came to. */
export interface OperationAnswer<T> {
  readonly status: number;
  readonly resource: T;
}

export async function postTo<T>(
  started: TestGateway,
  client: string,
  path: string,
  body: unknown,
  scope?: string,
): Promise<OperationAnswer<T>> {
  const init = {
    method: "POST",
    headers: { "Content-Type": "application/fhir+json" },
    body: typeof body === "string" ? body : JSON.stringify(body),
  };
  const response = await started.ask(client, path, init, scope);
  return { status: response.status, resource: await jsonOf<T>(response) };
}

/** A Patient that stays as it is told, under a name of its own, where no person is real. */
export async function makePatient(started: TestGateway, patient: Partial<Patient>): Promise<string> {
  const { status, resource } = await postTo<Patient>(started, "conformance-demo", "Patient", {
    resourceType: "Patient",
    ...patient,
  });
  if (status !== 201 || resource.id === undefined) throw new Error(`no Patient was made: ${status}`);
  return resource.id;
}

export function match(
  started: TestGateway,
  client: string,
  patient: Partial<Patient>,
  more: Readonly<Record<string, unknown>>[] = [],
): Promise<OperationAnswer<Bundle>> {
  const resource = { resourceType: "Patient", ...patient };
  const body =
    more.length === 0 ? resource : { resourceType: "Parameters", parameter: [{ name: "resource", resource }, ...more] };
  return postTo<Bundle>(started, client, "Patient/$match", body);
}

export const CERTAIN = { name: "onlyCertainMatches", valueBoolean: true };

export interface Matched {
  readonly id: string;
  readonly grade: string;
  readonly score: number;
}

/** The Patients of an answer, in order. */
export function matched({ resource }: OperationAnswer<Bundle>): readonly Matched[] {
  return (resource.entry ?? [])
    .filter((entry) => entry.resource?.resourceType === "Patient")
    .map(({ resource: patient, search }) => ({
      id: patient?.id ?? "",
      grade: gradeOf(search),
      score: search?.score ?? Number.NaN,
    }));
}

function gradeOf(search: BundleEntry["search"]): string {
  const grades = (search?.extension ?? []).filter(({ url }) => url === MATCH_GRADE);
  return grades.map(({ valueCode }) => valueCode).join(" ");
}

/** Severity and code of every issue of an answer that is a searchset. */
export function remarks({ resource }: OperationAnswer<Bundle>): readonly string[] {
  return (resource.entry ?? []).flatMap(({ resource: outcome }) =>
    outcome?.resourceType === "OperationOutcome"
      ? outcome.issue.map(({ severity, code }) => `${severity} ${code}`)
      : [],
  );
}

/** Status and code of a refusal. */
export function refusal({ status, resource }: OperationAnswer<Bundle | OperationOutcome | unknown>): string {
  const issues = isOutcome(resource) ? resource.issue.map(({ code }) => code) : ["no OperationOutcome"];
  return `${status} ${issues.join(" ")}`;
}

function isOutcome(resource: unknown): resource is OperationOutcome {
  return typeof resource === "object" && resource !== null && "resourceType" in resource && "issue" in resource;
}
