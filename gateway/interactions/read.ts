/** read: https://hl7.org/fhir/R4/http.html#read */
import { type CanonicalType, isCanonicalType, isRecordType, type RecordType } from "#profiles/interactions.ts";
import type { Requester } from "../access/requester.ts";
import type { AuditLog, AuditRecord } from "../audit/audit.ts";
import type { SourceFacts } from "../disclosure/visibility.ts";
import { resourceBytes } from "../search/pack.ts";
import { parseShape } from "../search/shape-parameters.ts";
import type { ReadVerbs } from "../store/store.ts";
import { type Answering, type InteractionRequest, refused } from "./answer.ts";
import { type Leaving, toDisclosed, withoutReleased } from "./audit-disclosures.ts";
import { auditFacts } from "./audit-facts.ts";
import { isUnmodified, notModified, versionHeaders } from "./conditional-read.ts";
import { guardRelease } from "./guard.ts";
import { momentOf } from "./moment.ts";
import type { Moment, RecordReader } from "./record-reader.ts";
import { shapeBytes } from "./shape.ts";
import type { Soon } from "./soon.ts";

/** What interactions on one resource share. */
export interface ResourcePorts {
  readonly store: Pick<ReadVerbs, "locate">;
  readonly reader: RecordReader;
  readonly audit: AuditLog;
  /** Every registered source, by name. */
  readonly sources: ReadonlyMap<string, SourceFacts>;
}

/** One of the contract's own artefacts. */
export interface CanonicalResource {
  readonly body: Buffer;
  readonly lastUpdated_ms: number;
  readonly versionId: string;
}

export interface ReadPorts extends ResourcePorts {
  /** JSON of an AuditEvent, with `meta.versionId` and `meta.lastUpdated`, as far as the requester may read it. */
  auditEvent(id: string, requester: Requester): Promise<Buffer | undefined>;
  canonical(type: CanonicalType, id: string): CanonicalResource | undefined;
}

/** What a read found; `gone` where the requester could have read it before it was deleted. */
type Found =
  | (CanonicalResource & { readonly kind: "found"; readonly leaving?: Leaving })
  | { readonly kind: "gone" | "not-found" };

export const LOGICAL_ID = /^[A-Za-z0-9\-.]{1,64}$/;

export function createRead(ports: ReadPorts): Answering {
  return async function read(request) {
    const { type = "", id = "", preconditions } = request;
    if (!LOGICAL_ID.test(id)) return refused({ kind: "invalid-id", type });
    const parsed = parseShape(request.parameters);
    if (!parsed.ok) return refused(...parsed.issues);
    const finding = find(request, ports);
    const found = finding instanceof Promise ? await finding : finding;
    if (found.kind !== "found") return refused({ kind: found.kind, type });
    const isKnown = isUnmodified(found, preconditions);
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

function find(request: InteractionRequest, ports: ReadPorts): Soon<Found> {
  const { type = "", id = "" } = request;
  if (isRecordType(type)) return findRecorded(request, type, ports);
  if (isCanonicalType(type)) return asFound(ports.canonical(type, id));
  return type === "AuditEvent" ? findAuditEvent(request, ports) : { kind: "not-found" };
}

async function findAuditEvent({ id = "", requester }: InteractionRequest, ports: ReadPorts): Promise<Found> {
  const body = await ports.auditEvent(id, requester);
  return asFound(body && { body, ...versionOf(body) });
}

async function findRecorded(request: InteractionRequest, type: RecordType, ports: ReadPorts): Promise<Found> {
  const { id = "", requester } = request;
  const moment = momentOf(ports.reader, request.now_ms);
  const at: Moment = moment instanceof Promise ? await moment : moment;
  const finding = ports.reader.find(type, id, requester, at);
  const visible = finding instanceof Promise ? await finding : finding;
  if (visible) {
    guardRelease([visible], requester, ports.sources);
    const { pack, entry } = visible;
    return {
      kind: "found",
      leaving: visible,
      body: resourceBytes(pack, entry),
      versionId: pack.versions[entry] ?? "",
      lastUpdated_ms: pack.lastUpdated_ms[entry] ?? 0,
    };
  }
  const key = await ports.store.locate(type, id, requester.agreement.idSpace);
  if (key === undefined) return { kind: "not-found" };
  const [newest] = await ports.reader.versions(key, requester, at, { types: [type], id });
  return { kind: newest?.method === "DELETE" ? "gone" : "not-found" };
}

function asFound(resource: CanonicalResource | undefined): Found {
  return resource ? { kind: "found", ...resource } : { kind: "not-found" };
}

/** An AuditEvent never changes, so what its own text says of its version is all there is. */
function versionOf(body: Buffer): { readonly versionId: string; readonly lastUpdated_ms: number } {
  const { meta }: { meta?: { versionId?: string; lastUpdated?: string } } = JSON.parse(body.toString());
  return { versionId: meta?.versionId ?? "1", lastUpdated_ms: Date.parse(meta?.lastUpdated ?? "") || 0 };
}

/** Without a body the requester has this version already, and is told no more than that. */
function toAuditRecord(
  request: InteractionRequest,
  { leaving, versionId }: Extract<Found, { kind: "found" }>,
  { audit, body }: { readonly audit: AuditLog; readonly body?: Buffer },
): AuditRecord {
  const { type, id, requester } = request;
  const disclosed = leaving ? toDisclosed([leaving], audit) : { released: [`${type}/${id}/${versionId}`] };
  return {
    interaction: "read",
    outcome: "success",
    ...auditFacts(requester, request),
    query: `${type}/${id}`,
    ...(body
      ? {
          ...disclosed,
          answer: body,
          ...(leaving && { lasting: new Set([resourceBytes(leaving.pack, leaving.entry).buffer]) }),
        }
      : { ...withoutReleased(disclosed), detail: "not-modified" }),
  };
}
