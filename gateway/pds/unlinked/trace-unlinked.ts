import type { RegisteredSource } from "../../access/source.ts";
import type { AuditLog } from "../../audit/audit.ts";
import { toPerson } from "../../identity/matcher/to-person.ts";
import { linkingNhsNumber } from "../../identity/numbers.ts";
import { toTracedSource } from "../../identity/traced-name.ts";
import type { PersonTracer, TraceOutcome } from "../../identity/tracing.ts";
import { LIMITS } from "../../limits.ts";
import type { AlikeChild, Store, StoredReview } from "../../store/store.ts";
import { createPasses, type Passes } from "../passes.ts";
import { type ApplyPorts, applyTrace } from "./apply-trace.ts";
import { isDue, type TraceEnd, toNote, toNoteId } from "./next-try.ts";

type AskingSource = Pick<RegisteredSource, "source" | "authority" | "traces" | "legalBasis">;

export interface TraceUnlinkedOptions extends ApplyPorts {
  readonly store: Store;
  readonly tracer: PersonTracer;
  /** All of the register; children of those that permit it are asked for. */
  sources(): readonly AskingSource[];
  readonly audit: Pick<AuditLog, "append">;
  /** Random UUIDs. */
  readonly ids: () => string;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
  readonly onFault?: (error: unknown) => void;
}

/** A pass goes through all children in review without a number, oldest first, and tells how the traces ended. */
export type UnlinkedTracing = Passes<Readonly<Partial<Record<Ended, number>>>>;

/** Who waits for nothing but a number, and who may be another's child as long as there is none. */
const NUMBERLESS = ["unlinked", "ambiguous"] as const;

/** A child may be in review for more than one reason. */
function isFirstOfChild({ source, localId }: StoredReview, at: number, items: readonly StoredReview[]): boolean {
  return items.findIndex((item) => item.source === source && item.localId === localId) === at;
}

type Ended = TraceEnd | "failed" | "overtaken";

/**
 * Asks the national register for children without an NHS number. What was asked is noted in the store, so that it goes
 * on where it was broken off; several processes do the same work, of which the register is asked once.
 */
export function createUnlinkedTracing(options: TraceUnlinkedOptions): UnlinkedTracing {
  /** Where a pass was broken off. */
  let from: StoredReview | undefined;

  async function pass(closing: AbortSignal): Promise<Partial<Record<Ended, number>>> {
    const ends: Partial<Record<Ended, number>> = {};
    const tracing = options.sources().filter(({ traces }) => traces === true);
    const bySource = new Map(tracing.map((source) => [source.source, source]));
    if (bySource.size === 0) return ends;
    const filter = { sources: [...bySource.keys()], kinds: NUMBERLESS, order: "oldest" as const };
    let after = from;
    from = undefined;
    let failuresInRow = 0;
    for (;;) {
      const page = await options.store.reviewPage(
        { ...filter, ...(after === undefined ? {} : { after }) },
        LIMITS.pds_traces_page,
      );
      for (let at = 0; at < page.length; at += LIMITS.pds_traces_at_once) {
        if (closing.aborted) return ends;
        const items = page.slice(at, at + LIMITS.pds_traces_at_once).filter(isFirstOfChild);
        const ended = await Promise.all(items.map((item) => traceOne(item, bySource.get(item.source), options)));
        for (const end of ended) {
          if (end === undefined) continue;
          ends[end] = (ends[end] ?? 0) + 1;
          failuresInRow = end === "failed" ? failuresInRow + 1 : 0;
        }
        // A register that is away, or wants no more calls, is not asked for everybody in turn; the next pass goes on here,
        // so that a few who always fail never keep the others waiting.
        if (failuresInRow >= LIMITS.pds_traces_at_once || options.tracer.state() === "open") {
          from = items.at(-1);
          return ends;
        }
      }
      if (page.length < LIMITS.pds_traces_page) return ends;
      after = page.at(-1);
    }
  }

  return createPasses(pass, options.onFault);
}

/** `undefined` for a child whose turn it is not. */
async function traceOne(
  item: StoredReview,
  source: AskingSource | undefined,
  options: TraceUnlinkedOptions,
): Promise<Ended | undefined> {
  const { store, clock } = options;
  if (source === undefined) return undefined;
  const told = await store.sourceChildrenOf(item.record);
  const child = told.find((one) => one.source === item.source && one.localId === item.localId);
  // Who describes nobody waits for the child's own sources.
  if (child === undefined || child.identity.describesNobody === true) return undefined;
  const numbers = told.filter(({ identity }) => identity.describesNobody !== true && linkingNhsNumber(identity));
  if (numbers.length > 0) return undefined;
  if (!isDue(child, await store.receipt(toNoteId(child)), clock())) return undefined;
  await recordQuestion(child, source, options);
  const outcome = await options.tracer.trace(toPerson(child.identity));
  // Nothing is noted of a failure: the next pass asks again.
  if (outcome.kind === "failed") return "failed";
  const end = await apply({ child, authority: source.authority }, outcome, options);
  if (end === "overtaken") return end;
  await store.write(
    (transaction) =>
      transaction.putReceipt(toNoteId(child), toTracedSource(source.authority), toNote(child, end, clock())),
    { flush: "later" },
  );
  return end;
}

/** Details of a child leave for the register: that is on record before they do. */
async function recordQuestion(
  child: AlikeChild,
  { source, legalBasis }: AskingSource,
  { store, audit, ids }: TraceUnlinkedOptions,
): Promise<void> {
  const record = await store.record(child.record);
  await audit.append({
    interaction: "pds-trace",
    outcome: "success",
    requestId: ids(),
    client: "gateway",
    legalBasis,
    ...(record === undefined || record.patientId === "" ? {} : { patients: [record.patientId] }),
    detail: source,
  });
}

async function apply(
  traced: { readonly child: AlikeChild; readonly authority: string },
  outcome: TraceOutcome,
  options: TraceUnlinkedOptions,
): Promise<TraceEnd | "overtaken"> {
  const now = options.clock();
  const applied = await options.store.write((transaction) =>
    applyTrace(transaction, traced, { ...options, outcome, now }),
  );
  if (applied.kind === "nothing") return outcome.kind === "none" ? "none" : "many";
  return applied.kind;
}
