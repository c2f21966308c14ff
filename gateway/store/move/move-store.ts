import { Digest } from "./digest.ts";
import { type Part, RowsInTheWay, type Source, type Target } from "./side.ts";
import type { Key, Table } from "./table.ts";

export interface MovedTable {
  readonly table: string;
  readonly rows: number;
  /** Rows that were sent, the others being there already. */
  readonly copied: number;
  readonly bytes: number;
  /** Whether the rows of both sides are the same, read anew on the side where they were written. */
  readonly isSame: boolean;
}

export interface Moving {
  readonly source: Source;
  readonly target: Target;
  readonly tables: readonly Table[];
  /** Changes nothing, and tells what is not the same. */
  readonly isOnlyCompared: boolean;
  readonly onTable?: (moved: MovedTable) => void;
}

/** Makes one store the same as another, table by table. What is the same already is not sent again. */
export async function moveStore({
  source,
  target,
  tables,
  isOnlyCompared,
  onTable,
}: Moving): Promise<readonly MovedTable[]> {
  const moved: MovedTable[] = [];
  for (const table of tables) {
    const sides = { source, target, table };
    const one = isOnlyCompared ? await compare(sides) : await bring(sides);
    moved.push(one);
    onTable?.(one);
  }
  return moved;
}

interface Sides {
  readonly source: Source;
  readonly target: Target;
  readonly table: Table;
}

async function bring(sides: Sides): Promise<MovedTable> {
  const { target, table } = sides;
  if (await target.isEmpty(table)) return fill(sides);
  try {
    return await mend(sides);
  } catch (error) {
    if (!(error instanceof RowsInTheWay)) throw error;
  }
  await target.clear(table);
  return fill(sides);
}

async function fill({ source, target, table }: Sides): Promise<MovedTable> {
  await target.beginFilling(table);
  const whole = new Digest();
  let bytes = 0;
  await eachPart(source.parts(table), async ({ rows }) => {
    whole.addAll(rows.digest);
    bytes += rows.bytes.length;
    await target.add(table, rows);
  });
  await target.endFilling(table);
  const isSame = whole.equals(await target.digest(table, {}));
  return { table: table.name, rows: whole.rows, copied: whole.rows, bytes, isSame };
}

/** Part by part: of most parts nothing has changed since they were sent. */
async function mend({ source, target, table }: Sides): Promise<MovedTable> {
  const whole = new Digest();
  let [copied, bytes, isChanged] = [0, 0, false];
  let after: Key | undefined;
  await eachPart(source.parts(table), async ({ rows, upTo }) => {
    const span = { after, upTo };
    after = upTo;
    whole.addAll(rows.digest);
    if (rows.digest.equals(await target.digest(table, span))) return;
    await target.replace(table, span, rows);
    copied += rows.digest.rows;
    bytes += rows.bytes.length;
    isChanged = true;
  });
  const rest = await target.digest(table, { after });
  if (rest.rows > 0) {
    await target.replace(table, { after }, undefined);
    isChanged = true;
  }
  await target.endFilling(table);
  const isSame = !isChanged || whole.equals(await target.digest(table, {}));
  return { table: table.name, rows: whole.rows, copied, bytes, isSame };
}

/** One after another; while one part is worked on, the next one is read. */
async function eachPart(parts: AsyncIterable<Part>, work: (part: Part) => Promise<void>): Promise<void> {
  let done: Promise<void> = Promise.resolve();
  for await (const part of parts) {
    await done;
    done = work(part);
    // Whoever waits for it is told of its failure; nobody does while the next part is read.
    done.catch(() => {});
  }
  await done;
}

async function compare({ source, target, table }: Sides): Promise<MovedTable> {
  const whole = new Digest();
  for await (const { rows } of source.parts(table)) whole.addAll(rows.digest);
  const isSame = whole.equals(await target.digest(table, {}));
  return { table: table.name, rows: whole.rows, copied: 0, bytes: 0, isSame };
}
