/** search-type: https://hl7.org/fhir/R4/http.html#search */
import { type Answering, refused } from "./answer.ts";
import type { SearchFlow } from "./search-flow.ts";
import { toQueryOptions } from "./search-options.ts";
import { readPage } from "./search-page.ts";
import type { SearchPorts } from "./search-request.ts";

export function createSearchType(ports: SearchPorts, flow: SearchFlow): Answering {
  return async function searchType(request) {
    const { type } = request;
    if (type === undefined) return refused({ kind: "unknown-route" });
    const read = readPage(request, type, ports.pageTokens);
    if (!read.ok) return read;
    const { page } = read;
    const parsed = ports.readQuery(type, page, toQueryOptions(request, ports));
    if (!parsed.ok) return refused(...parsed.issues);
    const { query } = parsed;
    return flow({ interaction: "search-type", path: type, questions: [query], query, page }, request);
  };
}
