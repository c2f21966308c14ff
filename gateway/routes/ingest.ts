import { randomUUID } from "node:crypto";
import type { Requester } from "../access/requester.ts";
import { hasIngestScope } from "../access/scope.ts";
import type { RegisteredSource } from "../access/source.ts";
import { describeReceipt } from "../ingest/describe-receipt.ts";
import { fitFileName } from "../ingest/file-name.ts";
import type { IngestLine } from "../ingest/line.ts";
import type { Receipt } from "../ingest/receipt.ts";
import { LIMITS } from "../limits.ts";
import type { Metrics } from "../metrics.ts";
import type { Issue } from "../outcome/issue.ts";
import type { Store } from "../store/store.ts";
import { answerIngest, type IngestAnswer, type IngestAnswerPorts } from "./ingest-answer.ts";
import { type IngestQuery, readCount } from "./ingest-query.ts";
import { isUnencoded } from "./negotiate.ts";
import type { RequestIds } from "./respond.ts";

export interface IngestPorts extends IngestAnswerPorts {
  readonly store: Store;
  readonly line: IngestLine;
  readonly metrics: Metrics;
  source(name: string): RegisteredSource | undefined;
  now(): number;
}

const ASKED_OF_RECEIPTS = ["source", "count"] as const;
/** Receipts that a listing has when nobody says how many. */
const RECEIPTS = 20;

/** Delivery of source files, and what became of them. Answers are JSON; failures are OperationOutcomes as everywhere. */
export function createIngestRoutes(ports: IngestPorts) {
  return {
    deliver: (request: Request, ids: RequestIds, name: string) =>
      answerIngest(
        { request, ids, interaction: "ingest", parameters: ["dry-run"] },
        ports,
        async (requester, asked) => {
          const source = ports.source(name);
          if (!source) return { kind: "unknown-source", source: name };
          if (!hasIngestScope(requester.scopes, name)) return { kind: "source-not-allowed", source: name };
          if (!isUnencoded(request.headers)) return { kind: "unsupported-content-encoding" };
          const dryRun = asked["dry-run"];
          if (dryRun !== undefined && dryRun !== "true" && dryRun !== "false") {
            return { kind: "bad-parameter-value", parameter: "dry-run", expected: "true or false" };
          }
          const fileName = toFileName(request.headers.get("content-disposition"));
          const receipt = await ports.line.ingest(
            source,
            {
              id: randomUUID(),
              receivedAt: ports.now(),
              client: requester.client,
              ...optional("contentType", request.headers.get("content-type")),
              ...optional("fileName", fileName),
              ...(dryRun === "true" && { dryRun: true }),
            },
            request.body ?? emptyBody(),
          );
          if (dryRun !== "true") countRecords(name, receipt, ports.metrics);
          return {
            body: JSON.stringify(receipt),
            released: [`receipt/${receipt.id}`],
            detail: `${dryRun === "true" ? "dry run " : ""}${describeReceipt(receipt)}`,
          };
        },
      ),

    receipt: (request: Request, ids: RequestIds, id: string) =>
      answerIngest({ request, ids, interaction: "ingest-receipt", parameters: [] }, ports, async (requester) => {
        const json = await ports.store.receipt(id);
        const source = json === undefined ? undefined : sourceOf(json);
        if (json === undefined || source === undefined || !hasIngestScope(requester.scopes, source)) {
          return { kind: "not-found", type: "receipt" };
        }
        return { body: json, released: [`receipt/${id}`], detail: `source=${source}` };
      }),

    /** Any other address below `/ingest`: whoever asks is recorded before the answer. */
    unrouted: (request: Request, ids: RequestIds, issue: Issue) =>
      answerIngest({ request, ids, interaction: "ingest", parameters: [] }, ports, async () => issue),

    /** `GET /ingest/receipts?source=&count=`: the latest ones, newest first. */
    receipts: (request: Request, ids: RequestIds) =>
      answerIngest(
        { request, ids, interaction: "ingest-receipt", parameters: ASKED_OF_RECEIPTS },
        ports,
        (requester, asked) => listReceipts(asked, requester, ports),
      ),
  };
}

async function listReceipts(
  { source, count: asked }: IngestQuery<(typeof ASKED_OF_RECEIPTS)[number]>,
  requester: Requester,
  { store }: IngestPorts,
): Promise<IngestAnswer> {
  if (source === undefined) {
    return { kind: "missing-parameter", parameter: "source", expected: "the name of a source, as leeds-eyfsp" };
  }
  if (!hasIngestScope(requester.scopes, source)) return { kind: "source-not-allowed", source };
  const count = readCount(asked, { otherwise: RECEIPTS, max: LIMITS.receipts_listing_max });
  if (typeof count === "string") return { kind: "bad-parameter-value", parameter: "count", expected: count };
  const receipts = await store.receiptsOf(source, count);
  return {
    body: `{"source":${JSON.stringify(source)},"receipts":[${receipts.join(",")}]}`,
    released: [`receipts/${source}`],
    detail: `source=${source} receipts=${receipts.length}`,
  };
}

function countRecords(source: string, receipt: Receipt, metrics: Metrics): void {
  for (const outcome of ["committed", "unchanged", "quarantined"] as const) {
    metrics.ingested(source, outcome, receipt[outcome]);
  }
}

async function* emptyBody(): AsyncGenerator<Uint8Array> {}

function optional<K extends string>(key: K, value: string | null | undefined): { [P in K]?: string } {
  return value ? ({ [key]: value } as { [P in K]?: string }) : {};
}

/** As `attachment; filename="cohort.xml"`. */
function toFileName(disposition: string | null): string | undefined {
  return fitFileName(/filename="([^"\\/]+)"/.exec(disposition ?? "")?.[1]);
}

function sourceOf(json: string): string | undefined {
  const receipt: { readonly source?: string } = JSON.parse(json);
  return receipt.source;
}
