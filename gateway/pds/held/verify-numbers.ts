import { z } from "zod";
import type { RegisteredSource } from "../../access/source.ts";
import type { AuditLog } from "../../audit/audit.ts";
import { linkingNhsNumber } from "../../identity/numbers.ts";
import { toTracedSource } from "../../identity/traced-name.ts";
import type { PersonTracer, TraceOutcome } from "../../identity/tracing.ts";
import { LIMITS } from "../../limits.ts";
import type { AlikeChild, RecordKey, Store } from "../../store/store.ts";
import { createPasses, type Passes } from "../passes.ts";
import { type VoidReason, voidNumber } from "./void-number.ts";

const DAY_MS = 86_400_000;

type AskingSource = Pick<RegisteredSource, "source" | "authority" | "traces" | "legalBasis">;

export interface VerifyNumbersOptions {
  readonly store: Store;
  readonly tracer: PersonTracer;
  /** All of the register; numbers that the permitting ones tell are asked for. */
  sources(): readonly AskingSource[];
  readonly authorityOf: (source: string) => string;
  readonly audit: Pick<AuditLog, "append">;
  /** How many days a number that stood is not asked for again. */
  readonly after_days: number;
  readonly author: string;
  /** Random UUIDs. */
  readonly ids: () => string;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
  readonly onFault?: (error: unknown) => void;
}

/** A pass goes through the children of the permitting authorities, and tells how many numbers ended how. */
export type NumberVerification = Passes<Readonly<Partial<Record<Verified, number>>>>;

export type Verified = "stands" | "unknown" | VoidReason | "failed";

const NOTE = z.object({ nextAt: z.number() });

/**
 * Asks the register whether numbers that are held here are still in use. One that it replaced or took out of use is
 * served no more, whatever else is decided; one that it does not know is left to the sources that told it.
 */
export function createNumberVerification(options: VerifyNumbersOptions): NumberVerification {
  async function pass(closing: AbortSignal): Promise<Partial<Record<Verified, number>>> {
    const ends: Partial<Record<Verified, number>> = {};
    const permitting = options.sources().filter(({ traces }) => traces === true);
    const authorities = [...new Set(permitting.map(({ authority }) => authority))];
    const bySource = new Map(permitting.map((source) => [source.source, source]));
    let after: RecordKey = 0;
    while (authorities.length > 0) {
      const records = await options.store.scanRecords({ authorities }, after, LIMITS.pds_traces_page);
      for (const record of records) {
        for (const [number, child] of await numbersOf(record, bySource, options)) {
          if (closing.aborted || options.tracer.state() === "open") return ends;
          const end = await verify(number, { child, record }, options);
          if (end !== undefined) ends[end] = (ends[end] ?? 0) + 1;
        }
      }
      const last = records.at(-1);
      if (last === undefined) return ends;
      after = last;
    }
    return ends;
  }

  return createPasses(pass, options.onFault);
}

/** Numbers that permitting sources tell of a record, each with the first child of it that tells it. */
async function numbersOf(
  record: RecordKey,
  bySource: ReadonlyMap<string, AskingSource>,
  { store }: VerifyNumbersOptions,
): Promise<ReadonlyMap<string, AlikeChild>> {
  const numbers = new Map<string, AlikeChild>();
  const own = new Set([...bySource.values()].map(({ authority }) => toTracedSource(authority)));
  for (const child of await store.sourceChildrenOf(record)) {
    if (!bySource.has(child.source) && !own.has(child.source)) continue;
    const number = linkingNhsNumber(child.identity);
    if (number !== undefined && !numbers.has(number)) numbers.set(number, child);
  }
  return numbers;
}

/** `undefined` for one whose turn it is not. */
async function verify(
  nhsNumber: string,
  { child, record }: { readonly child: AlikeChild; readonly record: RecordKey },
  options: VerifyNumbersOptions,
): Promise<Verified | undefined> {
  const { store, clock, authorityOf, author } = options;
  const noteId = `pds-number/${child.source}/${child.localId}`;
  const note = await store.receipt(noteId);
  const noted = note === undefined ? undefined : NOTE.safeParse(JSON.parse(note));
  if (noted?.success === true && noted.data.nextAt > clock()) return undefined;
  await options.audit.append({
    interaction: "pds-verify",
    outcome: "success",
    requestId: options.ids(),
    client: "gateway",
    patients: await patientsOf(record, options),
    detail: child.source,
  });
  const end = toEnd(await options.tracer.byNumber(nhsNumber));
  if (end === "failed") return end;
  const nextAt = clock() + options.after_days * DAY_MS;
  await store.write(async (transaction) => {
    if (end === "superseded" || end === "invalidated") {
      await voidNumber(transaction, nhsNumber, { reason: end, now: clock(), author, authorityOf });
    }
    const source = toTracedSource(authorityOf(child.source));
    await transaction.putReceipt(noteId, source, JSON.stringify({ nextAt }));
  });
  return end;
}

function toEnd(outcome: TraceOutcome): Verified {
  switch (outcome.kind) {
    case "found":
      return outcome.superseded === undefined ? "stands" : "superseded";
    case "none":
      return "unknown";
    case "invalidated":
      return "invalidated";
    case "many":
    case "failed":
      return "failed";
  }
}

async function patientsOf(key: RecordKey, { store }: VerifyNumbersOptions): Promise<readonly string[]> {
  const record = await store.record(key);
  return record === undefined || record.patientId === "" ? [] : [record.patientId];
}
