/** batch: https://hl7.org/fhir/R4/http.html#transaction */
import type { AuditLog } from "../audit/audit.ts";
import { type Answering, type InteractionRequest, type Result, refused } from "./answer.ts";
import { auditFacts } from "./audit-facts.ts";
import { type AskedBundle, type BundlePorts, readBundle } from "./write/bundle.ts";
import { type AnsweredEntry, toBundleAnswer } from "./write/bundle-answer.ts";
import { toEntryRequest } from "./write/entry-request.ts";
import { inEntry } from "./write/refusal.ts";

export interface BatchPorts extends BundlePorts {
  readonly audit: AuditLog;
  /** `http://host/fhir/R4`. */
  readonly fhirBase: string;
}

/** Each entry is a request of its own: it is recorded, answered and refused by itself. */
export function createBatch(ports: BatchPorts): Answering {
  return async function answerBatch(request) {
    const bundle = readBundle(request);
    return bundle.ok ? answerEntries(bundle.value, request, ports) : bundle;
  };
}

export async function answerEntries(
  { entries }: AskedBundle,
  request: InteractionRequest,
  ports: BatchPorts,
): Promise<Result> {
  const answered: AnsweredEntry[] = [];
  const unasked = new Set<string>();
  for (const [index, entry] of entries.entries()) {
    const read = toEntryRequest(entry, request, { ports, fhirBase: ports.fhirBase });
    const result = read.ok ? await ports.dispatch(read.value) : read;
    if (!read.ok) for (const { kind } of read.issues) unasked.add(kind);
    answered.push({
      request: read.ok ? read.value : undefined,
      result: result.ok ? result : { ok: false, issues: result.issues.map((issue) => inEntry(issue, index)) },
    });
  }
  if (unasked.size > 0) {
    const facts = auditFacts(request.requester, request);
    try {
      await ports.audit.append({ interaction: "batch", outcome: "refused", ...facts, detail: [...unasked].join(" ") });
    } catch {
      return refused({ kind: "unrecorded-write", retryAfter_s: 5 });
    }
  }
  return { ok: true, answer: toBundleAnswer("batch", answered) };
}
