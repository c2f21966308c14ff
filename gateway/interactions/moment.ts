import type { Moment, RecordReader } from "./record-reader.ts";
import type { Soon } from "./soon.ts";
import { ukDate } from "./uk-date.ts";

/** The moment at which a request looks, by its clock (milliseconds since 1970); at once where the store tells at once. */
export function momentOf(reader: Pick<RecordReader, "changes">, now_ms: number): Soon<Moment> {
  const changes = reader.changes();
  return typeof changes === "number" ? toMoment(changes, now_ms) : changes.then((told) => toMoment(told, now_ms));
}

function toMoment(changes: number, now_ms: number): Moment {
  return { changes, now_ms, today: ukDate(now_ms) };
}
