import { SERVED_RESOURCES, type ServedType } from "#profiles/interactions.ts";
import type { DateRange } from "./date-range.ts";
import { decodeKeys, type Keys, toKeys } from "./keys.ts";

/** What a pack is made of: one resource as stored, with its keys. */
export interface Packable {
  readonly type: ServedType;
  readonly id: string;
  /** `meta.versionId` as released. */
  readonly version: string;
  readonly lastUpdated: number;
  readonly source: string;
  readonly body: Buffer;
  readonly keys: string;
}

interface SpanKey extends DateRange {
  readonly entry: number;
  readonly code: string;
}

interface TextKey {
  readonly entry: number;
  readonly code: string;
  readonly text: string;
}

/**
 * Resources of one record, unfiltered, in the form a query runs on: all entry bytes in one Buffer, ready to be copied
 * into a Bundle, and all tokens in one array of integers. Entries stand in the order of an answer without `_sort`: by
 * type, newest first, then by id.
 */
export interface Pack {
  readonly size: number;
  readonly types: readonly ServedType[];
  readonly ids: readonly string[];
  readonly versions: readonly string[];
  readonly lastUpdated_ms: readonly number[];
  /** `Type/id/version`, as the record of an answer names what was released. */
  readonly names: readonly string[];
  /** Beginning of an entry's newest date; minus infinity for an entry without one. */
  readonly newest_ms: Float64Array;
  /** Which source each entry came from: what visibility is decided by. */
  readonly sources: readonly string[];
  /** Each entry as a match of a searchset, its comma included, one after another: a run of matches is one copy. */
  readonly bytes: Buffer;
  /** Where an entry begins in `bytes`, where its resource begins and where that ends: three numbers an entry. */
  readonly offsets: Int32Array;
  /** Pairs of hash halves. */
  readonly tokens: Int32Array;
  /** Where an entry's tokens begin; one more than there are entries. */
  readonly tokenStarts: Int32Array;
  readonly dates: readonly SpanKey[];
  readonly dateStarts: Int32Array;
  readonly strings: readonly TextKey[];
  readonly stringStarts: Int32Array;
  /** Bytes held, for the cache's account. */
  readonly weight_bytes: number;
}

const TYPE_ORDER = new Map(SERVED_RESOURCES.map(({ type }, index) => [type, index]));
const MATCH_TAIL = Buffer.from(',"search":{"mode":"match"}},');
/** What an entry costs beside its bytes: strings, spans and array slots, measured on typical Observations. */
const ENTRY_OVERHEAD_bytes = 400;

/** Packs resources; `fhirBase` is the base of every `fullUrl`. */
export function toPack(resources: readonly Packable[], fhirBase: string): Pack {
  const rows = resources.map((resource) => ({ resource, keys: keysOf(resource) })).sort(compareRows);
  const prefixes = rows.map(({ resource }) =>
    Buffer.from(`{"fullUrl":"${fhirBase}/${resource.type}/${resource.id}","resource":`),
  );
  const bytes = Buffer.allocUnsafeSlow(
    rows.reduce(
      (sum, { resource }, index) => sum + resource.body.length + (prefixes[index]?.length ?? 0) + MATCH_TAIL.length,
      0,
    ),
  );
  const offsets = new Int32Array(rows.length * 3);
  let end = 0;
  for (const [index, { resource }] of rows.entries()) {
    offsets[index * 3] = end;
    end += prefixes[index]?.copy(bytes, end) ?? 0;
    offsets[index * 3 + 1] = end;
    end += resource.body.copy(bytes, end);
    offsets[index * 3 + 2] = end;
    end += MATCH_TAIL.copy(bytes, end);
  }
  const keys = toKeyColumns(rows.map((row) => row.keys));
  return {
    size: rows.length,
    types: rows.map(({ resource }) => resource.type),
    ids: rows.map(({ resource }) => resource.id),
    versions: rows.map(({ resource }) => resource.version),
    newest_ms: Float64Array.from(rows, newest_ms),
    lastUpdated_ms: rows.map(({ resource }) => resource.lastUpdated),
    names: namesOf(rows),
    sources: rows.map(({ resource }) => resource.source),
    bytes,
    offsets,
    ...keys,
    weight_bytes: bytes.length + keys.tokens.byteLength + rows.length * ENTRY_OVERHEAD_bytes,
  };
}

function keysOf({ keys, body }: Packable): Keys {
  return decodeKeys(keys) ?? toKeys(JSON.parse(body.toString()));
}

interface Row {
  readonly resource: Packable;
  readonly keys: Keys;
}

/** Parts of one text, so that those of a page, which each answer's record tells, lie side by side in memory. */
function namesOf(rows: readonly Row[]): readonly string[] {
  if (rows.length === 0) return [];
  const names = rows.map(({ resource: { type, id, version } }) => `${type}/${id}/${version}`);
  return names.join(NAME_END).split(NAME_END);
}

/** No id and no version has one. */
const NAME_END = "\n";

function newest_ms({ keys }: Row): number {
  let newest = Number.NEGATIVE_INFINITY;
  for (const { low_ms } of keys.dates) newest = Math.max(newest, low_ms);
  return newest;
}

function compareRows(a: Row, b: Row): number {
  const byType = (TYPE_ORDER.get(a.resource.type) ?? 0) - (TYPE_ORDER.get(b.resource.type) ?? 0);
  if (byType !== 0) return byType;
  const newestA = newest_ms(a);
  const newestB = newest_ms(b);
  if (newestA !== newestB) return newestA > newestB ? -1 : 1;
  return a.resource.id < b.resource.id ? -1 : 1;
}

function toKeyColumns(keys: readonly Keys[]) {
  const tokens = new Int32Array(keys.reduce((sum, key) => sum + key.tokens.length, 0));
  const tokenStarts = new Int32Array(keys.length + 1);
  const dateStarts = new Int32Array(keys.length + 1);
  const stringStarts = new Int32Array(keys.length + 1);
  const dates: SpanKey[] = [];
  const strings: TextKey[] = [];
  let end = 0;
  for (const [entry, key] of keys.entries()) {
    tokens.set(key.tokens, end);
    end += key.tokens.length;
    dates.push(...key.dates.map((date) => ({ entry, ...date })));
    strings.push(...key.strings.map((string) => ({ entry, ...string })));
    tokenStarts[entry + 1] = end;
    dateStarts[entry + 1] = dates.length;
    stringStarts[entry + 1] = strings.length;
  }
  return { tokens, tokenStarts, dates, dateStarts, strings, stringStarts };
}

/** The bytes of the resource alone. */
export function resourceBytes(pack: Pack, entry: number): Buffer {
  return pack.bytes.subarray(pack.offsets[entry * 3 + 1] ?? 0, pack.offsets[entry * 3 + 2] ?? 0);
}

/** `{"fullUrl":"…","resource":{…}`, still to be closed with its search mode. */
export function openEntryBytes(pack: Pack, entry: number): Buffer {
  return pack.bytes.subarray(pack.offsets[entry * 3] ?? 0, pack.offsets[entry * 3 + 2] ?? 0);
}

/** Where a match begins and, after its comma, ends in `bytes`. */
export function matchSpan(pack: Pack, entry: number): readonly [start: number, end: number] {
  return [pack.offsets[entry * 3] ?? 0, (pack.offsets[entry * 3 + 2] ?? 0) + MATCH_TAIL.length];
}
