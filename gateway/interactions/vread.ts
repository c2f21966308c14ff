/** vread: https://hl7.org/fhir/R4/http.html#vread */
import { isRecordType } from "#profiles/interactions.ts";
import type { AuditRecord } from "../audit/audit.ts";
import { parseShape } from "../search/shape-parameters.ts";
import { type Answering, type InteractionRequest, refused } from "./answer.ts";
import { auditFacts } from "./audit-facts.ts";
import { isUnmodified, notModified, versionHeaders } from "./conditional-read.ts";
import { guardLeaving } from "./guard.ts";
import { LOGICAL_ID, type ResourcePorts } from "./read.ts";
import { shapeBytes } from "./shape.ts";
import { ukDate } from "./uk-date.ts";
import type { VisibleVersion } from "./versions.ts";

export function createVread(ports: ResourcePorts): Answering {
  return async function vread(request) {
    const { type = "", id = "" } = request;
    if (!LOGICAL_ID.test(id)) return refused({ kind: "invalid-id", type });
    const parsed = parseShape(request.parameters);
    if (!parsed.ok) return refused(...parsed.issues);
    const found = await find(request, ports);
    if (!found) return refused({ kind: "not-found", type });
    if (found.body === undefined) return refused({ kind: "gone", type });
    const isKnown = isUnmodified(found, request.preconditions);
    try {
      await ports.audit.append(toAuditRecord(request, found, isKnown));
    } catch {
      return refused({ kind: "unavailable", what: "audit", retryAfter_s: 5 });
    }
    if (isKnown) return { ok: true, answer: notModified(found) };
    const body = parsed.shape ? shapeBytes(found.body, parsed.shape) : found.body;
    return { ok: true, answer: { status: 200, headers: versionHeaders(found), body } };
  };
}

async function find(request: InteractionRequest, ports: ResourcePorts): Promise<VisibleVersion | undefined> {
  const { type = "", id = "", versionId, requester } = request;
  const { reader, store, sources } = ports;
  if (!isRecordType(type)) return undefined;
  const key = await store.locate(type, id, requester.agreement.idSpace);
  if (key === undefined) return undefined;
  const at = { changes: await reader.changes(), today: ukDate(request.now_ms) };
  const versions = await reader.versions(key, requester, at, { types: [type], id });
  const version = versions.find((one) => one.versionId === versionId);
  if (version) guardLeaving([version], requester, sources);
  return version;
}

function toAuditRecord(
  { type, id, versionId, requester, requestId }: InteractionRequest,
  found: VisibleVersion,
  isKnown: boolean,
): AuditRecord {
  return {
    interaction: "vread",
    outcome: "success",
    ...auditFacts(requester, requestId),
    query: `${type}/${id}/_history/${versionId}`,
    patients: found.patientId === "" ? [] : [found.patientId],
    ...(isKnown ? { detail: "not-modified" } : { released: [`${type}/${id}/${versionId}`] }),
  };
}
