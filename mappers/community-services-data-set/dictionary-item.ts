import { z } from "zod";
import { parseDate } from "../datatypes/date.ts";
import { isDecimal } from "../datatypes/decimal.ts";

/** Checks of single fields. Each message names the item of the NHS Data Dictionary, and never the value. */

export function dictionary(item: string): string {
  return `(NHS Data Dictionary, ${item})`;
}

/** A value that must be there, of any form. */
export function given(item: string) {
  const message = `missing: expected a value ${dictionary(item)}`;
  return z.string(message).min(1, message);
}

export function date(item: string) {
  const message = `expected a day of the calendar as YYYY-MM-DD ${dictionary(item)}`;
  return z.string(message).refine((text) => parseDate(text) !== undefined, message);
}

export function time(item: string) {
  return z
    .string()
    .regex(/^([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?$/, `expected a time as HH:MM ${dictionary(item)}`);
}

/** A code of a closed list; `list` says it in words, so that a lost leading zero is seen at once. */
export function code(item: string, list: string, pattern: RegExp) {
  return z.string().regex(pattern, `expected ${list} ${dictionary(item)}`);
}

export function organization(item: string) {
  const message = `expected an ODS code of 3 to 12 letters and digits ${dictionary(item)}`;
  return z.string(message).regex(/^[A-Za-z0-9]{3,12}$/, message);
}

export function decimal(item: string) {
  const message = `expected a plain decimal number ${dictionary(item)}`;
  return z.string(message).refine(isDecimal, message);
}

/** A value that is kept as it came. */
export const kept = z.string().optional();

export const LOCAL_PATIENT = "LOCAL PATIENT IDENTIFIER (EXTENDED)";
export const REQUEST = "SERVICE REQUEST IDENTIFIER";
export const CONTACT = "CARE CONTACT IDENTIFIER";
export const ACTIVITY = "CARE ACTIVITY IDENTIFIER";
