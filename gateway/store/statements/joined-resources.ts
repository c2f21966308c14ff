import type { DataClass } from "#mappers/mapper.ts";
import type { StoredResource } from "../record.ts";
import { decodeBody, lengthOf, vocabularyOf } from "../words/body-code.ts";
import { loadWordsOf } from "../words/body-words.ts";
import { type Context, loadOrigins, type Origin, originOf } from "./context.ts";
import { arrays, type Steps, type Value } from "./steps.ts";
import { bytes, text } from "./values.ts";

/**
 * Resources as one row: what is told of each and their bodies, each joined into one value. A record has hundreds of values, of
 * which each costs more to hand over than its bytes do, and each body would be a memory of its own.
 */
const TOLD = "r.type, r.id, r.version, r.last_updated, r.origin, length(r.body), r.content_hash, r.keys";
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
  const [[told = null, bodies, others = null] = []] = yield* arrays(sql, ...values);
  const otherOrigins = others === null ? [] : [...new Set(text(others).split(ORIGIN_END))].map(Number);
  yield* loadOrigins(context, otherOrigins);
  const otherSources = otherOrigins.map((id) => originOf(context, id).source);
  if (told === null) return otherSources.length === 0 ? NONE : { resources: [], otherSources };
  const fields = text(told).split(FIELD_END);
  // Otherwise one would be read as a part of another.
  if (fields.length % FIELDS !== 0) throw new TypeError(BROKEN);
  const joined = bytes(bodies);
  const resources: StoredResource[] = [];
  let start = 0;
  for (let at = 0; at < fields.length; at += FIELDS) {
    const origin = Number(fields[at + 4]);
    if (!context.origins.has(origin)) yield* loadOrigins(context, [origin]);
    const vocabulary = vocabularyOf(joined, start);
    if (vocabulary !== undefined && !context.bodyWords.has(vocabulary)) yield* loadWordsOf(context, vocabulary);
    const end = start + Number(fields[at + 5]);
    const words = context.bodyWords.get(vocabulary ?? 0);
    resources.push(new Kept({ fields, at }, originOf(context, origin), { joined, start, end, words }));
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
  readonly #joined: Buffer;
  readonly #start: number;
  readonly #end: number;
  readonly #words: Buffer | undefined;

  constructor(
    { fields, at }: { readonly fields: readonly string[]; readonly at: number },
    { source, dataClass }: Origin,
    { joined, start, end, words }: Place,
  ) {
    this.type = text(fields[at]);
    this.id = text(fields[at + 1]);
    this.version = Number(fields[at + 2]);
    this.lastUpdated = Number(fields[at + 3]);
    this.source = source;
    this.dataClass = dataClass;
    this.body_bytes = lengthOf(joined, start, end);
    this.contentHash = text(fields[at + 6]);
    this.keys = text(fields[at + 7]);
    this.#joined = joined;
    this.#start = start;
    this.#end = end;
    this.#words = words;
  }

  /** Made whenever it is asked for: of a record, most bodies are not looked at. */
  get body(): Buffer {
    return decodeBody(this.#joined.subarray(this.#start, this.#end), this.#words);
  }
}
