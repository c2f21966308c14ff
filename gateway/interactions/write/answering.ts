import type { AuditLog, AuditRecord } from "../../audit/audit.ts";
import { type Answer, type InteractionRequest, type Preference, type Result, refused } from "../answer.ts";
import { toDisclosedVersions } from "../audit-disclosures.ts";
import { auditFacts } from "../audit-facts.ts";
import type { WritePorts, Written } from "./ports.ts";

/** The headers and the body that tell of one write. https://hl7.org/fhir/R4/http.html#ops */
export function toAnswer(written: Written, preference: Preference, fhirBase: string): Answer {
  return {
    status: statusOf(written, preference),
    headers: headersOf(written, fhirBase),
    body: bodyOf(written, preference),
  };
}

function statusOf({ outcome }: Written, preference: Preference): Answer["status"] {
  if (outcome === "created") return 201;
  const isGone = outcome === "deleted" || outcome === "absent";
  return isGone && preference.return !== "OperationOutcome" ? 204 : 200;
}

function headersOf({ outcome, type, id, version, lastUpdated_ms }: Written, fhirBase: string): Answer["headers"] {
  if (outcome === "absent") return {};
  const ETag = `W/"${version}"`;
  if (outcome === "deleted") return version === "" ? {} : { ETag };
  return {
    ETag,
    "Last-Modified": new Date(lastUpdated_ms).toUTCString(),
    Location: `${fhirBase}/${type}/${id}/_history/${version}`,
  };
}

function bodyOf({ outcome, body }: Written, preference: Preference): Buffer {
  if (preference.return === "OperationOutcome") return OUTCOMES[outcome];
  return preference.return === "minimal" ? NOTHING : body;
}

const NOTHING = Buffer.alloc(0);

/** What was done, for those who asked to be told in words. */
const OUTCOMES: Readonly<Record<Written["outcome"], Buffer>> = {
  created: toOutcome("The resource was created."),
  updated: toOutcome("The resource was updated."),
  unchanged: toOutcome("The resource says this already: its version stays."),
  deleted: toOutcome("The resource was deleted."),
  found: toOutcome("The criteria find a resource: nothing was created."),
  absent: toOutcome("There was nothing to delete."),
};

function toOutcome(diagnostics: string): Buffer {
  const issue = [{ severity: "information", code: "informational", diagnostics }];
  return Buffer.from(JSON.stringify({ resourceType: "OperationOutcome", issue }));
}

/**
 * Records what was done before it is told. What is committed cannot be taken back when that fails, so the caller is told
 * that it does not know.
 */
export async function recorded(
  {
    request,
    written,
    asked,
  }: { readonly request: InteractionRequest; readonly written: readonly Written[]; readonly asked: string },
  ports: Pick<WritePorts, "audit">,
  toResult: () => Result,
): Promise<Result> {
  const result = toResult();
  try {
    await ports.audit.append(toAuditRecord(request, written, asked, ports.audit));
  } catch {
    const isWritten = written.some(({ outcome }) => CHANGED.has(outcome));
    return refused(
      isWritten
        ? { kind: "unrecorded-write", retryAfter_s: 5 }
        : { kind: "unavailable", what: "audit", retryAfter_s: 5 },
    );
  }
  return result;
}

const CHANGED: ReadonlySet<Written["outcome"]> = new Set(["created", "updated", "deleted"]);

function toAuditRecord(
  request: InteractionRequest,
  written: readonly Written[],
  asked: string,
  audit: AuditLog,
): AuditRecord {
  const { interaction, requester, preference } = request;
  const changed = written.filter(({ outcome }) => CHANGED.has(outcome)).map(nameOf);
  const isShown = ({ body }: Written) => body.length > 0 && preference.return === "representation";
  const leaving = written
    .filter((one) => one.patientId !== "" || isShown(one))
    .map((one) => ({ patientId: one.patientId, name: isShown(one) ? nameOf(one) : "" }));
  const shown = written.filter(isShown);
  return {
    ...auditFacts(requester, request),
    interaction,
    outcome: "success",
    query: asked,
    written: changed.length > 0 ? changed : undefined,
    ...toDisclosedVersions(leaving, audit),
    answer: shown.length > 0 ? shown.map(({ body }) => body) : undefined,
  };
}

function nameOf({ type, id, version }: Written): string {
  return `${type}/${id}/${version}`;
}
