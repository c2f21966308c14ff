import type { QueryOptions } from "../search/query.ts";
import type { InteractionRequest } from "./answer.ts";
import type { SearchPorts } from "./search-request.ts";

/** What the reading of a query depends on beside its words. */
export function toQueryOptions(
  { requester, preference, now_ms }: Pick<InteractionRequest, "requester" | "preference" | "now_ms">,
  { fhirBase, terminology }: Pick<SearchPorts, "fhirBase" | "terminology">,
): QueryOptions {
  return {
    handling: preference.handling,
    fhirBase,
    terminology,
    // Where no person is real a number need not be one.
    strictNhsNumbers: requester.agreement.identifierSystems !== "any",
    now_ms,
  };
}
