import { existsSync, readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { ASQ3, ASQSE2 } from "#profiles/generated/codes.ts";
import { validateBase } from "#profiles/generated/validators.ts";
import { validateProfiles } from "#profiles/validate-profile.ts";
import { hasFieldTable } from "../field-table.ts";
import { unexplained, unusedRows } from "../lineage.ts";
import { FIELDS } from "./fields.ts";
import { communityServicesDataSet } from "./mapper.ts";
import { type Golden, stage, toDerived } from "./staged.fixtures.ts";

const folder = fileURLToPath(new URL("./fixtures/", import.meta.url));
const goldens: readonly (readonly [string, Golden])[] = readdirSync(folder).map((file) => [
  file.replace(/\.json$/, ""),
  JSON.parse(readFileSync(folder + file, "utf8")),
]);

function goldenOf(name: string): Golden {
  const found = goldens.find(([other]) => other === name);
  if (found === undefined) throw new Error(`no fixture ${name}`);
  return found[1];
}

test.each(goldens)("%s is read and mapped as its golden file says", (_name, golden) => {
  const { kept: _, ...result } = stage(golden.rows);
  expect(result).toEqual(golden);
});

test("every resource of the golden files is valid R4 and follows those of our profiles that it claims", () => {
  const resources = goldens.flatMap(([, { mapped }]) => [
    ...(mapped?.made.map(({ resource }) => resource) ?? []),
    ...(mapped?.organizations ?? []),
    ...(mapped?.patient === undefined ? [] : [mapped.patient]),
  ]);
  expect(resources.length).toBeGreaterThan(20);
  expect(resources.flatMap((resource) => [...validateBase(resource), ...validateProfiles(resource)])).toEqual([]);
});

describe("the table of fields", () => {
  test("stands in the README as it is in the code", () => {
    expect(hasFieldTable(readFileSync(new URL("./README.md", import.meta.url), "utf8"), FIELDS)).toBe(true);
  });

  test("holds every column that is read, and of the dropped ones none is read", () => {
    const tables = communityServicesDataSet.tables.filter(({ turnedAway }) => turnedAway === undefined);
    const columns = tables.flatMap(({ name, required, optional }) =>
      [...required, ...optional].map((column) => `${name}.${column}`),
    );
    const read = new Set(tables.map(({ name }) => name));
    const stored = FIELDS.filter(
      ({ field, droppedAtDoor }) => droppedAtDoor !== true && read.has(field.split(".")[0] ?? ""),
    ).map(({ field }) => field);
    expect(columns.toSorted()).toEqual(stored.toSorted());
  });

  test("names every field of the data set that the published list has", () => {
    const list = new URL("../../../shared/data/health-visiting/csds_v1_6_idb_fields.csv", import.meta.url);
    if (!existsSync(list)) return;
    const [, ...lines] = readFileSync(list, "utf8").trim().split("\n");
    const published = lines.map((line) => line.split(",").slice(0, 2).join("."));
    const known = new Set(FIELDS.map(({ field }) => field));
    expect(published.filter((field) => !known.has(field))).toEqual([]);
    expect(published).toHaveLength(143);
  });

  test("explains with the rules every element of everything that is made, and has no row that explains nothing", () => {
    const all = [...goldens.map(([, { mapped }]) => mapped), ...toDerived(goldens)];
    expect(all.flatMap((mapped) => unexplained(communityServicesDataSet, mapped))).toEqual([]);
    expect(unusedRows(communityServicesDataSet, all)).toEqual([]);
  });

  test("names every field with a value and no target as not carried", () => {
    const { rows, mapped } = goldenOf("every-field");
    const without = FIELDS.filter(({ field, to, droppedAtDoor }) => {
      const [table = "", column = ""] = field.split(".");
      return to === undefined && droppedAtDoor !== true && rows[table]?.some((row) => column in row) === true;
    }).map(({ field }) => field);
    expect(without.length).toBeGreaterThan(25);
    // The breastfeeding status gave way to the coded finding of the same contact.
    expect(mapped.notCarried).toEqual([...without, "CYP610BreastfeedingStatus.BreastFeedingStatus"].toSorted());
  });
});

test.each(
  communityServicesDataSet.tables.flatMap((table) =>
    communityServicesDataSet.tables
      .filter((other) => other !== table)
      .map((other) => [table.name, other.name, table, other] as const),
  ),
)("a file of %s cannot be taken for one of %s", (_name, _otherName, table, other) => {
  const header = new Set([...table.required, ...table.optional]);
  expect(other.required.some((column) => !header.has(column))).toBe(true);
});

test.each([...ASQ3.keys(), ...ASQSE2.keys()])("score code %s keeps its own code and month", (code) => {
  const { made } = stage({
    ...goldenOf("asq-se-2-24-months").rows,
    CYP612CodedAssessmentContact: [{ CareActivityID: "A-1", SNOMED_ID: code, Score: "50" }],
  }).mapped;
  const resource = made[0]?.resource;
  const codings = resource?.resourceType === "Observation" ? resource.code.coding : undefined;
  expect(codings?.map((coding) => [coding.code, coding.display])).toEqual([
    [code, (ASQ3.get(code) ?? ASQSE2.get(code))?.display],
  ]);
});

test("every coding that a golden file serves has a display, but for submitted codes of lists that are not held", () => {
  const withoutDisplay: string[] = [];
  for (const [, { mapped }] of goldens) {
    JSON.parse(JSON.stringify(mapped), (_key, value) => {
      if (value?.code !== undefined && value.system !== undefined && !("display" in value || "unit" in value)) {
        withoutDisplay.push(`${value.system}|${value.code}`);
      }
      return value;
    });
  }
  const notHeld =
    /^(http:\/\/read\.info\/|http:\/\/hl7\.org\/fhir\/sid\/icd-10\||https:\/\/early-years-gateway\.example\/fhir\/NamingSystem\/csds-newborn-)/;
  expect(withoutDisplay.filter((coding) => !notHeld.test(coding)).toSorted()).toEqual([
    "http://snomed.info/sct|1153592008",
    "http://snomed.info/sct|1153604005",
    "http://snomed.info/sct|165263003",
    "http://snomed.info/sct|169744007",
    "http://snomed.info/sct|169745008",
    "http://snomed.info/sct|170099002",
    "http://snomed.info/sct|448615001",
  ]);
});

test("every Observation says in text what it is about", () => {
  const texts = goldens.flatMap(([, { mapped }]) =>
    mapped.made.map(({ resource }) => (resource.resourceType === "Observation" ? resource.code.text : undefined)),
  );
  expect(texts.filter((text) => text === undefined || text === "")).toEqual([]);
  expect(texts.length).toBeGreaterThan(20);
});

test("the order of rows changes nothing but the order of what they make", () => {
  const { rows, mapped } = goldenOf("every-field");
  const reversed = Object.fromEntries(Object.entries(rows).map(([name, tableRows]) => [name, tableRows.toReversed()]));
  const again = stage(reversed).mapped;
  expect(again.patient).toEqual(mapped.patient);
  expect(again.made.toSorted((left, right) => left.slot.localeCompare(right.slot))).toEqual(
    mapped.made.toSorted((left, right) => left.slot.localeCompare(right.slot)),
  );
});
