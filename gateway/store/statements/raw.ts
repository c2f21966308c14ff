import { compressRaw, expandRaw, toVocabulary } from "../compress-raw.ts";
import type { KeptRaw, RawRecord } from "../lineage-verbs.ts";
import { type Context, vocabulary, vocabularyId } from "./context.ts";
import { LIMIT } from "./limit.ts";
import { lineageNumber } from "./lineage.ts";
import { changes, row, type Steps, write } from "./steps.ts";
import { bytes, integer } from "./values.ts";
import { isFirstTold, type Work } from "./work.ts";

export function* readRaw(context: Context, source: string, unit: string): Steps<RawRecord | undefined> {
  const found = yield* row(
    `SELECT kept_until, vocabulary, content FROM lineage JOIN raw ON raw.lineage = lineage.sequence
     WHERE source = ? AND unit = ?`,
    source,
    unit,
  );
  if (found === undefined) return undefined;
  const content = expandRaw(bytes(found.content), yield* vocabulary(context, integer(found.vocabulary)));
  return { content, keptUntil: integer(found.kept_until) };
}

export function* keepRaw(work: Work, source: string, unit: string, raw: KeptRaw): Steps<void> {
  const lineage = yield* lineageNumber(work, source, unit);
  if (lineage === undefined) throw new Error("A source record can be kept only with what it made.");
  const words = toVocabulary(raw.vocabulary);
  const content = typeof raw.content === "string" ? compressRaw(raw.content, words) : raw.content.compressed;
  const isFirst = isFirstTold(work, `lineage ${lineage}`, "raw");
  yield* write(
    isFirst ? INSERT_RAW : `${INSERT_RAW} ${OR_UPDATE_RAW}`,
    lineage,
    raw.keptUntil,
    yield* vocabularyId(work.context, words),
    content,
  );
}

const INSERT_RAW = "INSERT INTO raw (lineage, kept_until, vocabulary, content) VALUES (?, ?, ?, ?)";
const OR_UPDATE_RAW = `ON CONFLICT (lineage) DO UPDATE
  SET kept_until = excluded.kept_until, vocabulary = excluded.vocabulary, content = excluded.content`;

export function* forgetRaw(source: string, unit: string): Steps<void> {
  yield* write(
    "DELETE FROM raw WHERE lineage = (SELECT sequence FROM lineage WHERE source = ? AND unit = ?)",
    source,
    unit,
  );
}

export function sweepRaw(now: number, limit: number): Steps<number> {
  return changes(
    `DELETE FROM raw WHERE lineage IN (SELECT lineage FROM raw WHERE kept_until <= ? ORDER BY kept_until ${LIMIT})`,
    now,
    limit,
  );
}
