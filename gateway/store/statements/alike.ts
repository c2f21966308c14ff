import type { AlikeAhead } from "../ahead-verbs.ts";
import type { AlikeBounds, AlikeChild } from "../identity-verbs.ts";
import { childrenOf } from "./alike-children.ts";
import { type Context, knownSourceId } from "./context.ts";
import { toLimit } from "./limit.ts";
import { LIST_LENGTHS, PART_MAX } from "./lists.ts";
import type { ChildId } from "./source-children.ts";
import { arrays, arraysOf, type Statement, type Steps, together } from "./steps.ts";
import { type ArrayRow, integer } from "./values.ts";
import type { ReadAlready, Work } from "./work.ts";

/** Keys of somebody of whom too little is told to miss one. */
const DETAILS_TOLD_FEW = 2;
/** Rarity orders equals alone: of all keys of one child it adds up to less than one. */
const RARITY_DIVISOR = 64;

/** Keys that are asked for together, and the source whose children under them are passed over. */
interface Ranges {
  readonly keys: readonly number[];
  readonly passed: number | undefined;
}

/** Rows of key and child. */
interface Found {
  readonly rows: readonly ArrayRow[];
  readonly isCut: boolean;
}

/**
 * A key's children lie side by side, and those of one source within it, so each key is one short range, or two around the
 * source that asks; all of them are asked for at once, which a statement a key would take three times as long for. Only
 * where that is too much is each key counted by itself.
 */
export function* findAlike(
  context: Context,
  keys: readonly number[],
  { limit, ...bounds }: AlikeBounds & { readonly limit: number },
  ahead?: ReadAlready,
): Steps<{ readonly children: readonly AlikeChild[]; readonly isCut: boolean }> {
  const ranges = yield* toRanges(context, { keys, asking: bounds.asking });
  const read = ahead?.alike.get(nameOf(ranges, limit)) ?? (yield* readTogether(ranges, limit));
  const found = read === "too-many" ? yield* readShort(ranges, limit) : { rows: read, isCut: false };
  const { worth, isCut } = choose(found.rows, bounds);
  const children = worth.size === 0 ? [] : yield* childrenOf(worth, ahead?.resembling);
  return { children, isCut: isCut || found.isCut };
}

/** Who of those under the keys is to be read, and whether others are left out for being too many. */
function choose(
  rows: readonly ArrayRow[],
  { most = Number.POSITIVE_INFINITY, isWorthReading }: AlikeBounds,
): { readonly worth: ReadonlySet<ChildId>; readonly isCut: boolean } {
  const { ids, isCut } = rows.length <= most ? ALL : mostAlike(rows, most);
  return { worth: worthReading(rows, ids, isWorthReading), isCut };
}

function* toRanges(
  context: Context,
  { keys, asking }: Pick<AlikeAhead, "keys" | "asking">,
): Steps<readonly [Ranges, Ranges]> {
  const wanted = [...new Set(keys)];
  const passed = asking && (yield* knownSourceId(context, asking.source));
  const isWhole = (key: number): boolean => passed === undefined || asking?.isTelling(key) === true;
  return [
    { keys: wanted.filter(isWhole), passed: undefined },
    { keys: wanted.filter((key) => !isWhole(key)), passed },
  ];
}

function nameOf([whole, passing]: readonly [Ranges, Ranges], limit: number): string {
  return `${limit} ${whole.keys.join()} ${passing.passed} ${passing.keys.join()}`;
}

/** Notes what is under the keys of each, and those who are worth reading. */
export function* readAlike({ context, ahead }: Work, all: readonly AlikeAhead[]): Steps<void> {
  const asked = yield* together(
    ...all.map(function* (one) {
      const ranges = yield* toRanges(context, one);
      return { ...one, ranges };
    }),
  );
  const worth = new Set<ChildId>();
  const found = yield* together(...asked.map(({ ranges, limit }) => readTogether(ranges, limit)));
  for (const [n, { ranges, limit, ...bounds }] of asked.entries()) {
    const name = nameOf(ranges, limit);
    const rows = found[n] ?? [];
    ahead.alike.set(name, rows);
    if (rows !== "too-many") for (const id of choose(rows, bounds).worth) worth.add(id);
    for (const { keys, passed } of ranges) {
      for (const key of keys) {
        const under = ahead.alikeByKey.get(key);
        if (under === undefined) ahead.alikeByKey.set(key, [{ name, passed }]);
        else under.push({ name, passed });
      }
    }
  }
  for (const child of yield* childrenOf(worth, ahead.resembling)) ahead.resembling.set(child.child, child);
}

/** Of the children of rows, those that are to be looked at and whose print, if there is one, does not speak against it. */
function worthReading(
  rows: readonly ArrayRow[],
  ids: ReadonlySet<ChildId> | undefined,
  isWorthReading: AlikeBounds["isWorthReading"],
): ReadonlySet<ChildId> {
  const seen = new Set<ChildId>();
  const worth = new Set<ChildId>();
  for (const row of rows) {
    const id = integer(row[1]);
    if (seen.has(id) || ids?.has(id) === false) continue;
    seen.add(id);
    const print = row[2];
    if (typeof print !== "string" || isWorthReading === undefined || isWorthReading(print)) worth.add(id);
  }
  return worth;
}

/** `too-many` where there are more rows than the limit. */
function* readTogether(ranges: readonly Ranges[], limit: number): Steps<readonly ArrayRow[] | "too-many"> {
  const parts: ReturnType<typeof toAsked>[] = [];
  for (const { keys, passed } of ranges) {
    for (let from = 0; from < keys.length; from += PART_MAX) {
      parts.push(toAsked({ keys: keys.slice(from, from + PART_MAX), passed }, limit + 1));
    }
  }
  const found = yield* arraysOf(parts);
  return found.some((rows) => rows.length > limit) ? "too-many" : found.flat();
}

/**
 * Without the keys that too many share. Whoever agrees in all but one detail shares three keys or more, so that one key
 * may be missing; of more, or where nothing else is left to go by, what was left out may matter.
 */
function* readShort(ranges: readonly Ranges[], limit: number): Steps<Found> {
  const single = ranges.flatMap(({ keys, passed }) => keys.map((key) => ({ keys: [key], passed })));
  const counts = yield* together(...single.map((range) => countRows(range, limit + 1)));
  const short = single.filter((_, n) => (counts[n] ?? 0) <= limit);
  const cut = single.length - short.length;
  const read = yield* arraysOf((short.length > 0 ? short : single).map((range) => toAsked(range, limit)));
  return { rows: read.flat(), isCut: cut > 1 || (cut > 0 && single.length <= DETAILS_TOLD_FEW) };
}

function toAsked({ keys, passed }: Ranges, limit: number): Pick<Statement, "sql" | "values"> {
  const place = LIST_LENGTHS.findIndex((length) => length >= keys.length);
  const values: (number | null)[] = [...keys];
  for (let n = keys.length; n < (LIST_LENGTHS[place] ?? 0); n++) values.push(null);
  if (passed !== undefined) values.push(passed);
  values.push(limit);
  return { sql: (passed === undefined ? ROWS : ROWS_PASSING)[place] ?? "", values };
}

/**
 * Rows of a number of keys, of which the last may be no key at all. Keys are joined as they are given: for those of an IN,
 * SQLite would make and fill a table of its own each time. The first says to PostgreSQL of which type all of them are.
 */
function toAmong(length: number): string {
  const keys = Array.from({ length }, (_, n) => (n === 0 ? "(CAST(?1 AS BIGINT))" : `(?${n + 1})`)).join(",");
  return `SELECT b.key, b.child, p.print FROM (VALUES ${keys}) k CROSS JOIN block b ON b.key = k.column1
    LEFT JOIN child_print p ON p.child = b.child WHERE`;
}

const ROWS = LIST_LENGTHS.map((length) => `${toAmong(length)} true ${toLimit(length + 1)}`);
const ROWS_PASSING = LIST_LENGTHS.map((length) => {
  const among = toAmong(length);
  return `${among} b.source < ?${length + 1} UNION ALL ${among} b.source > ?${length + 1} ${toLimit(length + 2)}`;
});

function* countRows({ keys: [key = 0], passed = -1 }: Ranges, limit: number): Steps<number> {
  const [counted] = yield* arrays(
    `SELECT count(*) FROM (SELECT 1 FROM block WHERE key = ?1 AND source < ?2
       UNION ALL SELECT 1 FROM block WHERE key = ?1 AND source > ?2 ${toLimit(3)}) found`,
    key,
    passed,
    limit,
  );
  return integer(counted?.[0]);
}

/** No fewer rows have more children. */
const ALL = { ids: undefined, isCut: false } as const;

/** Those that share most keys, and of equals those whose keys few share; cut where one of two keys is left out. */
function mostAlike(
  rows: readonly ArrayRow[],
  most: number,
): { readonly ids: ReadonlySet<ChildId> | undefined; readonly isCut: boolean } {
  const shared = new Map<ChildId, number>();
  const sizes = new Map<number, number>();
  for (const row of rows) sizes.set(integer(row[0]), (sizes.get(integer(row[0])) ?? 0) + 1);
  for (const row of rows) {
    const id = integer(row[1]);
    shared.set(id, (shared.get(id) ?? 0) + 1 + 1 / (RARITY_DIVISOR * (sizes.get(integer(row[0])) ?? 1)));
  }
  if (shared.size <= most) return ALL;
  const ordered = [...shared].toSorted(([, left], [, right]) => right - left);
  const [, next = 0] = ordered[most] ?? [];
  return { ids: new Set(ordered.slice(0, most).map(([id]) => id)), isCut: next >= 2 || sizes.size <= 1 };
}
