import { compressRaw, expandRaw, toVocabulary } from "../compress-raw.ts";
import type { KeptRaw, RawRecord } from "../lineage-verbs.ts";
import type { Connection } from "../sqlite/connection.ts";
import { bytes, integer } from "./values.ts";
import type { Work } from "./work.ts";

export function readRaw(connection: Connection, source: string, unit: string): RawRecord | undefined {
  const row = connection
    .statement(
      `SELECT kept_until, vocabulary, content FROM lineage JOIN raw ON raw.lineage = lineage.sequence
       WHERE source = ? AND unit = ?`,
    )
    .get(source, unit);
  if (row === undefined) return undefined;
  const content = expandRaw(bytes(row.content), connection.interned.vocabulary(integer(row.vocabulary)));
  return { content, keptUntil: integer(row.kept_until) };
}

export function keepRaw({ connection }: Work, source: string, unit: string, raw: KeptRaw): void {
  const { statement, interned } = connection;
  const vocabulary = toVocabulary(raw.vocabulary);
  const content = typeof raw.content === "string" ? compressRaw(raw.content, vocabulary) : raw.content.compressed;
  const { changes } = statement(
    `INSERT OR REPLACE INTO raw (lineage, kept_until, vocabulary, content)
     SELECT sequence, ?, ?, ? FROM lineage WHERE source = ? AND unit = ?`,
  ).run(raw.keptUntil, interned.vocabularyId(vocabulary), content, source, unit);
  if (changes === 0) throw new Error("A source record can be kept only with what it made.");
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
