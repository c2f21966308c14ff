import { randomUUID } from "node:crypto";
import type { Requester } from "../access/requester.ts";
import { hasIngestScope } from "../access/scope.ts";
import type { RegisteredSource } from "../access/source.ts";
import { describeReceipt } from "../ingest/describe-receipt.ts";
import type { HeldRecord, IngestLine } from "../ingest/line.ts";
import { toQuarantineEntry, toQuarantineListing } from "../ingest/quarantine.ts";
import { LIMITS } from "../limits.ts";
import type { Quarantined, Store } from "../store/store.ts";
import { answerIngest, type IngestAnswer, type IngestAnswerPorts } from "./ingest-answer.ts";
import { readIngestQuery } from "./ingest-query.ts";
import { isUnencoded, readText } from "./negotiate.ts";
import type { RequestIds } from "./respond.ts";

export interface QuarantinePorts extends IngestAnswerPorts {
  readonly store: Pick<Store, "quarantined" | "quarantineEntry" | "write">;
  readonly line: Pick<IngestLine, "replay">;
  source(name: string): RegisteredSource | undefined;
  /** Milliseconds since 1970. */
  now(): number;
}

const STATES: readonly Quarantined["state"][] = ["quarantined", "replayed", "discarded"];

/**
 * What was held back, for the officers of its source: to look at, to take in again as it is or corrected, to discard.
 * An entry of another's source is one that does not exist.
 */
export function createQuarantineRoutes(ports: QuarantinePorts) {
  return {
    /** `GET /ingest/quarantine?source=&delivery=&state=&after=` */
    list: (request: Request, ids: RequestIds) =>
      answerIngest({ request, ids, interaction: "ingest-quarantine" }, ports, (requester) =>
        list(request, requester, ports),
      ),

    /** `GET /ingest/quarantine/{id}` */
    entry: (request: Request, ids: RequestIds, id: string) =>
      answerIngest({ request, ids, interaction: "ingest-quarantine" }, ports, async (requester) => {
        const held = await entryOf(id, requester, ports);
        if (held === undefined) return { kind: "not-found", type: "quarantined record" };
        return {
          body: JSON.stringify(toQuarantineEntry(held, { withContent: true })),
          released: [`quarantine/${id}`],
          detail: `source=${held.source}`,
        };
      }),

    /** `POST /ingest/quarantine/{id}/replay`, with the corrected record as the body, or without a body as it is. */
    replayOne: (request: Request, ids: RequestIds, id: string) =>
      answerIngest({ request, ids, interaction: "ingest-replay" }, ports, (requester) =>
        replayOne(request, { id, requester }, ports),
      ),

    /** `POST /ingest/quarantine/replay?source=&delivery=`: everything of a source that is held, as it is. */
    replayAll: (request: Request, ids: RequestIds) =>
      answerIngest({ request, ids, interaction: "ingest-replay" }, ports, (requester) =>
        replayAll(request, requester, ports),
      ),

    /** `DELETE /ingest/quarantine/{id}` */
    discard: (request: Request, ids: RequestIds, id: string) =>
      answerIngest({ request, ids, interaction: "ingest-discard" }, ports, async (requester) => {
        const held = await entryOf(id, requester, ports);
        if (held === undefined) return { kind: "not-found", type: "quarantined record" };
        if (held.state !== "quarantined") return { kind: "held-no-more" };
        const closedAt = ports.now();
        await ports.store.write((transaction) => transaction.closeQuarantine(id, "discarded", closedAt));
        const closed: Quarantined = { ...held, state: "discarded", closedAt };
        return {
          body: JSON.stringify(toQuarantineEntry(closed, { withContent: false })),
          released: [`quarantine/${id}`],
          detail: `source=${held.source} discarded`,
        };
      }),
  };
}

async function list(request: Request, requester: Requester, ports: QuarantinePorts): Promise<IngestAnswer> {
  const read = readIngestQuery(request, ["source", "delivery", "state", "after"]);
  if (!read.ok) return read.issue;
  const own = requester.scopes.flatMap((scope) => (scope.context === "ingest" ? [scope.source] : []));
  if (own.length === 0) return { kind: "insufficient-scope", needed: "ingest/[source]" };
  const { source, delivery, after } = read.query;
  if (source !== undefined && !own.includes(source)) return { kind: "source-not-allowed", source };
  const state = STATES.find((one) => one === (read.query.state ?? "quarantined"));
  if (state === undefined) {
    return { kind: "bad-parameter-value", parameter: "state", expected: `one of ${STATES.join(", ")}` };
  }
  const held = await ports.store.quarantined(
    {
      sources: source === undefined ? own : [source],
      state,
      ...(delivery === undefined ? {} : { delivery }),
      ...(after === undefined ? {} : { after }),
    },
    LIMITS.quarantine_listing_max,
  );
  return {
    body: JSON.stringify(toQuarantineListing(held, { withContent: true })),
    released: held.map(({ id }) => `quarantine/${id}`),
    detail: `sources=${distinct(held, "source")} deliveries=${distinct(held, "delivery")} records=${held.length}`,
  };
}

async function replayOne(
  request: Request,
  { id, requester }: { readonly id: string; readonly requester: Requester },
  ports: QuarantinePorts,
): Promise<IngestAnswer> {
  const held = await entryOf(id, requester, ports);
  const source = held === undefined ? undefined : ports.source(held.source);
  if (held === undefined || source === undefined) return { kind: "not-found", type: "quarantined record" };
  if (held.state !== "quarantined") return { kind: "held-no-more" };
  if (!isUnencoded(request.headers)) return { kind: "unsupported-content-encoding" };
  const corrected = await readText(request, LIMITS.source_message_bytes_max);
  if (typeof corrected !== "string") return corrected;
  if (corrected.trim() === "" && held.content === "") return { kind: "content-needed" };
  const content = corrected.trim() === "" ? held.content : corrected;
  return replay(source, one({ ...toHeldRecord(held), content }), { requester, ports });
}

async function replayAll(request: Request, requester: Requester, ports: QuarantinePorts): Promise<IngestAnswer> {
  const read = readIngestQuery(request, ["source", "delivery"]);
  if (!read.ok) return read.issue;
  const { source: name, delivery } = read.query;
  if (name === undefined) {
    return { kind: "missing-parameter", parameter: "source", expected: "the name of a source, as leeds-eyfsp" };
  }
  if (!hasIngestScope(requester.scopes, name)) return { kind: "source-not-allowed", source: name };
  const source = ports.source(name);
  if (source === undefined) return { kind: "unknown-source", source: name };
  const held = heldOf({ sources: [name], ...(delivery === undefined ? {} : { delivery }) }, ports);
  return replay(source, held, { requester, ports });
}

/** What is held and of which something was kept, page by page; what is held only since is not met again. */
async function* heldOf(
  filter: { readonly sources: readonly string[]; readonly delivery?: string },
  { store, now }: QuarantinePorts,
): AsyncGenerator<HeldRecord> {
  const began = now();
  let after: string | undefined;
  while (true) {
    const page = await store.quarantined(
      { ...filter, ...(after === undefined ? {} : { after }) },
      LIMITS.ingest_batch_records,
    );
    for (const held of page) if (held.content !== "" && held.createdAt <= began) yield toHeldRecord(held);
    after = page.at(-1)?.id;
    if (after === undefined || page.length < LIMITS.ingest_batch_records) return;
  }
}

async function replay(
  source: RegisteredSource,
  records: AsyncIterable<HeldRecord>,
  { requester, ports }: { readonly requester: Requester; readonly ports: QuarantinePorts },
): Promise<IngestAnswer> {
  const delivery = { id: randomUUID(), receivedAt: ports.now(), client: requester.client };
  const receipt = await ports.line.replay(source, delivery, records);
  return {
    body: JSON.stringify(receipt),
    released: [`receipt/${receipt.id}`],
    detail: `replay ${describeReceipt(receipt)}`,
  };
}

function toHeldRecord({ id, content, line, table, unit }: Quarantined): HeldRecord {
  return {
    quarantineId: id,
    content,
    line,
    ...(table === undefined ? {} : { table }),
    ...(unit === undefined ? {} : { unit }),
  };
}

async function* one<T>(value: T): AsyncGenerator<T> {
  yield value;
}

async function entryOf(id: string, requester: Requester, { store }: QuarantinePorts): Promise<Quarantined | undefined> {
  const held = await store.quarantineEntry(id);
  return held !== undefined && hasIngestScope(requester.scopes, held.source) ? held : undefined;
}

function distinct<K extends string>(held: readonly { readonly [P in K]: string }[], key: K): string {
  return [...new Set(held.map((one) => one[key]))].join(",");
}
