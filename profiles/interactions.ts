/**
 * The interaction table: which FHIR interaction is served on which type. Routes, CapabilityStatement and conformance
 * requirements are all made from it, so nothing can be declared that is not served, nor served without being declared.
 *
 * Interaction codes: https://hl7.org/fhir/R4/valueset-type-restful-interaction.html
 */
export type Interaction = "capabilities" | "read" | "search-type";

export type ServedType = "Patient" | "Observation" | "Consent" | "Organization";

/** What the table says of one type. */
export interface ServedResource {
  readonly type: ServedType;
  readonly interactions: readonly Interaction[];
  /** Profile that all instances of the type follow at least; an instance may claim more in `meta.profile`. */
  readonly profile: string;
  /** Search parameters by code, in the order in which the CapabilityStatement lists them. */
  readonly searchParameters: readonly string[];
  /** Values of `_include`, as `Observation:subject`. */
  readonly includes: readonly string[];
}

const EVERY_TYPE = ["_id", "_lastUpdated"] as const;
const UK_CORE = "https://fhir.hl7.org.uk/StructureDefinition";

export const SERVED_RESOURCES: readonly ServedResource[] = [
  {
    type: "Patient",
    interactions: ["read", "search-type"],
    profile: `${UK_CORE}/UKCore-Patient`,
    searchParameters: [...EVERY_TYPE, "identifier", "family", "given", "name", "birthdate", "gender"],
    includes: [],
  },
  {
    type: "Observation",
    interactions: ["read", "search-type"],
    profile: `${UK_CORE}/UKCore-Observation`,
    searchParameters: [...EVERY_TYPE, "identifier", "patient", "subject", "code", "category", "date", "status"],
    includes: ["Observation:patient", "Observation:subject", "Observation:performer"],
  },
  {
    type: "Consent",
    interactions: ["read", "search-type"],
    profile: `${UK_CORE}/UKCore-Consent`,
    searchParameters: [...EVERY_TYPE, "identifier", "patient", "category", "date", "status"],
    includes: ["Consent:patient"],
  },
  {
    type: "Organization",
    interactions: ["read", "search-type"],
    profile: `${UK_CORE}/UKCore-Organization`,
    searchParameters: [...EVERY_TYPE, "identifier", "name"],
    includes: [],
  },
];

/** Parameters that shape the answer of any search rather than select from it. */
export const RESULT_PARAMETERS = ["_sort", "_count", "_total", "_include"] as const;
