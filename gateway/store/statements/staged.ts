import type { KeptRow, StagedFrom, StagedRow } from "../delivery-verbs.ts";
import { type Context, deliveriesOf, deliveryId, deliveryOf } from "./context.ts";
import { LIMIT } from "./limit.ts";
import { filled, marks } from "./lists.ts";
import { arrays, arraysOf, rows, type Steps, write } from "./steps.ts";
import { type ArrayRow, integer, text } from "./values.ts";
import type { Work } from "./work.ts";

interface StagedName {
  readonly source: string;
  readonly table: string;
  readonly key: string;
}

/** `before`: the row whose place it takes, as it is staged. */
export function* stage(
  { context }: Work,
  source: string,
  row: StagedRow,
  { before, ...from }: StagedFrom & { readonly before: KeptRow | undefined },
): Steps<void> {
  const { table, key, parent, body } = row;
  const { line, receivedAt } = from;
  const delivery = yield* deliveryId(context, { source, id: from.delivery, receivedAt });
  const told = [parent?.table ?? null, parent?.key ?? null, delivery, line, from.waits ? 1 : 0, body];
  yield* write(before === undefined ? INSERT_ROW : UPDATE_ROW, ...told, source, table, key);
  if (from.waits && before?.waits === false) yield* markTree({ source, table, key }, 1);
}

const INSERT_ROW = `INSERT INTO staged (parent_name, parent_key, delivery, line, waits, body, source, name, key)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`;
const UPDATE_ROW = `UPDATE staged SET parent_name = ?, parent_key = ?, delivery = ?, line = ?, waits = ?, body = ?
  WHERE source = ? AND name = ? AND key = ?`;

const COLUMNS = ["name", "key", "parent_name", "parent_key", "delivery", "line", "waits", "body"] as const;
const ROW = COLUMNS.join(", ");
/** Keys that one statement asks for. */
const KEYS_MAX = 64;

/** Those that are there, in no order. */
export function* readStagedRows(
  context: Context,
  source: string,
  names: readonly Pick<StagedRow, "table" | "key">[],
): Steps<readonly KeptRow[]> {
  const keys = new Map<string, string[]>();
  for (const { table, key } of names) {
    const known = keys.get(table);
    if (known === undefined) keys.set(table, [key]);
    else known.push(key);
  }
  const parts = [...keys].flatMap(([table, all]) => inKeys(all).map((some) => ({ table, some })));
  const found = yield* arraysOf(
    parts.map(({ table, some }) => ({
      sql: `SELECT ${ROW} FROM staged WHERE source = ? AND name = ? AND key IN (${marks(some.length)})`,
      values: [source, table, ...some],
    })),
  );
  return yield* toKeptRows(context, found.flat());
}

/** Lists of few lengths, each without any key twice but its last. */
function inKeys(keys: readonly string[]): readonly (readonly string[])[] {
  const all = [...new Set(keys)];
  return Array.from({ length: Math.ceil(all.length / KEYS_MAX) }, (_, n) =>
    filled(all.slice(n * KEYS_MAX, (n + 1) * KEYS_MAX)),
  ).filter((some) => some !== undefined);
}

/**
 * A row, of source `?1`, table `?2` and key `?3`, and all below it. Rows that hang off each other in a ring are met once:
 * UNION keeps no row twice.
 */
const TREE = `
  WITH RECURSIVE tree (name, key) AS (
    SELECT CAST(?2 AS TEXT), CAST(?3 AS TEXT)
    UNION
    SELECT below.name, below.key FROM tree
      CROSS JOIN staged AS below INDEXED BY staged_below
        ON below.source = ?1 AND below.parent_name = tree.name AND below.parent_key = tree.key
  )`;

/** Rows of source `?1` and table `?2`, and of each all below it; of a ring only what leads back to the row itself can be met. */
function treesOf(keys: number): string {
  const below = COLUMNS.map((column) => `below.${column}`).join(", ");
  return `
  WITH RECURSIVE tree (root, ${ROW}) AS (
    SELECT key, ${ROW} FROM staged WHERE source = ?1 AND name = ?2
      AND key IN (${Array.from({ length: keys }, (_, n) => `?${n + 3}`).join(",")})
    UNION ALL
    SELECT tree.root, ${below} FROM tree
      CROSS JOIN staged AS below INDEXED BY staged_below
        ON below.source = ?1 AND below.parent_name = tree.name AND below.parent_key = tree.key
    WHERE below.name <> ?2 OR below.key <> tree.root
  )
  SELECT ${ROW}, root FROM tree ORDER BY root, name, key`;
}

export function* readStagedTrees(
  context: Context,
  source: string,
  { table, keys }: { readonly table: string; readonly keys: readonly string[] },
): Steps<ReadonlyMap<string, readonly KeptRow[]>> {
  const parts = inKeys(keys).map((some) => ({ sql: treesOf(some.length), values: [source, table, ...some] }));
  const found = (yield* arraysOf(parts)).flat();
  const rows = yield* toKeptRows(context, found);
  const trees = new Map<string, KeptRow[]>();
  found.forEach((one, n) => {
    const root = text(one[COLUMNS.length]);
    const tree = trees.get(root) ?? [];
    if (tree.length === 0) trees.set(root, tree);
    const row = rows[n];
    if (row !== undefined) tree.push(row);
  });
  return trees;
}

export function* readStagedBelow(
  context: Context,
  source: string,
  table: string,
  key: string,
): Steps<readonly KeptRow[]> {
  const found = yield* arrays(
    `SELECT ${ROW} FROM staged WHERE source = ? AND parent_name = ? AND parent_key = ? ORDER BY name, key`,
    source,
    table,
    key,
  );
  return yield* toKeptRows(context, found);
}

const MARK_TREE = `${TREE}
  UPDATE staged SET waits = ?4
  WHERE waits <> ?4 AND source = ?1 AND (name, key) IN (SELECT name, key FROM tree)`;

export function* markTree({ source, table, key }: StagedName, waits: 0 | 1): Steps<void> {
  yield* write(MARK_TREE, source, table, key, waits);
}

export function* unstage({ source, table, key }: StagedName): Steps<void> {
  yield* write("DELETE FROM staged WHERE source = ? AND name = ? AND key = ?", source, table, key);
  yield* markTree({ source, table, key }, 1);
}

function* toKeptRows(context: Context, found: readonly ArrayRow[]): Steps<readonly KeptRow[]> {
  const deliveries = yield* deliveriesOf(
    context,
    found.map((one) => integer(one[4])),
  );
  return found.map(([table, key, parentTable, parentKey, delivery, line, waits, body]) => {
    const { id, receivedAt } = deliveryOf(deliveries, integer(delivery));
    return {
      table: text(table),
      key: text(key),
      ...(parentTable === null ? {} : { parent: { table: text(parentTable), key: text(parentKey) } }),
      body: text(body),
      delivery: id,
      line: integer(line),
      receivedAt,
      waits: waits === 1,
    };
  });
}

export function* readWaitingRows(source: string): Steps<readonly { readonly table: string; readonly rows: number }[]> {
  const found = yield* rows(
    `SELECT name, count(*) AS held FROM staged INDEXED BY staged_waiting
     WHERE source = ? AND waits = 1 GROUP BY name ORDER BY name`,
    source,
  );
  return found.map(({ name, held }) => ({ table: text(name), rows: integer(held) }));
}

export function* readStagedKeys(
  { source, table }: Pick<StagedName, "source" | "table">,
  { limit, after }: { readonly limit: number; readonly after: string | undefined },
): Steps<readonly string[]> {
  const found = yield* rows(
    `SELECT key FROM staged WHERE source = ? AND name = ? AND key > ? ORDER BY key ${LIMIT}`,
    source,
    table,
    after ?? "",
    limit,
  );
  return found.map(({ key }) => text(key));
}
