import { canonical } from "./canonical.ts";
import { SEARCH_PARAMETERS } from "./generated/search-parameters.ts";

/**
 * The interaction table: which FHIR interaction is served on which type. Routes, CapabilityStatement, OpenAPI and
 * conformance requirements are all made from it, so nothing can be declared that is not served, nor served without
 * being declared.
 *
 * Interaction codes: https://hl7.org/fhir/R4/valueset-type-restful-interaction.html
 */
export type TypeInteraction =
  | "read"
  | "vread"
  | "update"
  | "patch"
  | "delete"
  | "history-instance"
  | "history-type"
  | "create"
  | "search-type";

/** https://hl7.org/fhir/R4/valueset-system-restful-interaction.html */
export type SystemInteraction = "capabilities" | "transaction" | "batch" | "search-system" | "history-system";

/** `search-compartment` is R4's search-type within a compartment; `operation` is any of OPERATIONS. */
export type Interaction = TypeInteraction | SystemInteraction | "search-compartment" | "operation";

const RECORD_TYPES = [
  "Patient",
  "Observation",
  "Consent",
  "Organization",
  "Practitioner",
  "PractitionerRole",
  "Provenance",
] as const;
const CANONICAL_TYPES = [
  "StructureDefinition",
  "ValueSet",
  "CodeSystem",
  "ConceptMap",
  "SearchParameter",
  "OperationDefinition",
  "NamingSystem",
] as const;

/** Types that are kept in records, and written as well as read. */
export type RecordType = (typeof RECORD_TYPES)[number];
/** Types of the contract itself: read by everybody who is known. */
export type CanonicalType = (typeof CANONICAL_TYPES)[number];
export type ServedType = RecordType | "AuditEvent" | CanonicalType;

/** What the table says of one type. */
export interface ServedResource {
  readonly type: ServedType;
  readonly interactions: readonly TypeInteraction[];
  /** Profile that all instances of the type follow at least; an instance may claim more in `meta.profile`. */
  readonly profile: string;
  /** Search parameters by code, in the order in which the CapabilityStatement lists them. */
  readonly searchParameters: readonly string[];
  /** Values of `_include`, as `Observation:subject`; `*` and `Observation:*` stand for all of them. */
  readonly includes: readonly string[];
  /** Values of `_revinclude`, as `Observation:subject`. */
  readonly revIncludes: readonly string[];
}

const EVERY_INTERACTION: readonly TypeInteraction[] = [
  "read",
  "vread",
  "update",
  "patch",
  "delete",
  "history-instance",
  "history-type",
  "create",
  "search-type",
];
const READ_ONLY: readonly TypeInteraction[] = ["read", "search-type"];

const UK_CORE: ReadonlySet<string> = new Set(RECORD_TYPES.filter((type) => type !== "Provenance"));

function profileOf(type: ServedType): string {
  return UK_CORE.has(type)
    ? `https://fhir.hl7.org.uk/StructureDefinition/UKCore-${type}`
    : `http://hl7.org/fhir/StructureDefinition/${type}`;
}

const TYPES: readonly ServedType[] = [...RECORD_TYPES, "AuditEvent", ...CANONICAL_TYPES];

/** Reference parameters of a type that can lead to a type that is served, as `Observation:subject`. */
function referenceParameters(type: ServedType, targets: readonly ServedType[]): readonly string[] {
  return Object.values(SEARCH_PARAMETERS[type] ?? {}).flatMap(({ code, type: kind, target }) =>
    kind === "reference" && targets.some((served) => target.includes(served) || target.includes("Resource"))
      ? [`${type}:${code}`]
      : [],
  );
}

export const SERVED_RESOURCES: readonly ServedResource[] = TYPES.map((type) => ({
  type,
  interactions: isRecordType(type) ? EVERY_INTERACTION : READ_ONLY,
  profile: profileOf(type),
  searchParameters: Object.keys(SEARCH_PARAMETERS[type] ?? {}),
  includes: isCanonicalType(type) ? [] : referenceParameters(type, [...RECORD_TYPES]),
  revIncludes: isRecordType(type) ? RECORD_TYPES.flatMap((other) => referenceParameters(other, [type])) : [],
}));

export const SYSTEM_INTERACTIONS: readonly SystemInteraction[] = [
  "capabilities",
  "transaction",
  "batch",
  "search-system",
  "history-system",
];

export function isRecordType(type: string): type is RecordType {
  return RECORD_TYPES.some((known) => known === type);
}

export function isCanonicalType(type: string): type is CanonicalType {
  return CANONICAL_TYPES.some((known) => known === type);
}

export function isServedType(type: string): type is ServedType {
  return TYPES.some((known) => known === type);
}

/** Parameters that shape the answer of any search rather than select from it. */
export const RESULT_PARAMETERS = [
  "_sort",
  "_count",
  "_total",
  "_include",
  "_revinclude",
  "_summary",
  "_elements",
] as const;

/** An operation and where it is invoked. https://hl7.org/fhir/R4/operations.html */
export interface ServedOperation {
  /** Without the dollar. */
  readonly code: string;
  /** Canonical URL of its OperationDefinition. */
  readonly definition: string;
  /** Types whose addresses it stands at. */
  readonly types: readonly ServedType[];
  /** `[base]/Type/$code`. */
  readonly onType: boolean;
  /** `[base]/Type/id/$code`. */
  readonly onInstance: boolean;
  /** Invoked by POST alone: it changes something, or what it asks is no matter for a URL. */
  readonly isPostOnly?: true;
  /** What the CapabilityStatement says of it. */
  readonly documentation?: string;
}

function operation(
  code: string,
  name: string,
  types: readonly ServedType[],
  on: Pick<ServedOperation, "onType" | "onInstance">,
): ServedOperation {
  return { code, definition: `http://hl7.org/fhir/OperationDefinition/${name}`, types, ...on };
}

/** An operation on the type Patient with an OperationDefinition of our own. */
function ownOperation(code: string, more: Pick<ServedOperation, "isPostOnly" | "documentation">): ServedOperation {
  const definition = canonical("OperationDefinition", `patient-${code}`);
  return { code, definition, types: ["Patient"], ...TYPE_ONLY, ...more };
}

const TYPE_ONLY = { onType: true, onInstance: false };
const TYPE_AND_INSTANCE = { onType: true, onInstance: true };

const STEWARDS = "For stewards, who hold the scope identity/review; with preview.";

/** What changes nothing is invoked by GET, where its parameters allow, or by POST. */
export const OPERATIONS: readonly ServedOperation[] = [
  operation("validate", "Resource-validate", [...RECORD_TYPES], TYPE_AND_INSTANCE),
  operation("everything", "Patient-everything", ["Patient"], { onType: false, onInstance: true }),
  {
    ...operation("match", "Patient-match", ["Patient"], TYPE_ONLY),
    isPostOnly: true,
    documentation:
      "IHE PDQm ITI-119 (https://profiles.ihe.net/ITI/PDQm/OperationDefinition/PDQmMatch) in JSON; XML, which the profile asks for too, is not served.",
  },
  ownOperation("ihe-pix", {
    documentation: "IHE PIXm ITI-83 in JSON; XML, which the profile asks for too, is not served.",
  }),
  {
    ...ownOperation("seen-by", {
      documentation:
        "For clients that ask on behalf of a family (purpose PATRQT) and for officers: who has seen the child's record.",
    }),
    onType: false,
    onInstance: true,
  },
  ownOperation("merge", { isPostOnly: true, documentation: STEWARDS }),
  ownOperation("unmerge", { isPostOnly: true, documentation: STEWARDS }),
  {
    code: "explain-access",
    definition: canonical("OperationDefinition", "explain-access"),
    types: ["Patient", "Observation", "Consent"],
    onType: false,
    onInstance: true,
    documentation:
      "For data officers, who hold the scope oversight/decide: why a client would or would not see the resource.",
  },
  operation("lastn", "Observation-lastn", ["Observation"], TYPE_ONLY),
  operation("expand", "ValueSet-expand", ["ValueSet"], TYPE_AND_INSTANCE),
  operation("validate-code", "ValueSet-validate-code", ["ValueSet"], TYPE_AND_INSTANCE),
  operation("lookup", "CodeSystem-lookup", ["CodeSystem"], TYPE_ONLY),
  operation("validate-code", "CodeSystem-validate-code", ["CodeSystem"], TYPE_AND_INSTANCE),
  operation("translate", "ConceptMap-translate", ["ConceptMap"], TYPE_AND_INSTANCE),
];
