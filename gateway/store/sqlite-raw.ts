import { deflateRawSync, inflateRawSync } from "node:zlib";
import type { Connection } from "./sqlite-connection.ts";
import { bytes, integer } from "./sqlite-values.ts";
import type { Work } from "./sqlite-work.ts";
import type { KeptRaw, RawRecord } from "./store.ts";

/** A window of 16 KiB holds the vocabulary and a record of usual size; a larger one takes longer to set up than to use. */
const WINDOW_BITS = 14;
const VOCABULARY_CHARACTERS_MAX = 8_192;

export function readRaw(connection: Connection, source: string, unit: string): RawRecord | undefined {
  const row = connection
    .statement(
      `SELECT kept_until, vocabulary, content FROM lineage JOIN raw ON raw.lineage = lineage.sequence
       WHERE source = ? AND unit = ?`,
    )
    .get(source, unit);
  if (row === undefined) return undefined;
  const dictionary = Buffer.from(connection.interned.vocabulary(integer(row.vocabulary)));
  const content = inflateRawSync(bytes(row.content), { windowBits: WINDOW_BITS, ...given(dictionary) });
  return { content: content.toString(), keptUntil: integer(row.kept_until) };
}

export function keepRaw({ connection }: Work, source: string, unit: string, raw: KeptRaw): void {
  const { statement, interned } = connection;
  const vocabulary = (raw.vocabulary ?? "").slice(-VOCABULARY_CHARACTERS_MAX);
  const content = deflateRawSync(raw.content, {
    windowBits: WINDOW_BITS,
    memLevel: 4,
    ...given(Buffer.from(vocabulary)),
  });
  const { changes } = statement(
    `INSERT OR REPLACE INTO raw (lineage, kept_until, vocabulary, content)
     SELECT sequence, ?, ?, ? FROM lineage WHERE source = ? AND unit = ?`,
  ).run(raw.keptUntil, interned.vocabularyId(vocabulary), content, source, unit);
  if (changes === 0) throw new Error("A source record can be kept only with what it made.");
}

function given(dictionary: Buffer): { readonly dictionary?: Buffer } {
  return dictionary.length === 0 ? {} : { dictionary };
}

export function forgetRaw({ connection }: Work, source: string, unit: string): void {
  connection
    .statement("DELETE FROM raw WHERE lineage = (SELECT sequence FROM lineage WHERE source = ? AND unit = ?)")
    .run(source, unit);
}

export function sweepRaw({ connection }: Work, now: number, limit: number): number {
  const { changes } = connection
    .statement(
      `DELETE FROM raw WHERE lineage IN (SELECT lineage FROM raw WHERE kept_until <= ? ORDER BY kept_until LIMIT ?)`,
    )
    .run(now, limit);
  return Number(changes);
}
