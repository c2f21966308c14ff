import type { Moment, RecordReader } from "./record-reader.ts";
import { ukDate } from "./uk-date.ts";

/** The moment at which a request looks, by its clock (milliseconds since 1970). */
export async function momentOf(reader: Pick<RecordReader, "changes">, now_ms: number): Promise<Moment> {
  return { changes: await reader.changes(), now_ms, today: ukDate(now_ms) };
}
