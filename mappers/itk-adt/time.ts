import { parseDate } from "../datatypes/date.ts";
import { ukInstant_ms } from "../datatypes/uk-time.ts";

const SHAPE = /^(\d{4})(\d{2})(\d{2})(?:(\d{2})(\d{2})(?:(\d{2})(?:\.\d{1,4})?)?)?([+-]\d{4})?$/;

/** The day of a time stamp (HL7 v2.4, TS) as YYYY-MM-DD; `undefined` when it has none or it is no day of the calendar. */
export function readDay(text: string): string | undefined {
  const match = SHAPE.exec(text);
  return match === null ? undefined : parseDate(`${match[1]}-${match[2]}-${match[3]}`);
}

/** The instant of a time stamp in milliseconds since 1970. Without a zone it is civil time of the United Kingdom. */
export function readInstant_ms(text: string): number | undefined {
  const match = SHAPE.exec(text);
  const day = readDay(text);
  if (match === null || day === undefined) return undefined;
  const [, , , , hour = "00", minute = "00", second = "00", zone] = match;
  const asUtc_ms = Date.parse(`${day}T${hour}:${minute}:${second}Z`);
  if (Number.isNaN(asUtc_ms)) return undefined;
  return zone === undefined ? ukInstant_ms(asUtc_ms) : asUtc_ms - offset_ms(zone);
}

function offset_ms(zone: string): number {
  const minutes = Number(zone.slice(1, 3)) * 60 + Number(zone.slice(3, 5));
  return (zone.startsWith("-") ? -1 : 1) * minutes * 60_000;
}
