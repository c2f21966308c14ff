import type { ChangeOrder, RecordChange, RecordScope, SharedScope } from "../find-verbs.ts";
import type { IdSpace, RecordKey, SharedKind } from "../record.ts";
import type { RecordSearchKey } from "../record-verbs.ts";
import type { Connection } from "../sqlite/connection.ts";
import { integer, type Row } from "./values.ts";

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
export function findRecords(
  { statement }: Connection,
  keys: readonly FindKey[],
  { limit, idSpace }: Within,
): readonly RecordKey[] {
  const [first, ...others] = keys.toSorted((a, b) => rank(a) - rank(b));
  if (first === undefined) {
    return keysOf(
      statement(
        `SELECT key FROM record WHERE kind = 'child' AND id_space = ? AND key NOT IN (SELECT record FROM merged)
         ORDER BY key LIMIT ?`,
      ).all(idSpace, limit),
    );
  }
  const also = others.map(
    (key) => `AND EXISTS (SELECT 1 FROM search_key o INDEXED BY search_key_of_record
      WHERE o.record = f.record AND o.code = ? AND o.value ${comparison(key)})`,
  );
  return keysOf(
    statement(
      `SELECT DISTINCT f.record AS key FROM search_key f WHERE f.code = ? AND f.value ${comparison(first)}
       AND f.id_space = ? ${also.join("\n")} ORDER BY f.record LIMIT ?`,
    ).all(...parameters(first), idSpace, ...others.flatMap(parameters), limit),
  );
}

function rank(key: FindKey): number {
  return FEWEST_FIRST[key.code] + (key.prefix ? Object.keys(FEWEST_FIRST).length : 0);
}

function comparison(key: FindKey): string {
  return key.prefix ? "BETWEEN ? AND ?" : "= ?";
}

function parameters(key: FindKey): readonly string[] {
  return key.prefix ? [key.code, key.value, key.value + LAST_CHARACTER] : [key.code, key.value];
}

const OF_ORGANIZATION = `SELECT DISTINCT record AS key FROM relationship
  WHERE value = :value AND system = :system AND record > :after ORDER BY record LIMIT :limit`;

const OF_ORGANIZATION_IN = `SELECT DISTINCT record AS key FROM relationship
  WHERE value = :value AND system = :system AND record > :after AND EXISTS (
    SELECT 1 FROM standing s WHERE s.record = relationship.record
      AND s.authority IN (SELECT value FROM json_each(:authorities)))
  ORDER BY record LIMIT :limit`;

const OF_AUTHORITY = `SELECT record AS key FROM standing
  WHERE authority = :authority AND record > :after ORDER BY record LIMIT :limit`;

export function scanRecords(
  { statement }: Connection,
  { organizations, authorities }: RecordScope,
  after: RecordKey,
  limit: number,
): readonly RecordKey[] {
  if (organizations !== undefined) {
    const pages = organizations.map(({ system, value }) =>
      authorities === undefined
        ? statement(OF_ORGANIZATION).all({ system, value, after, limit })
        : statement(OF_ORGANIZATION_IN).all({ system, value, after, limit, authorities: JSON.stringify(authorities) }),
    );
    return merged(pages.map(keysOf), limit);
  }
  if (authorities !== undefined) {
    const pages = authorities.map((authority) => statement(OF_AUTHORITY).all({ authority, after, limit }));
    return merged(pages.map(keysOf), limit);
  }
  return keysOf(
    statement(
      `SELECT key FROM record WHERE kind = 'child' AND key > ? AND key NOT IN (SELECT record FROM merged)
       ORDER BY key LIMIT ?`,
    ).all(after, limit),
  );
}

/** Each page holds the lowest keys of its part, so the lowest of all are among them. */
function merged(pages: readonly (readonly RecordKey[])[], limit: number): readonly RecordKey[] {
  if (pages.length === 1) return pages[0] ?? [];
  return [...new Set(pages.flat())].sort((a, b) => a - b).slice(0, limit);
}

export function sharedRecords(
  { statement }: Connection,
  kind: SharedKind,
  authorities: readonly string[],
): readonly RecordKey[] {
  return keysOf(
    statement(
      `SELECT key FROM record WHERE kind = ? AND authority IN (SELECT value FROM json_each(?)) ORDER BY key`,
    ).all(kind, JSON.stringify(authorities)),
  );
}

const STANDS = `EXISTS (SELECT 1 FROM standing s WHERE s.record = r.key
  AND s.authority IN (SELECT value FROM json_each(:authorities)))`;

/** Records in the order of their last change, each way one range of one index; an organisation's few are sorted. */
export function recordsByChange(
  { statement }: Connection,
  scope: RecordScope | SharedScope,
  { direction, after }: ChangeOrder,
  limit: number,
): readonly RecordChange[] {
  const isNewestFirst = direction === "newest-first";
  const start = isNewestFirst ? Number.MAX_SAFE_INTEGER : Number.MIN_SAFE_INTEGER;
  const way = isNewestFirst ? "DESC" : "ASC";
  const { from, where, parameters } = changeScope(scope);
  const rows = statement(
    `SELECT r.key, r.first_change, r.last_change FROM ${from}
     WHERE ${where} AND (r.last_change, r.key) ${isNewestFirst ? "<" : ">"} (:last, :key)
     ORDER BY r.last_change ${way}, r.key ${way} LIMIT :limit`,
  ).all({ ...parameters, last: after?.last ?? start, key: after?.key ?? start, limit });
  return rows.map((row) => ({
    key: integer(row.key),
    first: integer(row.first_change),
    last: integer(row.last_change),
  }));
}

interface ChangeScope {
  readonly from: string;
  readonly where: string;
  readonly parameters: Readonly<Record<string, string>>;
}

const BY_CHANGE = "record r INDEXED BY record_by_change";

function changeScope(scope: RecordScope | SharedScope): ChangeScope {
  const authorities = JSON.stringify(scope.authorities ?? []);
  if ("kind" in scope) {
    return {
      from: BY_CHANGE,
      where: "r.kind = :kind AND r.authority IN (SELECT value FROM json_each(:authorities))",
      parameters: { kind: scope.kind, authorities },
    };
  }
  const stands = scope.authorities === undefined ? undefined : STANDS;
  const withAuthorities = stands === undefined ? undefined : { authorities };
  if (scope.organizations === undefined) {
    return {
      from: BY_CHANGE,
      where: ["r.kind = 'child'", ...(stands === undefined ? [] : [stands])].join(" AND "),
      parameters: { ...withAuthorities },
    };
  }
  return {
    from: `(SELECT DISTINCT t.record AS key FROM json_each(:organizations) o CROSS JOIN relationship t
      ON t.value = o.value ->> 'value' AND t.system = o.value ->> 'system') w CROSS JOIN record r ON r.key = w.key`,
    where: stands ?? "TRUE",
    parameters: { organizations: JSON.stringify(scope.organizations), ...withAuthorities },
  };
}

function keysOf(rows: readonly Row[]): readonly RecordKey[] {
  return rows.map((row) => integer(row.key));
}
