/** history-system: https://hl7.org/fhir/R4/http.html#history */
import { isRecordType, SERVED_RESOURCES } from "#profiles/interactions.ts";
import { hasScope } from "../access/scope.ts";
import type { Answering } from "./answer.ts";
import { answerHistory, type HistoryPorts, readHistory } from "./history.ts";
import { walkHistory } from "./history-records.ts";

const TYPES = SERVED_RESOURCES.map(({ type }) => type).filter(isRecordType);

export function createHistorySystem(ports: HistoryPorts): Answering {
  return async function historySystem(request) {
    const asked = readHistory(request, "_history", ports.pageTokens);
    if (!asked.ok) return asked;
    // A token for some types shows the history of those.
    const types = TYPES.filter((type) => hasScope(request.requester.scopes, type, "r"));
    const found = await walkHistory(request, asked, { types, ports });
    return answerHistory(request, asked, { found, isWhole: false, ports });
  };
}
