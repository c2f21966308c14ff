import { expect, test } from "vitest";
import { hasFieldTable, notCarriedOf, toMarkdownTable } from "./field-table.ts";
import type { FieldRow } from "./mapper.ts";

const fields: readonly FieldRow[] = [
  { field: "DOB", to: "Patient.birthDate" },
  { field: "Version", why: "of the file" },
  { field: "Secret", why: "a parent's", droppedAtDoor: true },
];

test("what has no target and what the table does not know is not carried, each named once", () => {
  expect(notCarriedOf(fields, ["DOB", "Version", "Unheard", "Version"])).toEqual(["Version", "Unheard"]);
});

test("a README shows the table however its columns are padded, and only if every row agrees", () => {
  const table = toMarkdownTable(fields);
  expect(table).toContain("| `Secret` | nowhere, dropped at the door | a parent's |");
  expect(
    hasFieldTable(`# A source\n\n${table.replaceAll(" |", "    |").replaceAll("---", "--------")}\n`, fields),
  ).toBe(true);
  expect(hasFieldTable(table.replace("Patient.birthDate", "Patient.name"), fields)).toBe(false);
  expect(hasFieldTable(table, [...fields, { field: "New" }])).toBe(false);
});
