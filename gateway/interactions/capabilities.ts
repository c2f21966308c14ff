/** capabilities: https://hl7.org/fhir/R4/http.html#capabilities. Made from the interaction table and the search table. */
import type {
  CapabilityStatement,
  CapabilityStatementRestResource,
  CapabilityStatementRestResourceSearchParam,
} from "@medplum/fhirtypes";
import { canonical } from "#profiles/canonical.ts";
import { SEARCH_PARAMETERS } from "#profiles/generated/search-parameters.ts";
import { RESULT_PARAMETERS, SERVED_RESOURCES, type ServedResource } from "#profiles/interactions.ts";

export interface CapabilitiesOptions {
  readonly baseUrl: string;
  readonly version: string;
  /** Day of release, YYYY-MM-DD. */
  readonly date: string;
}

export function toCapabilityStatement({ baseUrl, version, date }: CapabilitiesOptions): CapabilityStatement {
  return {
    resourceType: "CapabilityStatement",
    id: "gateway",
    url: canonical("CapabilityStatement", "gateway"),
    version,
    name: "EarlyYearsFHIRGateway",
    title: "Early Years FHIR Gateway",
    status: "active",
    date,
    publisher: "Early Years FHIR Gateway",
    description: "Early-years education and health-visiting records of one child through one FHIR R4 API.",
    kind: "instance",
    software: { name: "Early Years FHIR Gateway", version },
    implementation: { description: "Early Years FHIR Gateway", url: `${baseUrl}/fhir/R4` },
    fhirVersion: "4.0.1",
    format: ["application/fhir+json", "json"],
    rest: [
      {
        mode: "server",
        documentation:
          "JSON only. An unknown search parameter is refused (400) unless the request says Prefer: handling=lenient. " +
          "A care client's searchset ends with one entry of search mode outcome: absence of a result is no evidence of absence.",
        security: {
          service: [
            {
              coding: [
                {
                  system: "http://terminology.hl7.org/CodeSystem/restful-security-service",
                  code: "SMART-on-FHIR",
                  display: "SMART-on-FHIR",
                },
              ],
              text: "SMART Backend Services",
            },
          ],
          extension: [
            {
              url: "http://fhir-registry.smarthealthit.org/StructureDefinition/oauth-uris",
              extension: [{ url: "token", valueUri: `${baseUrl}/oauth2/token` }],
            },
          ],
        },
        resource: SERVED_RESOURCES.map(toResource),
        searchParam: RESULT_PARAMETERS.map((name) => ({ name, ...RESULT_PARAMETER_TEXTS[name] })),
      },
    ],
  };
}

const RESULT_PARAMETER_TEXTS = {
  _sort: { type: "string", documentation: "By date and string parameters, _id and _lastUpdated." },
  _count: { type: "number", documentation: "Entries a page: 20 unless told, at most 100; 0 gives the total alone." },
  _total: { type: "token", documentation: "none, estimate (counted all the same) or accurate." },
  _include: { type: "string", documentation: "The values that each type lists as searchInclude." },
} as const;

function toResource({
  type,
  profile,
  interactions,
  searchParameters,
  includes,
}: ServedResource): CapabilityStatementRestResource {
  return {
    type,
    profile,
    interaction: interactions.flatMap((code) => (code === "read" || code === "search-type" ? [{ code }] : [])),
    versioning: "versioned",
    readHistory: false,
    updateCreate: false,
    conditionalCreate: false,
    conditionalRead: "not-supported",
    conditionalUpdate: false,
    conditionalDelete: "not-supported",
    ...(includes.length > 0 && { searchInclude: [...includes] }),
    searchParam: searchParameters.flatMap((code) => toSearchParam(type, code)),
  };
}

function toSearchParam(type: string, code: string): CapabilityStatementRestResourceSearchParam[] {
  const definition = SEARCH_PARAMETERS[type]?.[code];
  if (!definition) return [];
  const parameter = { name: code, definition: definition.url, type: definition.type };
  if (code !== "patient") return [parameter];
  return [
    {
      ...parameter,
      documentation: "Also chained as patient.identifier=[system]|[value], the way to ask for one child by NHS number.",
    },
  ];
}
