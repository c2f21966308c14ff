/** search-system: https://hl7.org/fhir/R4/http.html#search */
import { SERVED_RESOURCES } from "#profiles/interactions.ts";
import { type Answering, refused } from "./answer.ts";
import type { SearchFlow } from "./search-flow.ts";
import { toQueryOptions } from "./search-options.ts";
import { readPage } from "./search-page.ts";
import type { SearchPorts } from "./search-request.ts";
import { parseSeveral } from "./search-several.ts";

const TYPES = SERVED_RESOURCES.map(({ type }) => type);

export function createSearchSystem(ports: SearchPorts, flow: SearchFlow): Answering {
  return async function searchSystem(request) {
    const read = readPage(request, "", ports.pageTokens);
    if (!read.ok) return read;
    const { page } = read;
    const { requester } = request;
    const options = { ...toQueryOptions(request, ports), requester, types: TYPES };
    const parsed = parseSeveral(page.parameters, options);
    if (!parsed.ok) return refused(...parsed.issues);
    const { questions, query } = parsed;
    return flow({ interaction: "search-system", path: "", questions, query, page }, request);
  };
}
