/** One line of CSV (RFC 4180, LF), quoted only where it must be. A field that is not there is empty. */
export function toCsvLine(fields: readonly (string | undefined)[]): string {
  return `${fields.map((field) => quoted(field ?? "")).join(",")}\n`;
}

function quoted(field: string): string {
  return /[",\n\r]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field;
}

/** A line of a row by column name; a column that the row has not is empty. */
export function toCsvRow(columns: readonly string[], row: Readonly<Record<string, string | undefined>>): string {
  return toCsvLine(columns.map((column) => row[column]));
}

/** The same line without its last field, as an export that was cut short leaves it. */
export function withoutLastField(line: string): string {
  return `${line.slice(0, line.lastIndexOf(","))}\n`;
}
