import { randomUUID } from "node:crypto";
import type { Requester } from "../access/requester.ts";
import { hasIngestScope } from "../access/scope.ts";
import type { RegisteredSource } from "../access/source.ts";
import type { AuditLog, AuditRecord } from "../audit/audit.ts";
import type { IngestLine } from "../ingest/line.ts";
import { toQuarantineListing } from "../ingest/quarantine.ts";
import { auditFacts } from "../interactions/audit-facts.ts";
import { LIMITS } from "../limits.ts";
import type { Metrics } from "../metrics.ts";
import type { Issue } from "../outcome/issue.ts";
import type { Store } from "../store/store.ts";
import type { Authenticated } from "./fhir.ts";
import { isUnencoded } from "./negotiate.ts";
import { type RequestIds, respondWithIssues } from "./respond.ts";

export interface IngestPorts {
  authenticate(headers: Headers): Authenticated | Promise<Authenticated>;
  readonly audit: AuditLog;
  readonly store: Store;
  readonly line: IngestLine;
  readonly metrics: Metrics;
  source(name: string): RegisteredSource | undefined;
  now(): number;
}

/** The answer, and what the record of it says was handed out: names and counts, never content. */
interface Handed {
  readonly json: string;
  readonly released: readonly string[];
  readonly detail: string;
}

type Answered = Handed | Issue;

/** Delivery of source files, and what became of them. Answers are JSON; failures are OperationOutcomes as everywhere. */
export function createIngestRoutes(ports: IngestPorts) {
  async function respond(
    request: Request,
    ids: RequestIds,
    interaction: string,
    work: (requester: Requester) => Promise<Answered>,
  ): Promise<Response> {
    const authenticated = await ports.authenticate(request.headers);
    const answered = authenticated.ok ? await work(authenticated.requester) : authenticated.issue;
    const requester = authenticated.ok ? authenticated.requester : undefined;
    try {
      await ports.audit.append(toAuditRecord(interaction, { request, ids, requester }, answered));
    } catch {
      return respondWithIssues([{ kind: "unavailable", what: "audit", retryAfter_s: 5 }], ids);
    }
    if ("kind" in answered) return respondWithIssues([answered], ids);
    return new Response(answered.json, {
      headers: {
        "Content-Type": "application/json",
        "Cache-Control": "no-store, private",
        "X-Request-ID": ids.requestId,
      },
    });
  }

  return {
    deliver: (request: Request, ids: RequestIds, name: string) =>
      respond(request, ids, "ingest", async (requester) => {
        const source = ports.source(name);
        if (!source) return { kind: "unknown-source", source: name };
        if (!hasIngestScope(requester.scopes, name)) return { kind: "source-not-allowed", source: name };
        if (!isUnencoded(request.headers)) return { kind: "unsupported-content-encoding" };
        const fileName = toFileName(request.headers.get("content-disposition"));
        const receipt = await ports.line.ingest(
          source,
          {
            id: randomUUID(),
            receivedAt: ports.now(),
            client: requester.client,
            ...optional("contentType", request.headers.get("content-type")),
            ...optional("fileName", fileName),
          },
          request.body ?? emptyBody(),
        );
        for (const outcome of ["committed", "unchanged", "quarantined"] as const) {
          ports.metrics.ingested(name, outcome, receipt[outcome]);
        }
        return {
          json: JSON.stringify(receipt),
          released: [`receipt/${receipt.id}`],
          detail: `source=${name} received=${receipt.received} committed=${receipt.committed} unchanged=${receipt.unchanged} quarantined=${receipt.quarantined}`,
        };
      }),

    receipt: (request: Request, ids: RequestIds, id: string) =>
      respond(request, ids, "ingest-receipt", async (requester) => {
        const json = await ports.store.receipt(id);
        const source = json === undefined ? undefined : sourceOf(json);
        if (json === undefined || source === undefined || !hasIngestScope(requester.scopes, source)) {
          return { kind: "not-found", type: "receipt" };
        }
        return { json, released: [`receipt/${id}`], detail: `source=${source}` };
      }),

    quarantine: (request: Request, ids: RequestIds) =>
      respond(request, ids, "ingest-quarantine", async (requester) => {
        const sources = requester.scopes.flatMap((scope) => (scope.context === "ingest" ? [scope.source] : []));
        if (sources.length === 0) return { kind: "insufficient-scope", needed: "ingest/[source]" };
        const delivery = new URL(request.url).searchParams.get("delivery") ?? undefined;
        const held = await ports.store.quarantined(
          { sources, ...optional("delivery", delivery) },
          LIMITS.quarantine_listing_max,
        );
        return {
          json: JSON.stringify(toQuarantineListing(held, { withContent: true })),
          released: held.map(({ id }) => `quarantine/${id}`),
          detail: `sources=${distinct(held, "source")} deliveries=${distinct(held, "delivery")} records=${held.length}`,
        };
      }),
  };
}

async function* emptyBody(): AsyncGenerator<Uint8Array> {}

function optional<K extends string>(key: K, value: string | null | undefined): { [P in K]?: string } {
  return value ? ({ [key]: value } as { [P in K]?: string }) : {};
}

/** The file's own name, if it is fit to stand in a receipt: a name of a child's in it is not ours to keep out. */
function toFileName(disposition: string | null): string | undefined {
  const name = /filename="([^"\\/]{1,200})"/.exec(disposition ?? "")?.[1];
  return name !== undefined && /^[\w .()-]+$/.test(name) ? name : undefined;
}

function sourceOf(json: string): string | undefined {
  const receipt: { readonly source?: string } = JSON.parse(json);
  return receipt.source;
}

function distinct<K extends string>(held: readonly { readonly [P in K]: string }[], key: K): string {
  return [...new Set(held.map((one) => one[key]))].join(",");
}

interface Asked {
  readonly request: Request;
  readonly ids: RequestIds;
  readonly requester: Requester | undefined;
}

function toAuditRecord(interaction: string, { request, ids, requester }: Asked, answered: Answered): AuditRecord {
  const { pathname, search } = new URL(request.url);
  return {
    interaction,
    outcome: "kind" in answered ? "refused" : "success",
    requestId: ids.requestId,
    client: "unknown",
    ...(requester && auditFacts(requester, ids.requestId)),
    query: `${request.method} ${pathname}${search}`,
    ...("kind" in answered ? { detail: answered.kind } : { released: answered.released, detail: answered.detail }),
  };
}
