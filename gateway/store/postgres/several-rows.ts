import { type ColumnType, columnsOf, columnTypes } from "./column-types.ts";

/** One write of many rows: each parameter of the statement for one of them is a column of theirs, as `toArray` makes it. */
export interface SeveralRows {
  readonly text: string;
  readonly types: readonly ColumnType[];
  /** The row of which table a statement is, and which of its parameters tell it apart; absent where none do. */
  readonly place?: { readonly table: string; readonly parameters: readonly number[] };
  /** Whether no row may be named twice in it. */
  readonly isOnce: boolean;
  /** Whether it looks into a table for each row, which a planner of tables on several machines may refuse. */
  readonly looks: boolean;
}

/** What names a row of those tables of which single rows are changed: columns that are unique together. */
const KEYS: Readonly<Record<string, readonly string[]>> = {
  record: ["key"],
  resource: ["record", "slot"],
  lineage: ["sequence"],
  source_child: ["id"],
  child_print: ["child"],
  contribution: ["record", "child"],
};

/** Of rows that draw a number of their own, by which they are told in order: what those have in common that are to keep theirs. */
const IN_ORDER: Readonly<Record<string, readonly string[]>> = { identity_key: ["key"] };

/** `text` with its parameters numbered in order, each standing once. */
export function toSeveralRows(text: string, parameters: number): SeveralRows | undefined {
  const inOrder = [...text.matchAll(/\$(\d+)/g)].every(([, number], n) => Number(number) === n + 1);
  if (!inOrder || parameters === 0) return undefined;
  return ofInsert(text, parameters) ?? ofUpdate(text) ?? ofCopy(text);
}

const INSERT =
  /^\s*INSERT INTO (\w+)\s*\(([\w\s,]+)\)\s*VALUES\s*\(([$\d\s,]+)\)\s*(ON CONFLICT(?: \(([\w\s,]+)\))? DO (NOTHING|UPDATE SET [^$?]*))?\s*$/;

function ofInsert(text: string, parameters: number): SeveralRows | undefined {
  const [, table = "", list = "", values, conflict = "", , action = "NOTHING"] = INSERT.exec(text) ?? [];
  const columns = wordsOf(list);
  const types = columnTypes(table, columns);
  if (values === undefined || types === undefined || columns.length !== parameters) return undefined;
  const isOnce = action !== "NOTHING";
  const place = placeOf(table, columns);
  if (isOnce && place === undefined) return undefined;
  const several = `INSERT INTO ${table} (${columns.join(", ")}) SELECT * FROM unnest(${toLists(types)}) ${conflict}`;
  return { text: several.trimEnd(), types, isOnce, looks: false, ...(place === undefined ? {} : { place }) };
}

const UPDATE = /^\s*UPDATE (\w+)\s+SET ([^()]+?)\s+WHERE ((?:\w+ = \$\d+)(?: AND \w+ = \$\d+)*)\s*$/;
const ASSIGNED = /^\s*(\w+) = (?:(\w+) \+ )?\$\d+\s*$/;

/**
 * Each row is looked for by itself and put anew as it is to become, in place of what is there. An update joined to what is
 * given might be gone about the other way: through all of the table, where that was believed to be empty when it was planned.
 */
function ofUpdate(text: string): SeveralRows | undefined {
  const [, table = "", told = "", conditions = ""] = UPDATE.exec(text) ?? [];
  const assigned = told.split(",").map((one) => ASSIGNED.exec(one) ?? []);
  const keys = [...conditions.matchAll(/(\w+) = \$/g)].map(([, column = ""]) => column);
  const set = assigned.map(([, column = ""]) => column);
  const types = columnTypes(table, [...set, ...keys]);
  const place = placeOf(table, [...set.map(() => ""), ...keys]);
  if (types === undefined || place === undefined || KEYS[table]?.length !== keys.length) return undefined;
  const columns = columnsOf(table);
  const becomes = columns.map((column) => {
    const n = set.indexOf(column);
    const added = assigned[n]?.[2];
    if (n < 0) return `found.${column}`;
    return added === undefined ? `u.p${n}` : `found.${added} + u.p${n}`;
  });
  const several = `INSERT INTO ${table} (${columns.join(", ")}) SELECT ${becomes.join(", ")} ${lookedFor(table, conditions, types)}
    ON CONFLICT (${keys.join(", ")}) DO UPDATE SET ${set.map((column) => `${column} = excluded.${column}`).join(", ")}`;
  return { text: several, types, place, isOnce: true, looks: true };
}

const COPY =
  /^\s*INSERT INTO (\w+) \(([\w\s,]+)\)\s*SELECT ([^()]+?)\s+FROM (\w+)\s+WHERE ((?:\w+ = \$\d+)(?: AND \w+ = \$\d+)*)\s*$/;

/** Of rows of one table into another: each is looked for by itself, in the order in which they are given. */
function ofCopy(text: string): SeveralRows | undefined {
  const [, into = "", list = "", selected = "", from = "", conditions = ""] = COPY.exec(text) ?? [];
  const columns = wordsOf(list);
  const told = selected.split(",").map((one) => one.trim());
  const given = columns.filter((_, n) => told[n]?.startsWith("$"));
  const keys = [...conditions.matchAll(/(\w+) = \$/g)].map(([, column = ""]) => column);
  const [types, others] = [columnTypes(into, given), columnTypes(from, keys)];
  const place = placeOf(from, [...given.map(() => ""), ...keys]);
  if (told.length !== columns.length || told.some((one) => !/^(?:\$\d+|'[^']*'|NULL|\w+(?: \+ \d+)?)$/.test(one)))
    return undefined;
  if (types === undefined || others === undefined || place === undefined) return undefined;
  const all = [...types, ...others];
  const several = `INSERT INTO ${into} (${columns.join(", ")}) SELECT ${toNamed(told.join(", "))} ${lookedFor(from, conditions, all)}`;
  return { text: several, types: all, place, isOnce: false, looks: true };
}

/** One row of a table for each that is given, looked for by its key whatever the table is believed to hold (`translate.ts`). */
function lookedFor(table: string, conditions: string, types: readonly ColumnType[]): string {
  return `FROM unnest(${toLists(types)}) AS u (${types.map((_, n) => `p${n}`).join(", ")})
    JOIN LATERAL (SELECT * FROM ${table} WHERE ${toNamed(conditions)} OFFSET 0) AS found ON true`;
}

function toNamed(part: string): string {
  return part.replace(/\$(\d+)/g, (_, number: string) => `u.p${Number(number) - 1}`);
}

/** Where the parameters are, among those for these columns, that name a row of the table, or those that keep their order. */
function placeOf(table: string, columns: readonly string[]): SeveralRows["place"] {
  const parameters = (KEYS[table] ?? IN_ORDER[table])?.map((key) => columns.indexOf(key)) ?? [];
  return parameters.length === 0 || parameters.includes(-1) ? undefined : { table, parameters };
}

function wordsOf(list: string): readonly string[] {
  return list.match(/\w+/g) ?? [];
}

function toLists(types: readonly ColumnType[]): string {
  return types.map((type, n) => `$${n + 1}::${type}[]`).join(", ");
}
