/** history-type: https://hl7.org/fhir/R4/http.html#history */
import { isRecordType } from "#profiles/interactions.ts";
import { type Answering, refused } from "./answer.ts";
import { answerHistory, type HistoryPorts, readHistory } from "./history.ts";
import { walkHistory } from "./history-records.ts";

export function createHistoryType(ports: HistoryPorts): Answering {
  return async function historyType(request) {
    const { type = "" } = request;
    if (!isRecordType(type)) return refused({ kind: "unknown-route" });
    const asked = readHistory(request, `${type}/_history`, ports.pageTokens);
    if (!asked.ok) return asked;
    const found = await walkHistory(request, asked, { types: [type], ports });
    return answerHistory(request, asked, { found, isWhole: false, ports });
  };
}
