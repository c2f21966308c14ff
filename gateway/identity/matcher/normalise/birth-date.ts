import { parseDate } from "#mappers/datatypes/date.ts";

/** A birth date as the number YYYYMMDD, or why it says nothing. */
export type NormalBirthDate = number | "not-a-date" | "in-the-future";

/**
 * @param today YYYY-MM-DD; later dates were not those of a birth. Takes YYYY-MM-DD and YYYYMMDD.
 * @param takesSlips a day that the calendar does not have is taken by its digits: of two files, one may hold the slip
 */
export function normaliseBirthDate(text: string, today: string, takesSlips = false): NormalBirthDate {
  const trimmed = text.replace(/[\p{Cf}\p{Cc}]/gu, "").trim();
  const dashed = /^[0-9]{8}$/.test(trimmed)
    ? `${trimmed.slice(0, 4)}-${trimmed.slice(4, 6)}-${trimmed.slice(6)}`
    : trimmed;
  const date = parseDate(dashed.slice(0, 10));
  if (date === undefined) {
    const isShaped = takesSlips && /^[0-9]{4}-[0-9]{2}-[0-9]{2}$/.test(dashed) && !dashed.startsWith("0000");
    return isShaped ? Number(dashed.replaceAll("-", "")) : "not-a-date";
  }
  return date > today ? "in-the-future" : Number(date.replaceAll("-", ""));
}
