import { randomUUID } from "node:crypto";
import { z } from "zod";
import type { Requester } from "../access/requester.ts";
import { hasIngestScope } from "../access/scope.ts";
import type { RegisteredSource } from "../access/source.ts";
import { describeReceipt } from "../ingest/describe-receipt.ts";
import type { IngestLine } from "../ingest/line.ts";
import type { MapperOf } from "../ingest/mappers.ts";
import { type Withdrawal, type Withdrawing, withdrawRecords, withdrawSource } from "../ingest/withdraw.ts";
import { LIMITS } from "../limits.ts";
import type { Issue } from "../outcome/issue.ts";
import type { RecordState, Store } from "../store/store.ts";
import { parseJson } from "../validation/parse-resource.ts";
import { answerIngest, type IngestAnswer, type IngestAnswerPorts } from "./ingest-answer.ts";
import type { IngestQuery } from "./ingest-query.ts";
import { readJsonText } from "./negotiate.ts";
import type { RequestIds } from "./respond.ts";

export interface SourceRecordPorts extends IngestAnswerPorts {
  readonly store: Store;
  readonly line: Pick<IngestLine, "replay" | "replaySource">;
  readonly mapperOf: MapperOf;
  source(name: string): RegisteredSource | undefined;
  /** Milliseconds since 1970. */
  now(): number;
}

const ASKED_OF_STATES = ["source", "delivery", "unit", "state", "after"] as const;
const STATES: readonly RecordState["state"][] = ["received", "committed", "replaced", "withdrawn"];

/** Why records are taken back; the word goes into the audit log. */
const REASONS = ["sent-in-error", "withdrawn-by-source", "agreement-ended", "erasure"] as const;

const WITHDRAWAL = z.union([
  z.strictObject({ reason: z.enum(REASONS), records: z.array(z.string().min(1)).min(1) }),
  z.strictObject({ reason: z.enum(REASONS), all: z.literal(true) }),
]);
const WITHDRAWAL_FORM = `a JSON object with reason (one of ${REASONS.join(", ")}) and either records, a list of the names that GET /ingest/records gives as unit, or "all": true`;

/** What became of a source's records, and the ways to map them anew or to take them back; for its officers alone. */
export function createSourceRecordRoutes(ports: SourceRecordPorts) {
  return {
    /** `GET /ingest/records?source=&delivery=&unit=&state=&after=` */
    states: (request: Request, ids: RequestIds) =>
      answerIngest(
        { request, ids, interaction: "ingest-records", parameters: ASKED_OF_STATES },
        ports,
        (requester, asked) => listStates(asked, requester, ports),
      ),

    /** `POST /ingest/{source}/replay`: every record that is still kept is mapped anew. */
    replay: (request: Request, ids: RequestIds, name: string) =>
      answerIngest({ request, ids, interaction: "ingest-replay", parameters: [] }, ports, async (requester) => {
        const own = ownSource(name, requester, ports);
        if (!own.ok) return own.issue;
        const delivery = { id: randomUUID(), receivedAt: ports.now(), client: requester.client };
        const receipt = await ports.line.replaySource(own.source, delivery);
        return {
          body: JSON.stringify(receipt),
          released: [`receipt/${receipt.id}`],
          detail: `replay ${describeReceipt(receipt)}`,
        };
      }),

    /** `POST /ingest/{source}/withdraw`, with `{ "reason": …, "records": […] }` or `{ "reason": …, "all": true }`. */
    withdraw: (request: Request, ids: RequestIds, name: string) =>
      answerIngest({ request, ids, interaction: "ingest-withdraw", parameters: [] }, ports, (requester) =>
        withdraw(request, { name, requester }, ports),
      ),
  };
}

async function listStates(
  asked: IngestQuery<(typeof ASKED_OF_STATES)[number]>,
  requester: Requester,
  ports: SourceRecordPorts,
): Promise<IngestAnswer> {
  const { source: name, delivery, unit } = asked;
  if (name === undefined) {
    return { kind: "missing-parameter", parameter: "source", expected: "the name of a source, as leeds-eyfsp" };
  }
  const own = ownSource(name, requester, ports);
  if (!own.ok) return own.issue;
  const state = STATES.find((one) => one === asked.state);
  if (asked.state !== undefined && state === undefined) {
    return { kind: "bad-parameter-value", parameter: "state", expected: `one of ${STATES.join(", ")}` };
  }
  const after = asked.after === undefined ? undefined : parseAfter(asked.after);
  if (asked.after !== undefined && after === undefined) {
    return { kind: "bad-parameter-value", parameter: "after", expected: "what the page before gave as after" };
  }
  const states = await ports.store.recordStates(
    {
      source: name,
      ...(delivery === undefined ? {} : { delivery }),
      ...(unit === undefined ? {} : { unit }),
      ...(state === undefined ? {} : { state }),
      ...(after === undefined ? {} : { after }),
    },
    LIMITS.record_states_listing_max,
  );
  const last = states.at(-1);
  return {
    body: JSON.stringify({
      source: name,
      records: states.map(({ source: _, at, ...told }) => ({ ...told, at: new Date(at).toISOString() })),
      ...(last === undefined || states.length < LIMITS.record_states_listing_max ? {} : { after: toAfter(last) }),
    }),
    released: [`records/${name}`],
    detail: `source=${name} records=${states.length}`,
  };
}

const AFTER = z.tuple([z.string(), z.int(), z.string()]);

function toAfter({ delivery, line, unit }: RecordState): string {
  return Buffer.from(JSON.stringify([delivery, line, unit])).toString("base64url");
}

function parseAfter(text: string): Pick<RecordState, "delivery" | "line" | "unit"> | undefined {
  const json = parseJson(Buffer.from(text, "base64url").toString());
  const parsed = AFTER.safeParse(json.ok ? json.value : undefined);
  if (!parsed.success) return undefined;
  const [delivery, line, unit] = parsed.data;
  return { delivery, line, unit };
}

async function withdraw(
  request: Request,
  { name, requester }: { readonly name: string; readonly requester: Requester },
  ports: SourceRecordPorts,
): Promise<IngestAnswer> {
  const own = ownSource(name, requester, ports);
  if (!own.ok) return own.issue;
  const text = await readJsonText(request, LIMITS.ingest_request_bytes_max);
  if (typeof text !== "string") return text;
  const json = parseJson(text);
  if (!json.ok) return json.issues[0] ?? { kind: "bad-request-body", expected: WITHDRAWAL_FORM };
  const asked = WITHDRAWAL.safeParse(json.value);
  if (!asked.success) return { kind: "bad-request-body", expected: WITHDRAWAL_FORM };
  const about: Withdrawing = {
    store: ports.store,
    source: name,
    registered: own.source,
    isErasure: asked.data.reason === "erasure",
    mapper: await ports.mapperOf(own.source.kind),
    async replay(records) {
      const delivery = { id: randomUUID(), receivedAt: ports.now(), client: requester.client };
      return (await ports.line.replay(own.source, delivery, each(records))).id;
    },
    clock: ports.now,
  };
  const withdrawal: Withdrawal =
    "all" in asked.data ? await withdrawSource(about) : await withdrawRecords(asked.data.records, about);
  return {
    body: JSON.stringify(withdrawal),
    released: [`records/${name}`],
    detail: `source=${name} reason=${asked.data.reason} withdrawn=${withdrawal.withdrawn}`,
  };
}

async function* each<T>(values: readonly T[]): AsyncGenerator<T> {
  yield* values;
}

function ownSource(
  name: string,
  requester: Requester,
  ports: SourceRecordPorts,
): { readonly ok: true; readonly source: RegisteredSource } | { readonly ok: false; readonly issue: Issue } {
  if (!hasIngestScope(requester.scopes, name))
    return { ok: false, issue: { kind: "source-not-allowed", source: name } };
  const source = ports.source(name);
  return source === undefined ? { ok: false, issue: { kind: "unknown-source", source: name } } : { ok: true, source };
}
