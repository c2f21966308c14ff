import type { RecordKey } from "../record.ts";
import { touch, type Work } from "./work.ts";

/** Nothing of it can be read again; where it lay in the file is overwritten by whoever calls this. */
export function forgetPast(work: Work, record: RecordKey, source: string): void {
  const { statement } = work.connection;
  const versions = statement(
    `DELETE FROM history WHERE record = :record AND body IS NOT NULL
       AND origin IN (SELECT id FROM origin WHERE source = :source)
       AND EXISTS (SELECT 1 FROM history mark WHERE mark.id = history.id AND mark.type = history.type
         AND mark.id_space = history.id_space AND mark.version > history.version AND mark.body IS NULL)`,
  ).run({ record, source });
  const words = statement(
    `DELETE FROM past_contribution WHERE record = ?
       AND (SELECT s.source FROM source_child s WHERE s.id = past_contribution.child) = ?`,
  ).run(record, source);
  if (versions.changes > 0 || words.changes > 0) touch(work, record);
}
