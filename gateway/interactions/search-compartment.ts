/**
 * search-compartment: a search within the compartment of a Patient.
 * https://hl7.org/fhir/R4/http.html#vsearch, https://hl7.org/fhir/R4/compartmentdefinition-patient.html
 */
import { COMPARTMENT_TYPES } from "#profiles/routes.ts";
import { type Answering, type InteractionRequest, refused } from "./answer.ts";
import { LOGICAL_ID } from "./read.ts";
import type { SearchFlow } from "./search-flow.ts";
import { toQueryOptions } from "./search-options.ts";
import { type Page, readPage } from "./search-page.ts";
import type { SearchPorts } from "./search-request.ts";
import { type ParsedSeveral, parseSeveral } from "./search-several.ts";

export function createSearchCompartment(ports: SearchPorts, flow: SearchFlow): Answering {
  return async function searchCompartment(request) {
    const { type, patientId = "" } = request;
    if (!LOGICAL_ID.test(patientId)) return refused({ kind: "invalid-id", type: "Patient" });
    if (type !== undefined && !COMPARTMENT_TYPES.includes(type)) return refused({ kind: "unknown-route" });
    const path = `Patient/${patientId}/${type ?? "*"}`;
    const read = readPage(request, path, ports.pageTokens);
    if (!read.ok) return read;
    const { page } = read;
    const parsed = parse(request, page, ports);
    if (!parsed.ok) return refused(...parsed.issues);
    const { questions, query } = parsed;
    return flow({ interaction: "search-compartment", path, questions, query, page, patientId }, request);
  };
}

function parse(request: InteractionRequest, page: Page, ports: SearchPorts): ParsedSeveral {
  const { type, requester } = request;
  const options = toQueryOptions(request, ports);
  if (type === undefined) {
    return parseSeveral(page.parameters, { ...options, requester, types: COMPARTMENT_TYPES });
  }
  const parsed = ports.readQuery(type, page, options);
  return parsed.ok ? { ok: true, questions: [parsed.query], query: parsed.query } : parsed;
}
