/** read: https://hl7.org/fhir/R4/http.html#read */
import type { ServedType } from "#profiles/interactions.ts";
import type { Requester } from "../access/requester.ts";
import type { AuditLog } from "../audit/audit.ts";
import type { SourceFacts } from "../disclosure/visibility.ts";
import { type Pack, resourceBytes } from "../search/pack.ts";
import type { Store } from "../store/store.ts";
import { type RequestFacts, type Result, refused } from "./answer.ts";
import { guardRelease } from "./guard.ts";
import type { RecordReader, VisibleRecord } from "./record-reader.ts";
import { ukDate } from "./uk-date.ts";

export interface ReadPorts {
  readonly store: Store;
  readonly reader: RecordReader;
  readonly audit: AuditLog;
  /** Every registered source, by name. */
  readonly sources: ReadonlyMap<string, SourceFacts>;
}

export interface ReadRequest extends RequestFacts {
  readonly type: ServedType;
  readonly id: string;
  readonly requester: Requester;
}

const LOGICAL_ID = /^[A-Za-z0-9\-.]{1,64}$/;

export function createRead(ports: ReadPorts) {
  return async function read(request: ReadRequest): Promise<Result> {
    const { type, id, requester } = request;
    if (!LOGICAL_ID.test(id)) return refused({ kind: "invalid-id", type });
    const key = await ports.store.locate(type, id);
    const at = { changes: await ports.reader.changes(), today: ukDate(request.now_ms) };
    const view = key === undefined ? undefined : await ports.reader.view(key, requester, at);
    const found = view && findVisible(view, type, id);
    guardRelease(found ? [found] : [], requester, ports.sources);
    try {
      await ports.audit.append(toAuditRecord(request, found));
    } catch {
      return refused({ kind: "unavailable", what: "audit", retryAfter_s: 5 });
    }
    if (!found) return refused({ kind: "not-found", type });
    const { pack, entry } = found;
    const lastModified = new Date(pack.lastUpdated_ms[entry] ?? 0).toUTCString();
    const headers = { ETag: `W/"${pack.versions[entry]}"`, "Last-Modified": lastModified };
    return { ok: true, answer: { status: 200, headers, body: resourceBytes(pack, entry) } };
  };
}

interface Found {
  readonly view: VisibleRecord;
  readonly pack: Pack;
  readonly entry: number;
}

function findVisible(view: VisibleRecord, type: ServedType, id: string): Found | undefined {
  if (type === "Patient") {
    return view.patientId === id && view.patient.size > 0 ? { view, pack: view.patient, entry: 0 } : undefined;
  }
  const { pack } = view;
  const entry = pack.ids.findIndex((known, index) => known === id && pack.types[index] === type);
  return entry >= 0 && view.isVisible(entry) ? { view, pack, entry } : undefined;
}

/** What is not there and what is hidden leave the same record. */
function toAuditRecord({ requester, requestId, type, id }: ReadRequest, found: Found | undefined) {
  const { agreement } = requester;
  return {
    interaction: "read",
    outcome: found ? "success" : "refused",
    requestId,
    client: requester.client,
    organization: requester.organization.value,
    purpose: requester.purpose,
    agreement: `${agreement.id}/${agreement.version}`,
    legalBasis: agreement.legalBasis.article6,
    tokenId: requester.tokenId,
    query: `${type}/${id}`,
    ...(found && {
      patients: found.view.patientId === "" ? [] : [found.view.patientId],
      released: [`${type}/${id}/${found.pack.versions[found.entry]}`],
    }),
  } as const;
}
