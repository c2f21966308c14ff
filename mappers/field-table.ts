import type { FieldRow } from "./mapper.ts";

/**
 * Which of these fields went nowhere, each once, in the order in which they came: rows of the table without a target,
 * and fields the table does not know.
 */
export function notCarriedOf(fields: readonly FieldRow[], withValue: Iterable<string>): string[] {
  const carried = new Set(fields.filter(({ to }) => to !== undefined).map(({ field }) => field));
  return [...new Set(withValue)].filter((field) => !carried.has(field));
}

/** The table of a source as its README shows it; a test compares the two, so neither can drift. */
export function toMarkdownTable(fields: readonly FieldRow[]): string {
  const rows = fields.map(({ field, to, why, droppedAtDoor }) => {
    const target =
      to === undefined
        ? droppedAtDoor === true
          ? "nowhere, dropped at the door"
          : "nowhere"
        : `\`${to.replaceAll(" | ", "`, `")}\``;
    return `| \`${field}\` | ${target} | ${why ?? ""} |`;
  });
  return ["| field | goes to | why, or what decides |", "| --- | --- | --- |", ...rows].join("\n");
}

/** Whether a README shows this table, however its columns are padded. */
export function hasFieldTable(readme: string, fields: readonly FieldRow[]): boolean {
  return unpadded(readme).includes(unpadded(toMarkdownTable(fields)));
}

function unpadded(table: string): string {
  return table.replaceAll(/ {2,}/g, " ").replaceAll(/-{3,}/g, "---");
}
