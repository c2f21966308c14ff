import { randomUUID } from "node:crypto";
import type { Requester } from "../access/requester.ts";
import { hasIngestScope } from "../access/scope.ts";
import type { RegisteredSource } from "../access/source.ts";
import { describeReceipt } from "../ingest/describe-receipt.ts";
import type { HeldRecord, IngestLine } from "../ingest/line.ts";
import { toQuarantineEntry, toQuarantineListing } from "../ingest/quarantine.ts";
import { LIMITS } from "../limits.ts";
import type { Quarantined, Store } from "../store/store.ts";
import { parseJson } from "../validation/parse-resource.ts";
import { answerIngest, type IngestAnswer, type IngestAnswerPorts } from "./ingest-answer.ts";
import type { IngestQuery } from "./ingest-query.ts";
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
const ASKED_OF_LISTING = ["source", "delivery", "state", "after"] as const;
const ASKED_OF_REPLAY = ["source", "delivery"] as const;
const NOT_HELD = { kind: "not-found", type: "quarantine-entry" } as const;

/** Ports, and the entries that a request is about to end: of two corrections of one record only one may be taken in. */
interface Desk extends QuarantinePorts {
  readonly inHand: Set<string>;
}

/**
 * What was held back, for the officers of its source: to look at, to take in again as it is or corrected, to discard.
 * An entry of another's source is one that does not exist.
 */
export function createQuarantineRoutes(ports: QuarantinePorts) {
  const desk: Desk = { ...ports, inHand: new Set() };
  return {
    /** `GET /ingest/quarantine?source=&delivery=&state=&after=` */
    list: (request: Request, ids: RequestIds) =>
      answerIngest(
        { request, ids, interaction: "ingest-quarantine", parameters: ASKED_OF_LISTING },
        ports,
        (requester, asked) => list(asked, requester, ports),
      ),

    /** `GET /ingest/quarantine/{id}` */
    entry: (request: Request, ids: RequestIds, id: string) =>
      answerIngest({ request, ids, interaction: "ingest-quarantine", parameters: [] }, ports, async (requester) => {
        const held = await entryOf(id, requester, ports);
        if (held === undefined) return NOT_HELD;
        return {
          body: JSON.stringify(toQuarantineEntry(held, { withContent: true })),
          released: [`quarantine/${id}`],
          detail: `source=${held.source}`,
        };
      }),

    /** `POST /ingest/quarantine/{id}/replay`, with the corrected record as the body, or without a body as it is. */
    replayOne: (request: Request, ids: RequestIds, id: string) =>
      answerIngest({ request, ids, interaction: "ingest-replay", parameters: [] }, ports, (requester) =>
        takeInHand(id, requester, desk, (held) => replayOne(request, { held, requester }, ports)),
      ),

    /** `POST /ingest/quarantine/replay?source=&delivery=`: everything of a source that is held, as it is. */
    replayAll: (request: Request, ids: RequestIds) =>
      answerIngest(
        { request, ids, interaction: "ingest-replay", parameters: ASKED_OF_REPLAY },
        ports,
        (requester, asked) => replayAll(asked, requester, desk),
      ),

    /** `DELETE /ingest/quarantine/{id}` */
    discard: (request: Request, ids: RequestIds, id: string) =>
      answerIngest({ request, ids, interaction: "ingest-discard", parameters: [] }, ports, (requester) =>
        takeInHand(id, requester, desk, (held) => discard(held, ports)),
      ),
  };
}

/** Works on an entry that is held, and that nobody else works on. */
async function takeInHand(
  id: string,
  requester: Requester,
  desk: Desk,
  work: (held: Quarantined) => Promise<IngestAnswer>,
): Promise<IngestAnswer> {
  if ((await entryOf(id, requester, desk)) === undefined) return NOT_HELD;
  if (desk.inHand.has(id)) return { kind: "held-no-more" };
  desk.inHand.add(id);
  try {
    const held = await entryOf(id, requester, desk);
    return held?.state === "quarantined" ? await work(held) : { kind: "held-no-more" };
  } finally {
    desk.inHand.delete(id);
  }
}

async function discard(held: Quarantined, { store, now }: QuarantinePorts): Promise<IngestAnswer> {
  const closedAt = now();
  await store.write((transaction) => transaction.closeQuarantine(held.id, "discarded", closedAt));
  const closed: Quarantined = { ...held, state: "discarded", closedAt };
  return {
    body: JSON.stringify(toQuarantineEntry(closed, { withContent: false })),
    released: [`quarantine/${held.id}`],
    detail: `source=${held.source} discarded`,
  };
}

async function list(
  asked: IngestQuery<(typeof ASKED_OF_LISTING)[number]>,
  requester: Requester,
  ports: QuarantinePorts,
): Promise<IngestAnswer> {
  const own = requester.scopes.flatMap((scope) => (scope.context === "ingest" ? [scope.source] : []));
  if (own.length === 0) return { kind: "insufficient-scope", needed: "ingest/[source]" };
  const { source, delivery, after } = asked;
  if (source !== undefined && !own.includes(source)) return { kind: "source-not-allowed", source };
  const state = STATES.find((one) => one === (asked.state ?? "quarantined"));
  if (state === undefined) {
    return { kind: "bad-parameter-value", parameter: "state", expected: `one of ${STATES.join(", ")}` };
  }
  if (after !== undefined && (await entryOf(after, requester, ports)) === undefined) {
    return {
      kind: "bad-parameter-value",
      parameter: "after",
      expected: "the id of an entry, as the last one of a page",
    };
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
  { held, requester }: { readonly held: Quarantined; readonly requester: Requester },
  ports: QuarantinePorts,
): Promise<IngestAnswer> {
  const source = ports.source(held.source);
  if (source === undefined) return { kind: "unknown-source", source: held.source };
  if (!isUnencoded(request.headers)) return { kind: "unsupported-content-encoding" };
  const corrected = await readText(request, LIMITS.source_message_bytes_max);
  if (typeof corrected !== "string") return corrected;
  if (corrected.trim() === "" && held.content === "") return { kind: "content-needed" };
  const record = { ...toHeldRecord(held), content: corrected.trim() === "" ? held.content : corrected };
  if (!parseJson(record.content).ok && (await countRecords(source, record, { requester, ports })) !== 1) {
    return { kind: "one-record-needed" };
  }
  return replay(source, one(record), { requester, ports });
}

/** How many records a small file holds that comes in place of one. JSON is always one. */
async function countRecords(
  source: RegisteredSource,
  record: HeldRecord,
  { requester, ports }: { readonly requester: Requester; readonly ports: QuarantinePorts },
): Promise<number> {
  const delivery = { id: randomUUID(), receivedAt: ports.now(), client: requester.client, dryRun: true };
  return (await ports.line.replay(source, delivery, one(record))).received;
}

async function replayAll(
  asked: IngestQuery<(typeof ASKED_OF_REPLAY)[number]>,
  requester: Requester,
  desk: Desk,
): Promise<IngestAnswer> {
  const { source: name, delivery } = asked;
  if (name === undefined) {
    return { kind: "missing-parameter", parameter: "source", expected: "the name of a source, as leeds-eyfsp" };
  }
  if (!hasIngestScope(requester.scopes, name)) return { kind: "source-not-allowed", source: name };
  const source = desk.source(name);
  if (source === undefined) return { kind: "unknown-source", source: name };
  const taken = new Set<string>();
  try {
    const held = heldOf({ sources: [name], ...(delivery === undefined ? {} : { delivery }) }, { desk, taken });
    return await replay(source, held, { requester, ports: desk });
  } finally {
    for (const id of taken) desk.inHand.delete(id);
  }
}

/**
 * What is held and of which something was kept, page by page. What is held only since is not met again, and what
 * somebody else has in hand is left to them.
 */
async function* heldOf(
  filter: { readonly sources: readonly string[]; readonly delivery?: string },
  { desk, taken }: { readonly desk: Desk; readonly taken: Set<string> },
): AsyncGenerator<HeldRecord> {
  const { store, now, inHand } = desk;
  const began = now();
  let after: string | undefined;
  while (true) {
    const page = await store.quarantined(
      { ...filter, ...(after === undefined ? {} : { after }) },
      LIMITS.ingest_batch_records,
    );
    for (const { id, createdAt } of page) {
      if (createdAt > began || inHand.has(id)) continue;
      inHand.add(id);
      taken.add(id);
      const held = await store.quarantineEntry(id);
      if (held?.state === "quarantined" && held.content !== "") yield toHeldRecord(held);
    }
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
