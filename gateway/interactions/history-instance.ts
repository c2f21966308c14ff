/** history-instance: https://hl7.org/fhir/R4/http.html#history */
import { isRecordType } from "#profiles/interactions.ts";
import { type Answering, refused } from "./answer.ts";
import { answerHistory, type HistoryPorts, readHistory } from "./history.ts";
import { HistoryPage } from "./history-page.ts";
import { momentOf } from "./moment.ts";
import { LOGICAL_ID } from "./read.ts";

export function createHistoryInstance(ports: HistoryPorts): Answering {
  return async function historyInstance(request) {
    const { type = "", id = "", requester } = request;
    if (!LOGICAL_ID.test(id)) return refused({ kind: "invalid-id", type });
    const path = `${type}/${id}/_history`;
    const asked = readHistory(request, path, ports.pageTokens);
    if (!asked.ok) return asked;
    if (!isRecordType(type)) return refused({ kind: "unknown-route" });
    const key = await ports.store.locate(type, id, requester.agreement.idSpace);
    const at = await momentOf(ports.reader, request.now_ms);
    const wanted = { types: [type], id };
    const versions = key === undefined ? [] : await ports.reader.versions(key, requester, at, wanted);
    if (key === undefined || versions.length === 0) return refused({ kind: "not-found", type });
    const found = new HistoryPage(asked.query, asked.cursor);
    found.offer(key, versions);
    return answerHistory(request, asked, { found, isWhole: true, ports });
  };
}
