import { parseDate } from "#mappers/datatypes/date.ts";

/** A birth date as the number YYYYMMDD, or why it says nothing. */
export type NormalBirthDate = number | "not-a-date" | "in-the-future";

/** @param today YYYY-MM-DD; later dates were not those of a birth. Takes YYYY-MM-DD and YYYYMMDD. */
export function normaliseBirthDate(text: string, today: string): NormalBirthDate {
  const trimmed = text.replace(/[\p{Cf}\p{Cc}]/gu, "").trim();
  const dashed = /^[0-9]{8}$/.test(trimmed)
    ? `${trimmed.slice(0, 4)}-${trimmed.slice(4, 6)}-${trimmed.slice(6)}`
    : trimmed;
  const date = parseDate(dashed.slice(0, 10));
  if (date === undefined) return "not-a-date";
  return date > today ? "in-the-future" : Number(date.replaceAll("-", ""));
}
