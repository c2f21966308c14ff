import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { evalFhirPath } from "@medplum/core";
import { describe, expect, test } from "vitest";
import { isUpn } from "../datatypes/upn.ts";
import { hasFieldTable } from "../field-table.ts";
import { createFixtureContext } from "../fixture-context.ts";
import { unexplained, unusedRows } from "../lineage.ts";
import type { CsvRow, FieldIssue, Mapped } from "../mapper.ts";
import { FIELDS, GOAL_COLUMNS } from "./fields.ts";
import { eyfsProfile } from "./mapper.ts";

interface Golden {
  readonly row: CsvRow;
  readonly issues?: readonly FieldIssue[];
  readonly warnings?: readonly FieldIssue[];
  readonly mapped?: Mapped;
}

const folder = fileURLToPath(new URL("./fixtures/", import.meta.url));
const goldens: readonly (readonly [string, Golden])[] = readdirSync(folder).map((file) => [
  file.replace(/\.json$/, ""),
  JSON.parse(readFileSync(folder + file, "utf8")),
]);
const context = createFixtureContext("leeds-eyfsp");

function goldenOf(name: string): Golden {
  const found = goldens.find(([other]) => other === name);
  if (found === undefined) throw new Error(`no fixture ${name}`);
  return found[1];
}

function mapRow(row: CsvRow): Mapped {
  const parsed = eyfsProfile.parse(row);
  if (!parsed.ok) throw new Error("the row was refused");
  return eyfsProfile.map(parsed.record, context);
}

const everyColumn = goldenOf("every-column").row;

test.each(goldens)("%s is read and mapped as its golden file says", (_name, golden) => {
  const parsed = eyfsProfile.parse(golden.row);
  if (!parsed.ok) {
    expect({ issues: parsed.issues }).toEqual({ issues: golden.issues });
    return;
  }
  expect({
    warnings: parsed.warnings,
    mapped: JSON.parse(JSON.stringify(eyfsProfile.map(parsed.record, context))),
  }).toEqual({ warnings: golden.warnings, mapped: golden.mapped });
});

describe("the table of fields", () => {
  test("stands in the README as it is in the code", () => {
    const readme = readFileSync(new URL("./README.md", import.meta.url), "utf8");
    expect(hasFieldTable(readme, FIELDS)).toBe(true);
  });

  test("is the shape of the file", () => {
    const { required, optional } = eyfsProfile.shape;
    expect([...required, ...optional].toSorted()).toEqual(FIELDS.map(({ field }) => field).toSorted());
  });

  test.each(FIELDS.filter(({ to }) => to !== undefined).map(({ field, to = "" }) => [field, to] as const))(
    "%s reaches %s",
    (field, to) => {
      const row = goldens
        .map(([, golden]) => golden)
        .find(({ row, mapped }) => field in row && mapped !== undefined)?.row;
      const { patient, made, organizations } = mapRow(row ?? {});
      const resources = [patient, ...organizations, ...made.map(({ resource }) => resource)];
      const reached = resources
        .filter((resource) => resource !== undefined && to.startsWith(`${resource.resourceType}.`))
        .flatMap((resource) => evalFhirPath(to, resource) as unknown[]);
      expect(reached).not.toEqual([]);
    },
  );

  test("every field with a value and no target is named as not carried, and no other", () => {
    const without = FIELDS.filter(({ field, to }) => field in everyColumn && to === undefined);
    expect(mapRow(everyColumn).notCarried.toSorted()).toEqual(without.map(({ field }) => field).toSorted());
    expect(without.length).toBeGreaterThan(5);
  });
});

test("no message about a bad row repeats what stood in it", () => {
  const bad = Object.fromEntries(FIELDS.map(({ field }) => [field, `Zq${field.length}unheardof`]));
  const parsed = eyfsProfile.parse(bad);
  expect(parsed.ok).toBe(false);
  expect(JSON.stringify(parsed)).not.toContain("unheardof");
});

test.each([
  ["FSP_UPN", "G383399925001"],
  ["FSP_DOB", "2020-02-30"],
  ["FSP_DOB", "11/13/2020"],
  ["FSP_ACADYR", "2025/2027"],
  ["FSP_ACADYR", "2025"],
  ["FSP_LA", "38"],
  ["FSP_ESTAB", "399"],
  ["FSP_LAESTAB", "2053999"],
  ["FSP_COM_E01", "3"],
  ["FSP_COM_E01", "N"],
  ["FSP_COM_E01", "A"],
  ["FSP_COM_G01", "2"],
])("%s = %s is an error that names the column", (field, value) => {
  const parsed = eyfsProfile.parse({ ...everyColumn, [field]: value });
  expect(parsed.ok ? [] : parsed.issues.map((issue) => [issue.severity, issue.field])).toEqual([["error", field]]);
});

test.each([
  ["FSP_SEX", "Q"],
  ["FSP_GENDER", "M"],
  ["FSP_POSTCODE", "LS1"],
  ["FSP_DOB", "2024-11-03"],
  ["FSP_PupilMatchingRef", "F383399925001"],
  ["FSP_GLD", "0"],
  ["FSP_GLD", "maybe"],
])("%s = %s is a warning and the row goes on", (field, value) => {
  const parsed = eyfsProfile.parse({ ...everyColumn, [field]: value });
  expect(parsed.ok && parsed.warnings.map((issue) => issue.field)).toEqual([field]);
});

test.each(GOAL_COLUMNS.filter(({ code }) => code.startsWith("E")).map(({ field, code }) => [field, code] as const))(
  "an emerging %s costs the good level of development only if it counts",
  (field, code) => {
    const { FSP_GLD: _, ...row } = everyColumn;
    const level = mapRow({ ...row, [field]: "1" }).made.find(({ slot }) => slot.endsWith("good-level-of-development"));
    const value = level?.resource.resourceType === "Observation" ? level.resource.valueCodeableConcept : undefined;
    expect(value?.coding?.[0]?.code).toBe(code <= "E12" ? "not-achieved" : "achieved");
  },
);

test("no resource holds what the source calls a child whose only name is its UPN or its details", () => {
  const { FSP_PupilMatchingRef: _, ...row } = everyColumn;
  const parsed = eyfsProfile.parse(row);
  if (!parsed.ok) throw new Error("the row was refused");
  const localId = eyfsProfile.identity(parsed.record).localId;
  const mapped = eyfsProfile.map(parsed.record, context);
  expect(isUpn(localId)).toBe(false);
  expect(JSON.stringify([mapped.patient, ...mapped.made.map(({ resource }) => resource)])).not.toContain(localId);
});

test("a record keeps its id when it is corrected, and has another in another year", () => {
  const idOf = (row: CsvRow): string => {
    const parsed = eyfsProfile.parse(row);
    return parsed.ok ? eyfsProfile.recordId(parsed.record) : "";
  };
  expect(idOf({ ...everyColumn, FSP_COM_E01: "1" })).toBe(idOf(everyColumn));
  expect(idOf({ ...everyColumn, FSP_ACADYR: "2024/2025" })).not.toBe(idOf(everyColumn));
});

describe("where elements come from", () => {
  const mapped = goldens.flatMap(([name, golden]) =>
    golden.mapped === undefined ? [] : [[name, golden.mapped] as const],
  );

  test.each(mapped)("%s has no element that no row explains", (_name, made) => {
    expect(unexplained(eyfsProfile, made)).toEqual([]);
  });

  test("every row explains something", () => {
    expect(
      unusedRows(
        eyfsProfile,
        mapped.map(([, made]) => made),
      ),
    ).toEqual([]);
  });
});

test.each([
  [{ FSP_SEX: "Q" }, "CBDS N00783 sex", "Q"],
  [{ FSP_SEX: "F", FSP_GENDER: "Z" }, "CBDS N00783 sex", "Z"],
  [{ FSP_GLD: "9" }, "good level of development", "9"],
  [{ FSP_COM_E01: "7" }, "current early learning goal outcome", "7"],
])("%j is told as a code that its list does not have", (told, list, code) => {
  const parsed = eyfsProfile.parse({ ...everyColumn, ...told });
  const issues = parsed.ok ? parsed.warnings : parsed.issues;
  expect(issues.map(({ unmapped }) => unmapped)).toEqual([{ list, code }]);
});

test.each(["FSP_SURNAME", "FSP_FORENAME"])("an error of a spreadsheet is no %s", (field) => {
  const parsed = eyfsProfile.parse({ ...everyColumn, [field]: "#N/A" });
  expect(parsed.ok ? [] : parsed.issues.map((issue) => issue.field)).toEqual([field]);
});
