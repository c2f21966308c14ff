import type { ChangeOrder, RecordChange, RecordScope, SharedScope, SharedVersion } from "../find-verbs.ts";
import type { IdSpace, RecordKey, SharedKind } from "../record.ts";
import type { RecordSearchKey } from "../record-verbs.ts";
import { LIMIT } from "./limit.ts";
import { filled, marks } from "./lists.ts";
import { beginningOf, toKept } from "./search-key.ts";
import { arrays, rows, type Steps, together, type Value } from "./steps.ts";
import { type ArrayRow, integer } from "./values.ts";

type FindKey = RecordSearchKey & { readonly prefix?: boolean };

/** How few children one value of a code leaves, roughly: the search starts from the key that leaves fewest. */
const FEWEST_FIRST: Readonly<Record<RecordSearchKey["code"], number>> = {
  identifier: 0,
  birthdate: 1,
  family: 2,
  given: 3,
};

/** Greater than every character, so that a prefix becomes a range of an ordered index. */
const LAST_CHARACTER = "\u{10FFFF}";

interface Within {
  readonly limit: number;
  readonly idSpace: IdSpace;
}

/** Children's records of an id space that carry all of the keys, ascending. No key at all: every child. */
export function* findRecords(keys: readonly FindKey[], { limit, idSpace }: Within): Steps<readonly RecordKey[]> {
  const [first, ...others] = keys.toSorted((a, b) => rank(a) - rank(b));
  if (first === undefined) {
    return keysOf(
      yield* arrays(
        `SELECT key FROM record WHERE kind = 'child' AND id_space = ? AND key NOT IN (SELECT record FROM merged)
         ORDER BY key ${LIMIT}`,
        idSpace,
        limit,
      ),
    );
  }
  const also = others.map(
    (key) => `AND EXISTS (SELECT 1 FROM search_key o INDEXED BY search_key_of_record
      WHERE o.record = f.record AND o.code = ? AND o.value ${comparison(key)})`,
  );
  return keysOf(
    yield* arrays(
      `SELECT DISTINCT f.record AS key FROM search_key f WHERE f.code = ? AND f.value ${comparison(first)}
       AND f.id_space = ? ${also.join("\n")} ORDER BY f.record ${LIMIT}`,
      ...parameters(first),
      idSpace,
      ...others.flatMap(parameters),
      limit,
    ),
  );
}

function rank(key: FindKey): number {
  return FEWEST_FIRST[key.code] + (key.prefix ? Object.keys(FEWEST_FIRST).length : 0);
}

function comparison(key: FindKey): string {
  return key.prefix ? "BETWEEN ? AND ?" : "= ?";
}

function parameters(key: FindKey): readonly string[] {
  if (!key.prefix) return [key.code, toKept(key.value)];
  const beginning = beginningOf(key.value);
  return [key.code, beginning, beginning + LAST_CHARACTER];
}

const OF_ORGANIZATION = `SELECT DISTINCT t.record AS key FROM relationship t
  WHERE t.value = ? AND t.system = ? AND t.record > ?`;

const OF_AUTHORITY = `SELECT record AS key FROM standing WHERE authority = ? AND record > ? ORDER BY record ${LIMIT}`;

export function* scanRecords(
  { organizations, authorities }: RecordScope,
  after: RecordKey,
  limit: number,
): Steps<readonly RecordKey[]> {
  if (organizations !== undefined) {
    const stands = standsIn("t.record", authorities);
    const pages = yield* together(
      ...organizations.map(({ system, value }) =>
        arrays(
          `${OF_ORGANIZATION} AND ${stands.where} ORDER BY t.record ${LIMIT}`,
          value,
          system,
          after,
          ...stands.values,
          limit,
        ),
      ),
    );
    return merged(pages.map(keysOf), limit);
  }
  if (authorities !== undefined) {
    const pages = yield* together(...authorities.map((authority) => arrays(OF_AUTHORITY, authority, after, limit)));
    return merged(pages.map(keysOf), limit);
  }
  return keysOf(
    yield* arrays(
      `SELECT key FROM record WHERE kind = 'child' AND key > ? AND key NOT IN (SELECT record FROM merged)
       ORDER BY key ${LIMIT}`,
      after,
      limit,
    ),
  );
}

/** A part of a statement, and the values of its parameters. */
interface Part {
  readonly where: string;
  readonly values: readonly Value[];
}

const ALL: Part = { where: "TRUE", values: [] };
const NONE: Part = { where: "FALSE", values: [] };

function standsIn(record: string, authorities: readonly string[] | undefined): Part {
  if (authorities === undefined) return ALL;
  const { where, values } = isOneOf("s.authority", authorities);
  return { where: `EXISTS (SELECT 1 FROM standing s WHERE s.record = ${record} AND ${where})`, values };
}

function isOneOf(column: string, wanted: readonly string[]): Part {
  const values = filled(wanted);
  return values === undefined ? NONE : { where: `${column} IN (${marks(values.length)})`, values };
}

/** Each page holds the lowest keys of its part, so the lowest of all are among them. */
function merged(pages: readonly (readonly RecordKey[])[], limit: number): readonly RecordKey[] {
  if (pages.length === 1) return pages[0] ?? [];
  return [...new Set(pages.flat())].sort((a, b) => a - b).slice(0, limit);
}

export function* sharedRecords(kind: SharedKind, authorities: readonly string[]): Steps<readonly RecordKey[]> {
  const { where, values } = isOneOf("authority", authorities);
  return keysOf(yield* arrays(`SELECT key FROM record WHERE kind = ? AND ${where} ORDER BY key`, kind, ...values));
}

export function* sharedVersions(
  kinds: readonly SharedKind[],
  authorities: readonly string[],
): Steps<readonly SharedVersion[]> {
  const [ofKind, ofAuthority] = [isOneOf("kind", kinds), isOneOf("authority", authorities)];
  const found = yield* arrays(
    `SELECT key, version FROM record WHERE ${ofKind.where} AND ${ofAuthority.where} ORDER BY key`,
    ...ofKind.values,
    ...ofAuthority.values,
  );
  return found.map(([key, version]) => ({ key: integer(key), version: integer(version) }));
}

/** Records in the order of their last change, each way one range of one index; an organisation's few are sorted. */
export function* recordsByChange(
  scope: RecordScope | SharedScope,
  { direction, after }: ChangeOrder,
  limit: number,
): Steps<readonly RecordChange[]> {
  const isNewestFirst = direction === "newest-first";
  const start = isNewestFirst ? Number.MAX_SAFE_INTEGER : Number.MIN_SAFE_INTEGER;
  const way = isNewestFirst ? "DESC" : "ASC";
  const { from, where, values } = changeScope(scope);
  const found = yield* rows(
    `SELECT r.key, r.first_change, r.last_change FROM ${from}
     WHERE ${where} AND (r.last_change, r.key) ${isNewestFirst ? "<" : ">"} (?, ?)
     ORDER BY r.last_change ${way}, r.key ${way} ${LIMIT}`,
    ...values,
    after?.last ?? start,
    after?.key ?? start,
    limit,
  );
  return found.map((one) => ({
    key: integer(one.key),
    first: integer(one.first_change),
    last: integer(one.last_change),
  }));
}

interface ChangeScope extends Part {
  readonly from: string;
}

const BY_CHANGE = "record r INDEXED BY record_by_change";

function changeScope(scope: RecordScope | SharedScope): ChangeScope {
  if ("kind" in scope) {
    const { where, values } = isOneOf("r.authority", scope.authorities);
    return { from: BY_CHANGE, where: `r.kind = ? AND ${where}`, values: [scope.kind, ...values] };
  }
  const { where, values } = standsIn("r.key", scope.authorities);
  if (scope.organizations === undefined) return { from: BY_CHANGE, where: `r.kind = 'child' AND ${where}`, values };
  const organizations = filled(scope.organizations) ?? [];
  const tied =
    organizations.length === 0 ? "FALSE" : `(value, system) IN (VALUES ${marks(organizations.length, "(?, ?)")})`;
  return {
    from: `(SELECT DISTINCT record AS key FROM relationship WHERE ${tied}) w CROSS JOIN record r ON r.key = w.key`,
    where,
    values: [...organizations.flatMap(({ system, value }) => [value, system]), ...values],
  };
}

function keysOf(found: readonly ArrayRow[]): readonly RecordKey[] {
  return found.map(([key]) => integer(key));
}
