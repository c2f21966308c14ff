import type { StagedMapper } from "#mappers/mapper.ts";
import type { KeptRow, StagedRow, WriteTransaction } from "../store/store.ts";
import type { CommitContext } from "./commit-unit.ts";
import type { ChildDrafter } from "./drafting/drafted-children.ts";
import { type PreparedRow, toChildUnit } from "./prepared.ts";

export interface StagedContext {
  readonly mapper: StagedMapper;
  /** Set where a thread drafts what the rows make. */
  readonly drafter?: ChildDrafter;
}

/** What a transaction knows of staged rows, and the children that its own belong to. */
export interface TouchedChildren {
  /** Keys of the children's own rows. */
  readonly children: Set<string>;
  /** Parent row → its child, as found in this transaction: the rows of one file follow each other under one parent. */
  readonly below: Map<string, string>;
  /** Rows as they are staged by now, by name; `undefined` for one that is not there. */
  readonly known: Map<string, KeptRow | undefined>;
}

export function createTouched(): TouchedChildren {
  return { children: new Set(), below: new Map(), known: new Map() };
}

type RowName = Pick<StagedRow, "table" | "key">;
type RowContext = CommitContext & StagedContext & { readonly touched: TouchedChildren };

/** Looks for the rows of a batch, and for all rows above them, together. */
export async function lookAhead(
  transaction: WriteTransaction,
  rows: readonly StagedRow[],
  { source, touched: { known }, mapper }: RowContext,
): Promise<void> {
  const coming = new Map(rows.map((row) => [toName(row), row]));
  let wanted: readonly RowName[] = rows;
  for (let depth = 0; wanted.length > 0 && depth <= mapper.tables.length; depth++) {
    await look(transaction, wanted, { source: source.source, known });
    wanted = wanted.flatMap((name) => {
      const above = [coming.get(toName(name))?.parent, known.get(toName(name))?.parent];
      return above.flatMap((parent) => (parent === undefined || known.has(toName(parent)) ? [] : [parent]));
    });
  }
}

async function look(
  transaction: WriteTransaction,
  names: readonly RowName[],
  { source, known }: { readonly source: string; readonly known: TouchedChildren["known"] },
): Promise<void> {
  for (const name of names) known.set(toName(name), undefined);
  for (const row of await transaction.stagedRows(source, names)) known.set(toName(row), row);
}

/** Stages one row and notes the child it belongs to. A row whose child's own row has not come yet just waits. */
export async function commitRow(
  transaction: WriteTransaction,
  { row, line }: Pick<PreparedRow, "row" | "line">,
  context: RowContext,
): Promise<"committed" | "unchanged"> {
  const { source } = context.source;
  const { touched } = context;
  const before = await knownRow(transaction, row, context);
  const isSame = before !== undefined && isSameRow(before, row);
  if (isSame && context.replay === undefined && row.table !== context.mapper.root) return "unchanged";
  const child = await childOf(transaction, row, context);
  if (isSame) {
    if (child !== undefined && (await isMappedAnew(transaction, child, context))) touched.children.add(child);
    return "unchanged";
  }
  const { delivery, receivedAt } = context;
  // A row that hangs off nothing, as the header of a delivery, waits for nobody.
  const waits = child === undefined && row.parent !== undefined;
  const from = { delivery, line, receivedAt, waits };
  await transaction.stage(source, row, from, before);
  touched.known.set(toName(row), { ...row, ...from });
  if (child !== undefined) touched.children.add(child);
  if (before === undefined) return "committed";
  // A row that moved to another parent leaves a child without it, and takes with it what hangs off it.
  touched.below.clear();
  const left = await childOf(transaction, before, context);
  if (left !== undefined) touched.children.add(left);
  if (before.line > 0) await noteReplaced(transaction, before, context);
  return "committed";
}

async function knownRow(
  transaction: WriteTransaction,
  name: RowName,
  { source: { source }, touched: { known } }: RowContext,
): Promise<KeptRow | undefined> {
  if (!known.has(toName(name))) await look(transaction, [name], { source, known });
  return known.get(toName(name));
}

function isSameRow(before: StagedRow, row: StagedRow): boolean {
  return (
    before.body === row.body && before.parent?.table === row.parent?.table && before.parent?.key === row.parent?.key
  );
}

/** Whether a child of whom nothing new came was mapped by an earlier mapper. */
async function isMappedAnew(
  transaction: WriteTransaction,
  child: string,
  { source, mapping, replay }: CommitContext,
): Promise<boolean> {
  if (replay !== undefined) return true;
  const lineage = await transaction.lineage(source.source, toChildUnit(child));
  return lineage !== undefined && lineage.mapping !== mapping;
}

async function noteReplaced(transaction: WriteTransaction, before: KeptRow, context: CommitContext): Promise<void> {
  const { delivery, line, receivedAt } = before;
  await transaction.noteState({
    source: context.source.source,
    unit: toName(before),
    delivery,
    line,
    receivedAt,
    state: "replaced",
    at: context.clock(),
  });
}

/** Key of the child's own row above this one, when every row on the way is there. */
async function childOf(
  transaction: WriteTransaction,
  row: Pick<StagedRow, "table" | "key" | "parent">,
  context: RowContext,
): Promise<string | undefined> {
  const { mapper, touched } = context;
  const parent = row.parent === undefined ? undefined : toName(row.parent);
  const known = parent === undefined ? undefined : touched.below.get(parent);
  if (known !== undefined) return known;
  let at = row;
  for (let depth = 0; depth <= mapper.tables.length; depth++) {
    if (at.table === mapper.root) {
      if (parent !== undefined) touched.below.set(parent, at.key);
      return at.key;
    }
    if (at.parent === undefined) return undefined;
    const above = await knownRow(transaction, at.parent, context);
    if (above === undefined) return undefined;
    at = above;
  }
  return undefined;
}

/** Name of a row within its source. */
export function toName({ table, key }: RowName): string {
  return `${table}/${key}`;
}
