import type { Person } from "../../person.ts";
import { normaliseBirthDate } from "../normalise/birth-date.ts";
import { normaliseNhs } from "../normalise/number.ts";
import { type Columns, namedColumns } from "./columns.ts";
import { MisuseError } from "./misuse.ts";
import type { Table } from "./read-table.ts";

export interface Records {
  readonly ids: readonly string[];
  readonly people: readonly Person[];
  /** What was taken as missing or as it stood, in words, with numbers. */
  readonly notes: readonly string[];
}

const GENDERS: Readonly<Record<string, string>> = {
  m: "male",
  "1": "male",
  male: "male",
  f: "female",
  "2": "female",
  female: "female",
};

/** The people of a table. Throws MisuseError, naming record and column, never a value. */
export function readPeople(table: Table, columns: Columns, options: { where: string; today: string }): Records {
  const { where, today } = options;
  for (const name of namedColumns(columns)) {
    if (table.places.has(name)) continue;
    const known = [...table.places.keys()].map((column) => `"${column}"`).join(", ");
    throw new MisuseError(`${where}: has no column "${name}". Its columns are ${known}.`);
  }
  const future: number[] = [];
  const unreal: number[] = [];
  const cellOf = (row: readonly string[], name: string | undefined): string =>
    name === undefined ? "" : (row[table.places.get(name) ?? -1] ?? "");
  const people = table.rows.map((row, at): Person => {
    const cells = (names: readonly string[] | undefined): readonly string[] =>
      (names ?? []).map((name) => cellOf(row, name)).filter((cell) => cell !== "");
    const birthDate = cellOf(row, columns.birthDate);
    if (birthDate !== "" && !/^(?:[0-9]{8}|[0-9]{4}-[0-9]{2}-[0-9]{2})$/.test(birthDate)) {
      throw new MisuseError(
        `${where}: record ${at + 1}, column "${columns.birthDate}": not a date as YYYY-MM-DD or YYYYMMDD. Convert the column, or leave the value out.`,
      );
    }
    const day = birthDate === "" ? 0 : normaliseBirthDate(birthDate, today);
    if (day === "in-the-future") future.push(at + 1);
    if (day === "not-a-date") unreal.push(at + 1);
    const told = cellOf(row, columns.nhsNumber);
    const nhsNumber = normaliseNhs(told);
    const upn = cellOf(row, columns.upn);
    const given = cells(columns.given).join(" ");
    const family = cells(columns.family).join(" ");
    return {
      names: [{ given, family }],
      birthDates: birthDate === "" ? [] : [birthDate],
      postcodes: cells(listed(columns.postcode)),
      genders: cells(listed(columns.gender)).flatMap((cell) => GENDERS[cell.toLowerCase()] ?? []),
      nhsNumbers: nhsNumber === undefined ? [] : [{ value: nhsNumber, isVerified: false }],
      upns: upn === "" ? [] : [upn],
      identifiers: [...(told === "" ? [] : [`nhs-number|${told}`]), ...cells(columns.identifier)],
      addressLines: listed(cells(columns.addressLine).join(" ")),
      cities: cells(listed(columns.city)),
      districts: cells(listed(columns.district)),
      telecoms: cells(columns.telecom),
    };
  });
  const notes = [
    ...toNote(future, "a birth date in the future, taken as missing"),
    ...toNote(unreal, "a birth date that the calendar does not have, compared by its digits"),
  ].map((note) => `${where}: ${note}`);
  return { ids: toIds(table, columns, where), people, notes };
}

function listed(text: string | undefined): readonly string[] {
  return text === undefined || text === "" ? [] : [text];
}

function toNote(records: readonly number[], what: string): readonly string[] {
  if (records.length === 0) return [];
  const shown = records.slice(0, 5).join(", ");
  return [`${records.length} with ${what} (record ${shown}${records.length > 5 ? " …" : ""})`];
}

function toIds(table: Table, columns: Columns, where: string): readonly string[] {
  if (columns.id === undefined) return table.rows.map((_, at) => String(at + 1));
  const place = table.places.get(columns.id) ?? -1;
  const seen = new Map<string, number>();
  return table.rows.map((row, at) => {
    const id = row[place] ?? "";
    if (id === "")
      throw new MisuseError(`${where}: record ${at + 1} has nothing in the column "${columns.id}". Give it an id.`);
    const before = seen.get(id);
    if (before !== undefined) {
      throw new MisuseError(
        `${where}: records ${before} and ${at + 1} have the same value in "${columns.id}". Ids must be different.`,
      );
    }
    seen.set(id, at + 1);
    return id;
  });
}
