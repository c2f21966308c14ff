/** search-type: https://hl7.org/fhir/R4/http.html#search */
import { type Answering, type InteractionRequest, refused } from "./answer.ts";
import type { SearchFlow } from "./search-flow.ts";
import { toQueryOptions } from "./search-options.ts";
import { readPage } from "./search-page.ts";
import type { SearchPorts } from "./search-request.ts";

export function createSearchType(ports: SearchPorts, flow: SearchFlow): Answering {
  return function searchType(request) {
    const search = toSearch(request, ports);
    return "ok" in search ? Promise.resolve(search) : flow(search, request);
  };
}

/** What a search of one type asks for; also for whoever measures it by itself. */
export function toSearch(request: InteractionRequest, ports: SearchPorts) {
  const { type } = request;
  if (type === undefined) return refused({ kind: "unknown-route" });
  const read = readPage(request, type, ports.pageTokens);
  if (!read.ok) return read;
  const { page } = read;
  const parsed = ports.readQuery(type, page, toQueryOptions(request, ports));
  if (!parsed.ok) return refused(...parsed.issues);
  const { query } = parsed;
  return { interaction: "search-type", path: type, questions: [query], query, page };
}
