import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { evalFhirPath } from "@medplum/core";
import { describe, expect, test } from "vitest";
import { validateBase } from "#profiles/generated/validators.ts";
import { validateProfiles } from "#profiles/validate-profile.ts";
import { hasFieldTable } from "../field-table.ts";
import { createFixtureContext } from "../fixture-context.ts";
import { unexplained, unusedRows } from "../lineage.ts";
import type { CsvRow, FieldIssue, Mapped, StagedRows, StagedTable } from "../mapper.ts";
import { FIELDS } from "./fields.ts";
import { familyHub } from "./mapper.ts";

type Issue = FieldIssue & { readonly record: string };

interface Golden {
  readonly rows: StagedRows;
  readonly refused: readonly Issue[];
  readonly warnings: readonly Issue[];
  readonly mapped: Mapped;
}

const folder = fileURLToPath(new URL("./fixtures/", import.meta.url));
const goldens: readonly (readonly [string, Golden])[] = readdirSync(folder).map((file) => [
  file.replace(/\.json$/, ""),
  JSON.parse(readFileSync(folder + file, "utf8")),
]);
const context = createFixtureContext("leeds-hub");

function goldenOf(name: string): Golden {
  const found = goldens.find(([other]) => other === name);
  if (found === undefined) throw new Error(`no fixture ${name}`);
  return found[1];
}

function tableOf(name: string): StagedTable {
  const found = familyHub.tables.find((table) => table.name === name);
  if (found === undefined) throw new Error(`no table ${name}`);
  return found;
}

/** Parses every row by itself and maps those that were kept, as staging does. */
function stage(rows: StagedRows): Golden & { readonly kept: StagedRows } {
  const kept: Record<string, CsvRow[]> = {};
  const refused: Issue[] = [];
  const warnings: Issue[] = [];
  for (const [name, tableRows] of Object.entries(rows)) {
    const table = tableOf(name);
    for (const row of tableRows) {
      const record = `${name}/${table.key(row)}`;
      const parsed = table.parse(row);
      if (parsed.ok) {
        kept[name] = [...(kept[name] ?? []), parsed.record];
        warnings.push(...parsed.warnings.map((issue) => ({ record, ...issue })));
      } else {
        refused.push(...parsed.issues.map((issue) => ({ record, ...issue })));
      }
    }
  }
  return { rows, kept, refused, warnings, mapped: JSON.parse(JSON.stringify(familyHub.map(kept, context))) };
}

function fieldsOf(table: string, row: CsvRow): readonly (readonly [string, string])[] {
  const parsed = tableOf(table).parse(row);
  return (parsed.ok ? parsed.warnings : parsed.issues).map(({ severity, field }) => [severity, field]);
}

const everyField = goldenOf("every-field");
const registration = everyField.rows.registrations?.[0] ?? {};
const contact = everyField.rows.contacts?.[0] ?? {};

test.each(goldens)("%s is read and mapped as its golden file says", (_name, golden) => {
  const { kept: _, ...result } = stage(golden.rows);
  expect(result).toEqual(golden);
});

test("every resource of the golden files is valid R4 and follows those of our profiles that it claims", () => {
  const resources = goldens.flatMap(([, { mapped }]) => [
    ...mapped.made.map(({ resource }) => resource),
    ...mapped.organizations,
    ...(mapped.patient === undefined ? [] : [mapped.patient]),
  ]);
  expect(resources.length).toBeGreaterThan(20);
  expect(resources.flatMap((resource) => [...validateBase(resource), ...validateProfiles(resource)])).toEqual([]);
});

describe("the table of fields", () => {
  test("stands in the README as it is in the code", () => {
    expect(hasFieldTable(readFileSync(new URL("./README.md", import.meta.url), "utf8"), FIELDS)).toBe(true);
  });

  test("holds every column that is read, and of the dropped ones none is read", () => {
    const columns = familyHub.tables.flatMap(({ name, required, optional }) =>
      [...required, ...optional].map((column) => `${name}.${column}`),
    );
    const stored = FIELDS.filter(({ droppedAtDoor }) => droppedAtDoor !== true).map(({ field }) => field);
    expect(columns.toSorted()).toEqual(stored.toSorted());
  });

  test("explains every element of all that the fixtures make, and no row explains nothing", () => {
    const mapped = goldens.map(([, golden]) => golden.mapped);
    expect(mapped.flatMap((each) => unexplained(familyHub, each))).toEqual([]);
    expect(unusedRows(familyHub, mapped)).toEqual([]);
  });

  test.each(FIELDS.filter(({ to }) => to !== undefined).map(({ field, to = "" }) => [field, to] as const))(
    "%s reaches %s",
    (_field, to) => {
      const { patient, made, organizations, relationships } = goldenOf("every-field").mapped;
      const reached = to.startsWith("Relationship.")
        ? relationships.flatMap((told) => evalFhirPath(to.replace("Relationship.", ""), told) as unknown[])
        : [patient, ...made.map(({ resource }) => resource), ...organizations]
            .filter((resource) => resource?.resourceType === to.split(".")[0])
            .flatMap((resource) => evalFhirPath(to, resource) as unknown[]);
      expect(reached).not.toEqual([]);
    },
  );

  test("names every field with a value and no target as not carried", () => {
    const without = FIELDS.filter(({ to, droppedAtDoor }) => to === undefined && droppedAtDoor !== true);
    expect(everyField.mapped.notCarried).toEqual(without.map(({ field }) => field).toSorted());
    expect(without.length).toBeGreaterThan(3);
  });
});

test.each([
  ["registrations", "contacts"],
  ["contacts", "registrations"],
])("a file of %s cannot be taken for one of %s", (name, otherName) => {
  const { required, optional } = tableOf(name);
  const header = new Set([...required, ...optional]);
  expect(tableOf(otherName).required.some((column) => !header.has(column))).toBe(true);
});

test("what is dropped at the door is in no stored row, key, warning or resource", () => {
  const { kept, mapped, warnings } = stage(everyField.rows);
  const stored = JSON.stringify({ kept, mapped, warnings });
  const dropped = FIELDS.filter(({ droppedAtDoor }) => droppedAtDoor === true).map(({ field }) => field.split(".")[1]);
  expect(dropped.filter((column) => column !== undefined && stored.includes(`"${column}"`))).toEqual([]);
  expect(stored).not.toMatch(/Sana|9990034028|01130000000|spoke/);
});

test.each([
  ["registrations", registration, "child_id", "9990034001"],
  ["registrations", registration, "child_id", ""],
  ["registrations", registration, "nhs_number", "9990034002"],
  ["registrations", registration, "birth_date", "2022-02-30"],
  ["registrations", registration, "birth_date", "03/14/2022"],
  ["registrations", registration, "birth_date", "44634"],
  ["registrations", registration, "given_name", "#N/A"],
  ["registrations", registration, "gender", "F"],
  ["registrations", registration, "hub_code", "SEA/CROFT"],
  ["registrations", registration, "hub_code", "9990034001"],
  ["registrations", registration, "hub_ods_code", "?"],
  ["registrations", registration, "registered_on", "soon"],
  ["registrations", registration, "ended_on", "2022-04-01"],
  ["contacts", contact, "contact_id", "9990034001"],
  ["contacts", contact, "contact_date", "2023-02-30"],
  ["contacts", contact, "contact_time", "25:00"],
  ["contacts", contact, "activity", "yoga"],
  ["contacts", contact, "attended", "maybe"],
  ["contacts", contact, "hub_code", "a hub"],
])("%s: %o with %s = %s is an error that names the column and not the value", (table, row, field, value) => {
  expect(fieldsOf(table, { ...row, [field]: value })).toEqual([["error", field]]);
  const parsed = tableOf(table).parse({ ...row, [field]: value });
  const told = parsed.ok ? "" : parsed.issues.map(({ message }) => message).join();
  expect(value !== "" && told.includes(value)).toBe(false);
});

test("what a spreadsheet or a person writes otherwise is the same row", () => {
  const { record: first } = rowOf("registrations", registration);
  const { birth_date: birth = "", registered_on: start = "", gender = "" } = registration;
  const dayFirst = (day: string): string => day.split("-").toReversed().join("/");
  const written = { birth_date: dayFirst(birth), registered_on: dayFirst(start), gender: gender.toUpperCase() };
  expect(rowOf("registrations", { ...registration, ...written })).toEqual({ record: first });
  const { record: second } = rowOf("contacts", { ...contact, contact_time: "09:05", attended: "yes" });
  for (const contact_time of ["9:05", "09:05:00", "9:05:00"]) {
    expect(rowOf("contacts", { ...contact, contact_time, attended: "Yes" })).toEqual({ record: second });
  }
});

function rowOf(table: string, row: CsvRow): { readonly record?: CsvRow } {
  const parsed = tableOf(table).parse(row);
  return parsed.ok ? { record: parsed.record } : {};
}

test("an activity that looks like a code is told as unmapped, and a sentence is not repeated", () => {
  const unmappedOf = (activity: string) => {
    const parsed = tableOf("contacts").parse({ ...contact, activity });
    return parsed.ok ? [] : parsed.issues.map(({ unmapped }) => unmapped);
  };
  expect(unmappedOf("baby-yoga")).toEqual([{ list: "family hub activity", code: "baby-yoga" }]);
  expect(unmappedOf("his mum said he cries")).toEqual([undefined]);
});

test("a hub is known by its own code and by its ODS code, and may ask under either", () => {
  expect(everyField.mapped.relationships.map(({ kind, organization }) => [kind, organization.value])).toEqual([
    ["hub-registration", "383/SEACROFT"],
    ["hub-registration", "Z9912"],
  ]);
});

test("the hub of a contact elsewhere sees nothing by it", () => {
  const elsewhere = everyField.mapped.made[0]?.resource;
  expect(JSON.stringify(elsewhere)).toContain("383-HAREHILLS");
  expect(JSON.stringify(everyField.mapped.relationships)).not.toContain("HAREHILLS");
});
