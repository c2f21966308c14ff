import { parametersOf, TYPES } from "./search.ts";

const INTERACTIONS = [
  ...["read", "vread", "update", "patch", "delete", "history-instance", "history-type", "create", "search-type"],
];
const SYSTEM = ["transaction", "batch", "search-system", "history-system"];

const PERSON_OPERATIONS = [
  { name: "match", definition: "http://hl7.org/fhir/OperationDefinition/Patient-match" },
  { name: "ihe-pix", definition: "https://profiles.ihe.net/ITI/PIXm/OperationDefinition/IHE.PIXm.pix" },
];

function references(type: string, to: readonly string[]): readonly string[] {
  return Object.values(parametersOf(type))
    .filter(
      (each) =>
        each.type === "reference" &&
        to.some((target) => each.target.includes(target) || each.target.includes("Resource")),
    )
    .map((each) => `${type}:${each.code}`);
}

export function capabilities(base: string) {
  const resource = TYPES.map((type) => ({
    type,
    profile: `http://hl7.org/fhir/StructureDefinition/${type}`,
    interaction: INTERACTIONS.map((code) => ({ code })),
    ...{ versioning: "versioned-update", readHistory: true, updateCreate: true, conditionalCreate: true },
    ...{ conditionalRead: "full-support", conditionalUpdate: true, conditionalDelete: "single" },
    searchInclude: references(type, TYPES),
    searchRevInclude: TYPES.flatMap((other) => references(other, [type])),
    ...(type === "Patient" && { operation: PERSON_OPERATIONS }),
    searchParam: Object.values(parametersOf(type)).map(({ code, type: kind }) => ({ name: code, type: kind })),
  })).map(({ searchInclude, searchRevInclude, ...rest }) => ({
    ...rest,
    ...(searchInclude.length === 0 ? {} : { searchInclude }),
    ...(searchRevInclude.length === 0 ? {} : { searchRevInclude }),
  }));
  return {
    resourceType: "CapabilityStatement",
    status: "active",
    date: "2026-01-01",
    kind: "instance",
    implementation: { description: "A small server that keeps the rules", url: base },
    fhirVersion: "4.0.1",
    format: ["json"],
    patchFormat: ["application/json-patch+json", "application/fhir+json"],
    rest: [{ mode: "server", resource, interaction: SYSTEM.map((code) => ({ code })) }],
  };
}
