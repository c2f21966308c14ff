/** vread: https://hl7.org/fhir/R4/http.html#vread */
import { isRecordType } from "#profiles/interactions.ts";
import type { AuditLog, AuditRecord } from "../audit/audit.ts";
import { parseShape } from "../search/shape-parameters.ts";
import { type Answering, type InteractionRequest, refused } from "./answer.ts";
import { toDisclosedVersions, withoutReleased } from "./audit-disclosures.ts";
import { auditFacts } from "./audit-facts.ts";
import { isUnmodified, notModified, versionHeaders } from "./conditional-read.ts";
import { guardLeaving } from "./guard.ts";
import { momentOf } from "./moment.ts";
import { LOGICAL_ID, type ResourcePorts } from "./read.ts";
import type { VisiblePerson } from "./record-reader.ts";
import { shapeBytes } from "./shape.ts";
import type { VisibleVersion } from "./versions.ts";

export function createVread(ports: ResourcePorts): Answering {
  return async function vread(request) {
    const { type = "", id = "" } = request;
    if (!LOGICAL_ID.test(id)) return refused({ kind: "invalid-id", type });
    const parsed = parseShape(request.parameters);
    if (!parsed.ok) return refused(...parsed.issues);
    const found = await find(request, ports);
    if (!found) return refused({ kind: "not-found", type, isVersion: true });
    if (found.body === undefined) return refused({ kind: "gone", type });
    const isKnown = isUnmodified(found, request.preconditions);
    const body = parsed.shape ? shapeBytes(found.body, parsed.shape) : found.body;
    try {
      await ports.audit.append(toAuditRecord(request, found, { audit: ports.audit, ...(!isKnown && { body }) }));
    } catch {
      return refused({ kind: "unavailable", what: "audit", retryAfter_s: 5 });
    }
    if (isKnown) return { ok: true, answer: notModified(found) };
    return { ok: true, answer: { status: 200, headers: versionHeaders(found), body } };
  };
}

async function find(request: InteractionRequest, ports: ResourcePorts): Promise<FoundVersion | undefined> {
  const { type = "", id = "", versionId, requester } = request;
  const { reader, store, sources } = ports;
  if (!isRecordType(type)) return undefined;
  const key = await store.locate(type, id, requester.agreement.idSpace);
  if (key === undefined) return undefined;
  const at = await momentOf(reader, request.now_ms);
  const versions = await reader.versions(key, requester, at, { types: [type], id });
  const version = versions.find((one) => one.versionId === versionId);
  if (version === undefined) return undefined;
  guardLeaving([version], requester, sources);
  return { ...version, view: await reader.person(key, requester, at) };
}

type FoundVersion = VisibleVersion & { readonly view: VisiblePerson | undefined };

/** Without a body the requester has this version already, and is told no more than that. */
function toAuditRecord(
  request: InteractionRequest,
  { patientId, view }: FoundVersion,
  { audit, body }: { readonly audit: AuditLog; readonly body?: Buffer },
): AuditRecord {
  const { type, id, versionId, requester } = request;
  const disclosed = toDisclosedVersions([{ patientId, view, name: `${type}/${id}/${versionId}` }], audit);
  return {
    interaction: "vread",
    outcome: "success",
    ...auditFacts(requester, request),
    query: `${type}/${id}/_history/${versionId}`,
    ...(body ? { ...disclosed, answer: body } : { ...withoutReleased(disclosed), detail: "not-modified" }),
  };
}
