import papaparse from "papaparse";
import { MisuseError } from "./misuse.ts";

/** A file of records: trimmed cells, and where each column stands. */
export interface Table {
  readonly rows: readonly (readonly string[])[];
  readonly places: ReadonlyMap<string, number>;
}

/** Reads CSV with a header line; a byte order mark, quoted line breaks and either line end are fine. Throws MisuseError. */
export function readTable(text: string, where: string): Table {
  const { data, errors } = papaparse.parse<string[]>(text.replace(/^\uFEFF/, ""), {
    delimiter: "",
    delimitersToGuess: [",", ";", "\t"],
    skipEmptyLines: "greedy",
  });
  const quotes = errors.find(({ type }) => type === "Quotes");
  if (quotes !== undefined) {
    throw new MisuseError(
      `${where}: record ${quotes.row ?? "?"}: a quoted value does not end. Close its quotation mark.`,
    );
  }
  const [header, ...rows] = data;
  if (header === undefined) throw new MisuseError(`${where}: empty. Expected a line of column names and the records.`);
  const places = toPlaces(header, where);
  if (rows.length === 0) throw new MisuseError(`${where}: holds column names but no records.`);
  const width = header.length;
  for (const [at, row] of rows.entries()) {
    if (row.length > width) {
      throw new MisuseError(
        `${where}: record ${at + 1} has ${row.length} values for ${width} columns. Quote values that hold a comma.`,
      );
    }
  }
  return { rows: rows.map((row) => row.map((cell) => cell.trim())), places };
}

function toPlaces(header: readonly string[], where: string): ReadonlyMap<string, number> {
  const places = new Map<string, number>();
  for (const [place, cell] of header.entries()) {
    const name = cell.trim();
    if (name === "") continue;
    const before = places.get(name);
    if (before !== undefined) {
      throw new MisuseError(
        `${where}: the column "${name}" is there twice (columns ${before + 1} and ${place + 1}). Rename or remove one.`,
      );
    }
    places.set(name, place);
  }
  return places;
}
