import type { DataClass } from "#mappers/mapper.ts";
import type { StoredContent, StoredResource } from "../record.ts";
import { decodeBody, lengthOf, vocabularyOf } from "../words/body-code.ts";
import { loadWordsOf } from "../words/body-words.ts";
import { type Context, loadOrigins, type Origin, originOf } from "./context.ts";
import { arrays, type Steps, type Value } from "./steps.ts";
import { bytes, text } from "./values.ts";

/**
 * Resources as one row: what is told of each and their bodies, each joined into one value. A record has hundreds of values, of
 * which each costs more to hand over than its bytes do, and each body would be a memory of its own. Ids and keys are values
 * of their own, since a part of a text keeps all of it in memory: a record that is kept has its ids, and none of the rest.
 */
const TOLD = "r.type, r.version, r.last_updated, r.origin, length(r.body), r.content_hash";
const FIELDS = TOLD.split("r.").length - 1;
/** No id, hash or number has one, and in JSON, of which keys are made, it is escaped. */
const FIELD_END = "\t";
const ORIGIN_END = ",";

/**
 * What to select of `resource r`. All goes through the same rows once, so what stands first in one of the values stands first
 * in each. `wanted`: a condition on a row; of the others no more is read than where they came from.
 */
export function selectJoined(wanted = "1 = 1"): string {
  const of = (value: string) => `CASE WHEN ${wanted} THEN ${value} END`;
  return `SELECT string_agg(${of(`concat_ws('${FIELD_END}', ${TOLD})`)}, '${FIELD_END}'),
    string_agg(${of("r.id")}, '${FIELD_END}'),
    string_agg(${of("r.keys")}, '${FIELD_END}'),
    CAST(string_agg(${of("r.body")}, '') AS BLOB),
    string_agg(CASE WHEN NOT (${wanted}) THEN CAST(r.origin AS TEXT) END, '${ORIGIN_END}')`;
}

export interface JoinedResources {
  readonly resources: readonly StoredResource[];
  /** Sources of those that were not wanted. */
  readonly otherSources: readonly string[];
}

const NONE: JoinedResources = { resources: [], otherSources: [] };

/** `sql` selects what `selectJoined` names. */
export function* readJoined(context: Context, sql: string, ...values: Value[]): Steps<JoinedResources> {
  const [[told = null, names, allKeys, bodies, others = null] = []] = yield* arrays(sql, ...values);
  const otherOrigins = others === null ? [] : [...new Set(text(others).split(ORIGIN_END))].map(Number);
  yield* loadOrigins(context, otherOrigins);
  const otherSources = otherOrigins.map((id) => originOf(context, id).source);
  if (told === null) return otherSources.length === 0 ? NONE : { resources: [], otherSources };
  const fields = text(told).split(FIELD_END);
  // Otherwise one would be read as a part of another.
  const ids = text(names).split(FIELD_END);
  const keys = text(allKeys).split(FIELD_END);
  const count = fields.length / FIELDS;
  if (ids.length !== count || keys.length !== count) throw new TypeError(BROKEN);
  const joined = bytes(bodies);
  const resources: StoredResource[] = [];
  let start = 0;
  let type = "";
  for (let n = 0, at = 0; n < count; n++, at += FIELDS) {
    // Most are of the type of the one before, whose text serves for both.
    if (fields[at] !== type) type = text(fields[at]);
    const origin = Number(fields[at + 3]);
    if (!context.origins.has(origin)) yield* loadOrigins(context, [origin]);
    const vocabulary = vocabularyOf(joined, start);
    if (vocabulary !== undefined && !context.bodyWords.has(vocabulary)) yield* loadWordsOf(context, vocabulary);
    const end = start + Number(fields[at + 4]);
    const words = context.bodyWords.get(vocabulary ?? 0);
    const row = { type, fields, at, id: text(ids[n]), keys: text(keys[n]) };
    resources.push(new Kept(row, originOf(context, origin), new KeptContent({ joined, start, end, words })));
    start = end;
  }
  if (start !== joined.length) throw new TypeError(BROKEN);
  return { resources, otherSources };
}

const BROKEN = "The store holds resources that do not end where they should.";

interface Place {
  readonly joined: Buffer;
  readonly start: number;
  readonly end: number;
  readonly words: Buffer | undefined;
}

/** One of many bodies in one memory, made whenever it is asked for: of a record, most are not looked at. */
class KeptContent implements StoredContent {
  readonly #joined: Buffer;
  readonly #start: number;
  readonly #end: number;
  readonly #words: Buffer | undefined;

  constructor({ joined, start, end, words }: Place) {
    this.#joined = joined;
    this.#start = start;
    this.#end = end;
    this.#words = words;
  }

  get body(): Buffer {
    return decodeBody(this.#joined.subarray(this.#start, this.#end), this.#words);
  }

  get body_bytes(): number {
    return lengthOf(this.#joined, this.#start, this.#end);
  }
}

interface Told extends Pick<StoredResource, "type" | "id" | "keys"> {
  readonly fields: readonly string[];
  readonly at: number;
}

/** Of a class: a getter in each of the thousands of these that are read would make each a table of its own. */
class Kept implements StoredResource {
  readonly type: string;
  readonly id: string;
  readonly version: number;
  readonly lastUpdated: number;
  readonly source: string;
  readonly dataClass: DataClass;
  readonly body_bytes: number;
  readonly keys: string;
  readonly contentHash: string;
  readonly #content: StoredContent;

  constructor({ type, id, keys, fields, at }: Told, { source, dataClass }: Origin, content: KeptContent) {
    this.type = type;
    this.id = id;
    this.version = Number(fields[at + 1]);
    this.lastUpdated = Number(fields[at + 2]);
    this.source = source;
    this.dataClass = dataClass;
    this.body_bytes = content.body_bytes;
    this.keys = keys;
    this.contentHash = text(fields[at + 5]);
    this.#content = content;
  }

  /** No property of its own, as the body: what is made of this one with another body has none of either. */
  get content(): StoredContent {
    return this.#content;
  }

  get body(): Buffer {
    return this.#content.body;
  }
}
