import type { AnyMapper } from "#mappers/mapper.ts";
import type { RegisteredSource } from "../access/source.ts";
import { withoutWithheld } from "../disclosure/withheld.ts";
import { toRecordSearchKeys } from "../search/keys.ts";
import type { RecordKey, Store, StoredContribution, UnitLineage, WriteTransaction } from "../store/store.ts";
import { NO_CONTENT } from "./end-replaced.ts";
import { type HeldRecord, readKept } from "./kept-records.ts";

/** What a source says of a child, told by a record that is no more. */
export interface Unsaid {
  readonly record: RecordKey;
  readonly localId: string;
}

/** Children of whom the source's own word was told by a record that is no more, while it has others of them. */
export interface Retold {
  /** Told anew from the latest record of the child that is kept. */
  readonly anew: number;
  /** As the record that went has told it, since none of the others is kept: the source must send one of them again. */
  readonly still: number;
  /** Id of the receipt of the records that were taken in again. */
  readonly receipt?: string;
}

export interface Retelling {
  readonly store: Store;
  readonly source: string;
  readonly registered: RegisteredSource;
  readonly mapper: AnyMapper;
  /** Takes kept records in again; answers with the id of the receipt. */
  readonly replay: (records: readonly HeldRecord[]) => Promise<string>;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
}

/**
 * Has the source's latest kept record of each child say who the child is. What was said before stands until then, so that
 * the child is never without a word of the source.
 */
export async function retell(unsaid: readonly Unsaid[], about: Retelling): Promise<Retold | undefined> {
  const ends = new Map(unsaid.map((one) => [`${one.record} ${one.localId}`, one]));
  const records: HeldRecord[] = [];
  let still = 0;
  for (const end of ends.values()) {
    const found = await about.store.write((transaction) => handOver(transaction, end, about));
    if (found === "still") still += 1;
    else if (found !== "settled") records.push(found);
  }
  if (records.length === 0) return still === 0 ? undefined : { anew: 0, still };
  return { anew: records.length, still, receipt: await about.replay(records) };
}

/** All that a source said of a child under one name. */
export async function endContribution(
  transaction: WriteTransaction,
  { record, localId }: Unsaid,
  { source, now }: { readonly source: string; readonly now: number },
): Promise<void> {
  await transaction.removeContribution(record, source, localId, now);
  await transaction.removeSourceIdentity(source, localId);
  await transaction.closeReview(source, localId);
}

/** Makes the latest kept record the one that tells of the child: only that one is heard when it is taken in again. */
async function handOver(
  transaction: WriteTransaction,
  end: Unsaid,
  about: Retelling,
): Promise<HeldRecord | "settled" | "still"> {
  const { source, registered, clock } = about;
  const record = await transaction.record(end.record);
  const told = record?.contributions.find((one) => one.source === source && one.localId === end.localId);
  if (told === undefined) return "settled";
  const others = (await transaction.lineagesOf(end.record)).filter(
    (one) => one.source === source && one.line > 0 && one.hash !== NO_CONTENT,
  );
  if (others.some(({ unit }) => unit === told.unit)) return "settled";
  let isEveryOneKept = true;
  for (const { unit, line } of others.toSorted(byLatest)) {
    const raw = await transaction.raw(source, unit);
    if (raw === undefined) isEveryOneKept = false;
    else if ((await localIdOf({ content: raw.content, line, unit }, about)) === end.localId) {
      await tellBy(transaction, end, { told, unit, authority: registered.authority });
      return { content: raw.content, line, unit };
    }
  }
  if (!isEveryOneKept) return "still";
  // The others are of the same child under another name.
  await endContribution(transaction, end, { source, now: clock() });
  return "settled";
}

function byLatest(one: UnitLineage, other: UnitLineage): number {
  return (
    (other.writtenAt ?? other.receivedAt) - (one.writtenAt ?? one.receivedAt) ||
    other.receivedAt - one.receivedAt ||
    other.line - one.line
  );
}

async function localIdOf(held: HeldRecord, { mapper, registered }: Retelling): Promise<string | undefined> {
  const options = { columns: registered.columns, explainFault: () => ({ message: "" }) };
  for await (const { prepared } of readKept(mapper, held, options)) {
    if (prepared.kind === "unit") return prepared.unit.identity.localId;
  }
  return undefined;
}

/** The same word as before, under the name of another record. */
async function tellBy(
  transaction: WriteTransaction,
  { record }: Unsaid,
  { told, unit, authority }: { readonly told: StoredContribution; readonly unit: string; readonly authority: string },
): Promise<void> {
  const patient = withoutWithheld(JSON.parse(told.body), told.withheld);
  await transaction.putContribution(record, authority, { ...told, unit }, toRecordSearchKeys(patient));
}
