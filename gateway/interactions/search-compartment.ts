/**
 * search-compartment: a search within the compartment of a Patient.
 * https://hl7.org/fhir/R4/http.html#vsearch, https://hl7.org/fhir/R4/compartmentdefinition-patient.html
 */
import { COMPARTMENT_TYPES } from "#profiles/routes.ts";
import { parseQuery } from "../search/query.ts";
import { type Answering, type InteractionRequest, refused } from "./answer.ts";
import { LOGICAL_ID } from "./read.ts";
import type { SearchFlow } from "./search-flow.ts";
import { type Page, readPage } from "./search-page.ts";
import type { SearchPorts } from "./search-request.ts";
import { type ParsedSeveral, parseSeveral } from "./search-several.ts";

export function createSearchCompartment({ pageTokens, fhirBase }: SearchPorts, flow: SearchFlow): Answering {
  return async function searchCompartment(request) {
    const { type, patientId = "" } = request;
    if (!LOGICAL_ID.test(patientId)) return refused({ kind: "invalid-id", type: "Patient" });
    if (type !== undefined && !COMPARTMENT_TYPES.includes(type)) return refused({ kind: "unknown-route" });
    const path = `Patient/${patientId}/${type ?? "*"}`;
    const read = readPage(request, path, pageTokens);
    if (!read.ok) return read;
    const { page } = read;
    const parsed = parse(request, page, fhirBase);
    if (!parsed.ok) return refused(...parsed.issues);
    const { questions, query } = parsed;
    return flow({ interaction: "search-compartment", path, questions, query, page, patientId }, request);
  };
}

function parse({ type, requester, preference }: InteractionRequest, page: Page, fhirBase: string): ParsedSeveral {
  const options = { handling: preference.handling, fhirBase };
  if (type === undefined) {
    return parseSeveral(page.parameters, { ...options, requester, types: COMPARTMENT_TYPES });
  }
  const parsed = parseQuery(type, page.parameters, options);
  return parsed.ok ? { ok: true, questions: [parsed.query], query: parsed.query } : parsed;
}
