import type { Features } from "../compare/features.ts";
import type { Frequencies, Model } from "../model/model.ts";

/**
 * How often values are had among the people of files.
 *
 * @param recordsAPerson how many records one person has on average: a value that no more records have is had once
 */
export function countFrequencies(people: readonly Features[], recordsAPerson: number): Model["frequencies"] {
  const given = new Map<string, number>();
  const family = new Map<string, number>();
  const birthDate = new Map<string, number>();
  const postcode = new Map<string, number>();
  for (const { names, birthDates, postcodes } of people) {
    for (const name of names) {
      if (name.given !== "") count(given, name.given);
      if (name.family !== "") count(family, name.family);
    }
    for (const { date } of birthDates) count(birthDate, String(date));
    for (const { code } of postcodes) count(postcode, code);
  }
  return {
    given: toFrequencies(given, recordsAPerson),
    family: toFrequencies(family, recordsAPerson),
    birthDate: toFrequencies(birthDate, recordsAPerson),
    postcode: toFrequencies(postcode, recordsAPerson),
  };
}

function count(counts: Map<string, number>, value: string): void {
  counts.set(value, (counts.get(value) ?? 0) + 1);
}

function toFrequencies(counts: ReadonlyMap<string, number>, recordsAPerson: number): Frequencies {
  let total = 0;
  for (const number of counts.values()) total += number;
  const values: Record<string, number> = Object.create(null);
  let chance = 0;
  for (const [value, number] of counts) {
    const share = Math.max(number, recordsAPerson) / total;
    values[value] = share;
    chance += (number / total) * share;
  }
  return {
    values,
    unlisted: recordsAPerson / Math.max(1, total),
    average_bits: chance === 0 ? 0 : -Math.log2(chance),
  };
}
