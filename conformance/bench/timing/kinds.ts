import type { Bundle, Resource } from "@medplum/fhirtypes";

/** A request, once about what is hidden from the client and once about what never was. */
export interface Kind {
  readonly name: string;
  readonly client: "gp-demo" | "vendor-demo";
  readonly hidden: readonly Asked[];
  readonly absent: readonly Asked[];
}

export interface Asked {
  readonly method: "GET" | "POST";
  /** Below the FHIR base. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** What officers find and a client does not, and as many names of nobody. */
export interface Names {
  readonly patients: readonly Resource[];
  readonly observations: readonly Resource[];
  readonly absentIds: readonly string[];
  readonly absentNumbers: readonly string[];
}

const NHS_NUMBER = "https://fhir.nhs.uk/Id/nhs-number";
const FHIR_JSON = { "Content-Type": "application/fhir+json" };
const FORM = { "Content-Type": "application/x-www-form-urlencoded" };

export function matchesOf({ entry = [] }: Bundle): readonly Resource[] {
  return entry.flatMap(({ resource, search }) =>
    resource !== undefined && search?.mode === "match" ? [resource] : [],
  );
}

export function numberOf(resource: Resource): string | undefined {
  if (resource.resourceType !== "Patient") return undefined;
  return resource.identifier?.find(({ system }) => system === NHS_NUMBER)?.value;
}

export function kindsOf(
  client: Kind["client"],
  { patients, observations, absentIds, absentNumbers }: Names,
): readonly Kind[] {
  const ids = (resources: readonly Resource[]): readonly string[] => resources.map(({ id = "" }) => id);
  const numbers = patients.flatMap((patient) => numberOf(patient) ?? []);
  const kind = (
    name: string,
    names: readonly string[],
    none: readonly string[],
    ask: (name: string) => Asked,
  ): Kind => ({
    name,
    client,
    hidden: names.map(ask),
    absent: none.map(ask),
  });
  const get = (path: string): Asked => ({ method: "GET", path });
  const byNumber = (name: string, ask: (number: string) => Asked): Kind => kind(name, numbers, absentNumbers, ask);
  const byChild = (name: string, ask: (id: string) => Asked): Kind => kind(name, ids(patients), absentIds, ask);
  const byFinding = (name: string, ask: (id: string) => Asked): Kind => kind(name, ids(observations), absentIds, ask);
  return [
    byChild("read a Patient", (id) => get(`Patient/${id}`)),
    byFinding("read an Observation", (id) => get(`Observation/${id}`)),
    byFinding("vread", (id) => get(`Observation/${id}/_history/1`)),
    byFinding("history", (id) => get(`Observation/${id}/_history`)),
    byChild("history of a Patient", (id) => get(`Patient/${id}/_history`)),
    byNumber("search by NHS number", (number) => ({
      method: "POST",
      path: "Observation/_search",
      headers: FORM,
      body: new URLSearchParams({ "patient.identifier": `${NHS_NUMBER}|${number}` }).toString(),
    })),
    byFinding("search by _id", (id) => get(`Observation?_id=${id}`)),
    byFinding("_has", (id) => get(`Patient?_has:Observation:patient:_id=${id}`)),
    byNumber("chain", (number) => get(`Observation?subject:Patient.identifier=${NHS_NUMBER}|${number}`)),
    byChild("page of a compartment", (id) => get(`Patient/${id}/Observation?_count=5`)),
    byChild("$everything", (id) => get(`Patient/${id}/$everything`)),
    byNumber("$match", (number) => ({
      method: "POST",
      path: "Patient/$match",
      headers: FHIR_JSON,
      body: JSON.stringify({
        resourceType: "Parameters",
        parameter: [
          {
            name: "resource",
            resource: { resourceType: "Patient", identifier: [{ system: NHS_NUMBER, value: number }] },
          },
          { name: "onlyCertainMatches", valueBoolean: true },
        ],
      }),
    })),
  ];
}

/** Where a client writes: what it sends is refused by base R4 only after its condition was matched. */
export function writingKinds({ patients, absentNumbers }: Names): readonly Kind[] {
  const numbers = patients.flatMap((patient) => numberOf(patient) ?? []);
  const ask = (number: string): Asked => ({
    method: "POST",
    path: "Organization",
    headers: { ...FHIR_JSON, "If-None-Exist": `_has:Patient:organization:identifier=${NHS_NUMBER}|${number}` },
    body: JSON.stringify({ resourceType: "Organization", name: "Synthetic Timing" }),
  });
  return [
    { name: "conditional create", client: "vendor-demo", hidden: numbers.map(ask), absent: absentNumbers.map(ask) },
  ];
}
