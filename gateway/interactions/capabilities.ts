/** capabilities: https://hl7.org/fhir/R4/http.html#capabilities. Made from the interaction table and the search table. */
import type {
  CapabilityStatement,
  CapabilityStatementImplementation,
  CapabilityStatementRest,
  CapabilityStatementRestResourceSearchParam,
  CapabilityStatementRestSecurity,
} from "@medplum/fhirtypes";
import { canonical } from "#profiles/canonical.ts";
import { RESULT_PARAMETERS, SERVED_RESOURCES, SYSTEM_INTERACTIONS } from "#profiles/interactions.ts";
import type { PublishedResource } from "#profiles/published.ts";
import { COMPARTMENT_TYPES } from "#profiles/routes.ts";
import { LIMITS } from "../limits.ts";
import { toResource } from "./capabilities-resource.ts";

export interface CapabilitiesOptions {
  /** The origin of the gateway that answers; absent for what any gateway of this release can do. */
  readonly baseUrl?: string;
  readonly version: string;
  /** Day of release, YYYY-MM-DD. */
  readonly date: string;
  /** Everything that is published; it has the profiles that are supported. */
  readonly published: readonly PublishedResource[];
}

const TITLE = "Early Years FHIR Gateway";
const DOCUMENTATION = [
  "JSON only. An unknown search parameter is refused (400) unless the request says Prefer: handling=lenient.",
  "What is visible is decided by the client's agreement before anything is matched, in every interaction: what is hidden answers as what does not exist.",
  "A client writes only where its agreement names it as a source, and changes only what that source told.",
  "A care client's searchset ends with one entry of search mode outcome: absence of a result is no evidence of absence.",
  "Operations on terminology answer for what is published here; of other terminologies only the codes in use are known.",
].join(" ");

export function toCapabilityStatement(options: CapabilitiesOptions): CapabilityStatement {
  const { baseUrl, version, date, published } = options;
  const implementation: CapabilityStatementImplementation = { description: TITLE, url: `${baseUrl}/fhir/R4` };
  return {
    resourceType: "CapabilityStatement",
    id: "gateway",
    url: canonical("CapabilityStatement", "gateway"),
    version,
    name: "EarlyYearsFHIRGateway",
    title: TITLE,
    status: "active",
    date,
    publisher: TITLE,
    description: "Early-years education and health-visiting records of one child through one FHIR R4 API.",
    kind: baseUrl === undefined ? "capability" : "instance",
    software: { name: TITLE, version, releaseDate: date },
    ...(baseUrl !== undefined && { implementation }),
    fhirVersion: "4.0.1",
    format: ["application/fhir+json", "json"],
    patchFormat: ["application/json-patch+json", "application/fhir+json"],
    implementationGuide: [canonical("ImplementationGuide", "early-years-gateway.fhir.r4")],
    rest: [toRest(baseUrl, published)],
  };
}

function toRest(baseUrl: string | undefined, published: readonly PublishedResource[]): CapabilityStatementRest {
  return {
    mode: "server",
    documentation: DOCUMENTATION,
    security: toSecurity(baseUrl),
    resource: SERVED_RESOURCES.map((served) => toResource(served, published)),
    interaction: SYSTEM_INTERACTIONS.flatMap((code) =>
      code === "capabilities" ? [] : [{ code, documentation: SYSTEM_TEXTS[code] }],
    ),
    searchParam: [...RESULT_PARAMETERS.map((name) => ({ name, ...RESULT_PARAMETER_TEXTS[name] })), TYPE_PARAMETER],
    compartment: ["http://hl7.org/fhir/CompartmentDefinition/patient"],
  };
}

function toSecurity(baseUrl: string | undefined): CapabilityStatementRestSecurity {
  const system = "http://terminology.hl7.org/CodeSystem/restful-security-service";
  const coding = [{ system, code: "SMART-on-FHIR", display: "SMART-on-FHIR" }];
  return {
    cors: true,
    service: [{ coding, text: "SMART Backend Services" }],
    description: "SMART Backend Services: a signed assertion (private_key_jwt) for an access token of five minutes.",
    ...(baseUrl !== undefined && {
      extension: [
        {
          url: "http://fhir-registry.smarthealthit.org/StructureDefinition/oauth-uris",
          extension: [{ url: "token", valueUri: `${baseUrl}/oauth2/token` }],
        },
      ],
    }),
  };
}

const SYSTEM_TEXTS = {
  transaction: "Atomic, in the order that R4 gives, with conditional references.",
  batch: "Each entry by itself; at most as many entries as a transaction.",
  "search-system": "By parameters that all types have; _type narrows the types, else all that the scopes reach.",
  "history-system": "_count, _since and _at; the total of several pages with _total=accurate.",
} as const;

type ParameterText = Omit<CapabilityStatementRestResourceSearchParam, "name">;

const RESULT_PARAMETER_TEXTS: Readonly<Record<(typeof RESULT_PARAMETERS)[number], ParameterText>> = {
  _sort: {
    type: "string",
    documentation:
      "Up to five parameters of the type, by commas, each with - before it for descending order; no composite.",
  },
  _count: {
    type: "number",
    documentation: `Entries a page: ${LIMITS.page_entries_default} unless told, at most ${LIMITS.page_entries_max}; 0 gives the total alone.`,
  },
  _total: { type: "token", documentation: "none, estimate (counted all the same) or accurate." },
  _include: {
    type: "string",
    documentation: "The values that each type lists as searchInclude, also with a target type, and with :iterate.",
  },
  _revinclude: {
    type: "string",
    documentation: "The values that each type lists as searchRevInclude, also with a target type, and with :iterate.",
  },
  _summary: { type: "token", documentation: "true, text, data, count or false." },
  _elements: { type: "string", documentation: "Names of elements, by commas; mandatory ones come along." },
};

const TYPE_PARAMETER: CapabilityStatementRestResourceSearchParam = {
  name: "_type",
  type: "token",
  documentation: `In a search of the whole system, any served type; in the compartment of a Patient ${COMPARTMENT_TYPES.join(", ")}.`,
};
