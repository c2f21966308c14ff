import { isRecordType } from "#profiles/interactions.ts";
import { findLineage, type LineagePorts } from "../ingest/lineage/lineage.ts";
import { LOGICAL_ID } from "../interactions/read.ts";
import { answerIngest, type IngestAnswerPorts } from "./ingest-answer.ts";
import type { RequestIds } from "./respond.ts";

export interface LineageRoutePorts extends IngestAnswerPorts, LineagePorts {}

/**
 * `GET /ingest/lineage/{type}/{id}`: which source field under which rule gave each element of a resource, as
 * `LineageAnswer`. For an officer with the ingest scope of its source, or the client that wrote it.
 */
export function createLineageRoute(ports: LineageRoutePorts) {
  return (request: Request, ids: RequestIds, { type, id }: { readonly type: string; readonly id: string }) =>
    answerIngest({ request, ids, interaction: "ingest-lineage", parameters: [] }, ports, async (requester) => {
      if (!isRecordType(type)) return { kind: "not-found", type: "resource" };
      if (!LOGICAL_ID.test(id)) return { kind: "invalid-id", type };
      const lineage = await findLineage({ type, id }, requester, ports);
      if (lineage === "gone" || lineage === "not-found") return { kind: lineage, type };
      return {
        body: JSON.stringify(lineage),
        released: [`lineage/${lineage.resource}`],
        detail: `sources=${lineage.origins.map(({ source }) => source).join(",")}`,
      };
    });
}
