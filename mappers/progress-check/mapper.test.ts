import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { evalFhirPath } from "@medplum/core";
import { describe, expect, test } from "vitest";
import { validateBase } from "#profiles/generated/validators.ts";
import { validateProfiles } from "#profiles/validate-profile.ts";
import { hasFieldTable } from "../field-table.ts";
import { createFixtureContext } from "../fixture-context.ts";
import { unexplained, unusedRows } from "../lineage.ts";
import type { CsvRow, FieldIssue, Mapped } from "../mapper.ts";
import { FIELDS } from "./fields.ts";
import { progressCheck } from "./mapper.ts";

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
const context = createFixtureContext("leeds-progress");

function rowOf(name: string): CsvRow {
  const found = goldens.find(([other]) => other === name);
  if (found === undefined) throw new Error(`no fixture ${name}`);
  return found[1].row;
}

function mapRow(row: CsvRow): Mapped {
  const parsed = progressCheck.parse(row);
  if (!parsed.ok) throw new Error("the row was refused");
  return progressCheck.map(parsed.record, context);
}

const everyColumn = rowOf("every-column");
const taken = goldens.flatMap(([name, { row, mapped }]) =>
  mapped === undefined ? [] : [[name, mapRow(row)] as const],
);

test.each(goldens)("%s is read and mapped as its golden file says", (_name, golden) => {
  const parsed = progressCheck.parse(golden.row);
  if (!parsed.ok) {
    expect({ issues: parsed.issues }).toEqual({ issues: golden.issues });
    return;
  }
  expect({
    warnings: parsed.warnings,
    mapped: JSON.parse(JSON.stringify(progressCheck.map(parsed.record, context))),
  }).toEqual({ warnings: golden.warnings, mapped: golden.mapped });
});

test.each(taken)("all that %s makes is valid, against its profiles too", (_name, { made }) => {
  for (const { resource } of made) expect([...validateBase(resource), ...validateProfiles(resource)]).toEqual([]);
});

describe("the table of fields", () => {
  test("stands in the README as it is in the code", () => {
    const readme = readFileSync(new URL("./README.md", import.meta.url), "utf8");
    expect(hasFieldTable(readme, FIELDS)).toBe(true);
  });

  test("is the shape of the file", () => {
    const { required, optional } = progressCheck.shape;
    expect([...required, ...optional].toSorted()).toEqual(FIELDS.map(({ field }) => field).toSorted());
  });

  test.each(FIELDS.filter(({ to }) => to !== "RecordName").map(({ field, to = "" }) => [field, to] as const))(
    "%s reaches %s",
    (field, to) => {
      expect(everyColumn).toHaveProperty(field);
      const { patient, made, organizations } = mapRow(everyColumn);
      const resources = [patient, ...organizations, ...made.map(({ resource }) => resource)];
      const reached = to
        .split(" | ")
        .flatMap((path) =>
          resources
            .filter((resource) => resource !== undefined && path.startsWith(`${resource.resourceType}.`))
            .flatMap((resource) => evalFhirPath(path, resource) as unknown[]),
        );
      expect(reached).not.toEqual([]);
    },
  );

  test("carries every column, so that nothing is named as not carried", () => {
    expect(mapRow(everyColumn).notCarried).toEqual([]);
  });
});

describe("where elements come from", () => {
  test.each(taken)("%s has no element that no row explains", (_name, mapped) => {
    expect(unexplained(progressCheck, mapped)).toEqual([]);
  });

  test("every row explains something", () => {
    expect(
      unusedRows(
        progressCheck,
        taken.map(([, mapped]) => mapped),
      ),
    ).toEqual([]);
  });
});

test("no message about a bad row repeats what stood in it", () => {
  const bad = Object.fromEntries(FIELDS.map(({ field }) => [field, `Zq${field.length}unheardof`]));
  const parsed = progressCheck.parse(bad);
  expect(parsed.ok).toBe(false);
  expect(JSON.stringify(parsed)).not.toContain("unheardof");
});

test("a refusal denies the texts of this check, each of them and nothing else", () => {
  const { made } = mapRow(rowOf("parents-refused"));
  const texts = made.filter(({ resource }) => resource.resourceType === "Observation");
  const denied = made.flatMap(({ resource }) =>
    resource.resourceType === "Consent"
      ? (resource.provision?.provision ?? []).flatMap(({ type, data }) => [
          type,
          ...(data ?? []).map(({ reference }) => reference.reference),
        ])
      : [],
  );
  expect(denied).toEqual(["deny", ...texts.map(({ resource }) => `Observation/${resource.id}`)]);
  expect(texts.length).toBe(3);
});

test.each(["parents-did-not-answer", "agreed-by-without-an-answer"])("%s makes no Consent", (name) => {
  expect(mapRow(rowOf(name)).made.map(({ resource }) => resource.resourceType)).not.toContain("Consent");
});

test.each(["child_id", "check_id", "early_years_urn", "ofsted_urn"])(
  "no Patient, Observation or Consent tells %s, which would tell where a restricted child goes",
  (field) => {
    const { patient, made } = mapRow(everyColumn);
    // Logical ids are made by the gateway; those of these tests are readable and so tell the slot.
    const told = JSON.stringify([patient, ...made.map(({ resource }) => resource)], (key, value) =>
      key === "id" || (key === "reference" && typeof value === "string") ? undefined : value,
    );
    expect(told).toContain("Key person");
    expect(told).not.toContain(everyColumn[field]);
  },
);

test("a corrected check keeps its name, and another check of the child has its own", () => {
  const nameOf = (row: CsvRow): string => {
    const parsed = progressCheck.parse(row);
    return parsed.ok ? progressCheck.recordId(parsed.record) : "";
  };
  expect(nameOf({ ...everyColumn, check_date: "2026-03-11" })).toBe(nameOf(everyColumn));
  expect(nameOf({ ...everyColumn, check_id: "C-8" })).not.toBe(nameOf(everyColumn));
});

test("two settings may call two children by the same reference", () => {
  const localIdOf = (row: CsvRow): string => {
    const parsed = progressCheck.parse(row);
    return parsed.ok ? progressCheck.identity(parsed.record).localId : "";
  };
  const row = rowOf("parents-did-not-answer");
  expect(localIdOf({ ...row, early_years_urn: "799991" })).not.toBe(localIdOf(row));
});
