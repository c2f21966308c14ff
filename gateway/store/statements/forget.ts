import type { RecordKey } from "../record.ts";
import { changes, type Steps, together } from "./steps.ts";
import { touch, type Work } from "./work.ts";

/** Nothing of it can be read again; where it lay in the file is overwritten by whoever calls this. */
export function* forgetPast(work: Work, record: RecordKey, source: string): Steps<void> {
  const forgotten = yield* together(
    changes(
      `DELETE FROM history WHERE record = ? AND body IS NOT NULL
         AND origin IN (SELECT id FROM origin WHERE source = ?)
         AND EXISTS (SELECT 1 FROM history mark WHERE mark.id = history.id AND mark.type = history.type
           AND mark.id_space = history.id_space AND mark.version > history.version AND mark.body IS NULL)`,
      record,
      source,
    ),
    changes(
      `DELETE FROM past_contribution WHERE record = ?
         AND (SELECT s.source FROM source_child s WHERE s.id = past_contribution.child) = ?`,
      record,
      source,
    ),
  );
  if (forgotten.some((count) => count > 0)) yield* touch(work, record);
}
