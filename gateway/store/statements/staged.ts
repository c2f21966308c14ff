import type { KeptRow, Staged, StagedFrom, StagedRow } from "../delivery-verbs.ts";
import { type Context, type DeliveryName, deliveriesOf, deliveryId, deliveryOf } from "./context.ts";
import { row, rows, type Steps, write } from "./steps.ts";
import { integer, type Row, text } from "./values.ts";
import type { Work } from "./work.ts";

export function* stage({ context }: Work, source: string, row: StagedRow, from: StagedFrom): Steps<Staged> {
  const before = yield* readStaged(context, source, row.table, row.key);
  if (
    before?.body === row.body &&
    before.parent?.table === row.parent?.table &&
    before.parent?.key === row.parent?.key
  ) {
    return { kind: "unchanged" };
  }
  yield* write(
    `INSERT INTO staged (source, name, key, parent_name, parent_key, delivery, line, waits, body)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (source, name, key) DO UPDATE SET parent_name = excluded.parent_name, parent_key = excluded.parent_key,
       delivery = excluded.delivery, line = excluded.line, waits = excluded.waits, body = excluded.body`,
    source,
    row.table,
    row.key,
    row.parent?.table ?? null,
    row.parent?.key ?? null,
    yield* deliveryId(context, { source, id: from.delivery, receivedAt: from.receivedAt }),
    from.line,
    from.waits ? 1 : 0,
    row.body,
  );
  if (before === undefined) return { kind: "new" };
  if (from.waits && !before.waits) yield* markTree({ source, table: row.table, key: row.key }, 1);
  return { kind: "changed", before };
}

export function* readStaged(context: Context, source: string, table: string, key: string): Steps<KeptRow | undefined> {
  const found = yield* row("SELECT * FROM staged WHERE source = ? AND name = ? AND key = ?", source, table, key);
  if (found === undefined) return undefined;
  return toKeptRow(found, yield* deliveriesOf(context, [integer(found.delivery)]));
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

const STAGED_TREE = `${TREE}
  SELECT staged.* FROM tree CROSS JOIN staged
    ON staged.source = ?1 AND staged.name = tree.name AND staged.key = tree.key
  WHERE EXISTS (SELECT 1 FROM staged WHERE source = ?1 AND name = ?2 AND key = ?3)
  ORDER BY staged.name, staged.key`;

export function* readStagedTree(
  context: Context,
  source: string,
  table: string,
  key: string,
): Steps<readonly KeptRow[]> {
  return yield* toKeptRows(context, yield* rows(STAGED_TREE, source, table, key));
}

export function* readStagedBelow(
  context: Context,
  source: string,
  table: string,
  key: string,
): Steps<readonly KeptRow[]> {
  const found = yield* rows(
    "SELECT * FROM staged WHERE source = ? AND parent_name = ? AND parent_key = ? ORDER BY name, key",
    source,
    table,
    key,
  );
  return yield* toKeptRows(context, found);
}

interface StagedName {
  readonly source: string;
  readonly table: string;
  readonly key: string;
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

function* toKeptRows(context: Context, found: readonly Row[]): Steps<readonly KeptRow[]> {
  const deliveries = yield* deliveriesOf(
    context,
    found.map(({ delivery }) => integer(delivery)),
  );
  return found.map((one) => toKeptRow(one, deliveries));
}

function toKeptRow(row: Row, deliveries: ReadonlyMap<number, DeliveryName>): KeptRow {
  const parent =
    row.parent_name === null ? {} : { parent: { table: text(row.parent_name), key: text(row.parent_key) } };
  const { id: delivery, receivedAt } = deliveryOf(deliveries, integer(row.delivery));
  return {
    table: text(row.name),
    key: text(row.key),
    ...parent,
    body: text(row.body),
    delivery,
    line: integer(row.line),
    receivedAt,
    waits: row.waits === 1,
  };
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
    "SELECT key FROM staged WHERE source = ? AND name = ? AND key > ? ORDER BY key LIMIT ?",
    source,
    table,
    after ?? "",
    limit,
  );
  return found.map(({ key }) => text(key));
}
