import { SERVED_RESOURCES, type ServedType } from "#profiles/interactions.ts";
import { type Content, Entries } from "./entries.ts";
import { type EncodedKeys, extractKeys, partsOf } from "./keys.ts";

/** What a pack is made of: one resource as stored, with its keys. */
export interface Packable {
  readonly type: ServedType;
  readonly id: string;
  /** `meta.versionId` as released. */
  readonly version: string;
  readonly lastUpdated: number;
  readonly source: string;
  /** Asked for late and seldom: it may have to be decoded. */
  readonly body: Buffer;
  /** Its bytes, where they are known before it is read. */
  readonly body_bytes?: number;
  readonly keys: string;
  /** What alone of it is kept until its entry is made, where that is less than all of it. */
  readonly content?: Content;
}

interface TextKey {
  readonly entry: number;
  readonly code: string;
  readonly text: string;
}

const TYPE_ORDER = new Map(SERVED_RESOURCES.map(({ type }, index) => [type, index]));
/** What an entry costs beside its body: its head, strings, spans and array slots, measured on typical Observations. */
const ENTRY_OVERHEAD_bytes = 600;

/** Packs resources; `fhirBase` is the base of every `fullUrl`. */
export function toPack(resources: readonly Packable[], fhirBase: string): Pack {
  return new Pack(inOrder(resources), fhirBase);
}

/**
 * Resources of one record, unfiltered, in the form a query runs on: all tokens in one array of integers, and entries that
 * are made ready to be copied into a Bundle once they are asked for. They stand in the order of an answer without `_sort`:
 * by type, newest first, then by id.
 * Of a class, since an object with a getter of its own is a table, and all that a search does is to read in packs.
 */
class Pack {
  readonly size: number;
  readonly types: readonly ServedType[];
  readonly ids: readonly string[];
  readonly versions: readonly string[];
  readonly lastUpdated_ms: readonly number[];
  /** Beginning of an entry's newest date; minus infinity for an entry without one. */
  readonly newest_ms: Float64Array;
  /** Which source each entry came from: what visibility is decided by. */
  readonly sources: readonly string[];
  /** What each entry shares with all that is decided alike; empty where it is decided by itself. */
  readonly likenesses: readonly string[];
  readonly entries: Entries;
  /** Pairs of hash halves. */
  readonly tokens: Int32Array;
  /** Where an entry's tokens begin; one more than there are entries. */
  readonly tokenStarts: Int32Array;
  /** Pairs of instants, begin and end of a span, in milliseconds since 1970. */
  readonly dates: Float64Array;
  readonly dateStarts: Int32Array;
  readonly strings: readonly TextKey[];
  readonly stringStarts: Int32Array;
  /** Bytes held, for the cache's account. */
  readonly weight_bytes: number;
  #names: readonly string[] | undefined;

  constructor(rows: readonly Row[], fhirBase: string) {
    const keys = toKeyColumns(rows);
    const resources = rows.map(({ resource }) => resource);
    this.size = rows.length;
    this.types = resources.map(({ type }) => type);
    this.ids = resources.map(({ id }) => id);
    this.versions = resources.map(({ version }) => version);
    this.newest_ms = Float64Array.from(rows, ({ newest_ms }) => newest_ms);
    this.lastUpdated_ms = resources.map(({ lastUpdated }) => lastUpdated);
    this.sources = resources.map(({ source }) => source);
    this.likenesses = rows.map(({ keys: { likeness } }) => likeness);
    this.entries = new Entries(
      resources.map((resource) => resource.content ?? resource),
      fhirBase,
    );
    this.tokens = keys.tokens;
    this.tokenStarts = keys.tokenStarts;
    this.dates = keys.dates;
    this.dateStarts = keys.dateStarts;
    this.strings = keys.strings;
    this.stringStarts = keys.stringStarts;
    this.weight_bytes = keys.tokens.byteLength + resources.reduce((sum, resource) => sum + weightOf(resource), 0);
  }

  /** `Type/id/version`, as the record of an answer names what was released. */
  get names(): readonly string[] {
    this.#names ??= this.size === 0 ? NO_NAMES : namesOf(this.types, this.ids, this.versions);
    return this.#names;
  }
}

export type { Pack };

function weightOf(resource: Packable): number {
  return (resource.body_bytes ?? resource.body.length) + ENTRY_OVERHEAD_bytes;
}

interface Row {
  readonly resource: Packable;
  readonly keys: EncodedKeys;
  readonly order: number;
  /** Numbers that its dates are. */
  readonly dates: number;
  readonly newest_ms: number;
}

function inOrder(resources: readonly Packable[]): readonly Row[] {
  return resources.map(toRow).sort(compareRows);
}

function toRow(resource: Packable): Row {
  const keys = partsOf(resource.keys) ?? partsOf(extractKeys(JSON.parse(resource.body.toString())));
  if (keys === undefined) throw new Error("keys that were made just now are of this release");
  const dates = bytesIn(keys.dates) / 8;
  return { resource, keys, order: TYPE_ORDER.get(resource.type) ?? 0, dates, newest_ms: newestOf(keys.dates, dates) };
}

/** What of most resources their dates are read into, for a look at them. */
const glance = new Float64Array(8);
const glanceBytes = Buffer.from(glance.buffer);

function newestOf(encoded: string, count: number): number {
  const isShort = count <= glance.length;
  const dates = isShort ? glance : new Float64Array(count);
  (isShort ? glanceBytes : Buffer.from(dates.buffer)).write(encoded, "base64");
  let newest_ms = Number.NEGATIVE_INFINITY;
  for (let at = 0; at < count; at += 2) newest_ms = Math.max(newest_ms, dates[at] ?? newest_ms);
  return newest_ms;
}

/** Of text in base64, padded. */
function bytesIn(base64: string): number {
  if (base64 === "") return 0;
  const padding = base64.endsWith("==") ? 2 : Number(base64.endsWith("="));
  return (base64.length / 4) * 3 - padding;
}

function compareRows(a: Row, b: Row): number {
  if (a.order !== b.order) return a.order - b.order;
  if (a.newest_ms !== b.newest_ms) return a.newest_ms > b.newest_ms ? -1 : 1;
  return a.resource.id < b.resource.id ? -1 : 1;
}

const NO_NAMES: readonly string[] = [];

/** Each in one piece and all made in one go: those of a page, which each answer's record tells, lie side by side. */
function namesOf(types: readonly string[], ids: readonly string[], versions: readonly string[]): readonly string[] {
  return ids.map((id, entry) => [types[entry], id, versions[entry]].join("/"));
}

function toKeyColumns(rows: readonly Row[]) {
  const tokenStarts = new Int32Array(rows.length + 1);
  const dateStarts = new Int32Array(rows.length + 1);
  const stringStarts = new Int32Array(rows.length + 1);
  for (const [entry, { keys, dates }] of rows.entries()) {
    tokenStarts[entry + 1] = (tokenStarts[entry] ?? 0) + bytesIn(keys.tokens) / 4;
    dateStarts[entry + 1] = (dateStarts[entry] ?? 0) + dates;
  }
  const tokens = new Int32Array(tokenStarts[rows.length] ?? 0);
  const tokenBytes = Buffer.from(tokens.buffer);
  const dates = new Float64Array(dateStarts[rows.length] ?? 0);
  const dateBytes = Buffer.from(dates.buffer);
  const strings: TextKey[] = [];
  for (const [entry, row] of rows.entries()) {
    tokenBytes.write(row.keys.tokens, (tokenStarts[entry] ?? 0) * 4, "base64");
    if (row.dates > 0) dateBytes.write(row.keys.dates, (dateStarts[entry] ?? 0) * 8, "base64");
    if (row.keys.strings !== "") {
      const texts: [string, string][] = JSON.parse(row.keys.strings);
      for (const [code, text] of texts) strings.push({ entry, code, text });
    }
    stringStarts[entry + 1] = strings.length;
  }
  return { tokens, tokenStarts, dates, dateStarts, strings, stringStarts };
}

/** The bytes of the resource alone. */
export function resourceBytes({ entries }: Pack, entry: number): Buffer {
  return entries.resource(entry);
}

/** The same for a look at them, after which they are not kept. */
export function glimpse({ entries }: Pack, entry: number): Buffer {
  return entries.glimpse(entry);
}

/** `{"fullUrl":"…","resource":{…}`, still to be closed with its search mode. */
export function openEntryBytes({ entries }: Pack, entry: number): Buffer {
  return entries.open(entry);
}
