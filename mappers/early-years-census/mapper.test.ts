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
import { ENTITLEMENTS, entitlementOf } from "./entitlement.ts";
import { COLUMNS, DROPPED, FIELDS } from "./fields.ts";
import { earlyYearsCensus } from "./mapper.ts";
import { readCensus, toChild } from "./xml-fixture.ts";
import { pathOf } from "./xml-form.ts";

interface Golden {
  readonly row: CsvRow;
  readonly issues?: readonly FieldIssue[];
  readonly warnings?: readonly FieldIssue[];
  readonly mapped?: Mapped;
}

const { csv, xml } = earlyYearsCensus;
const folder = fileURLToPath(new URL("./fixtures/", import.meta.url));
const goldens: readonly (readonly [string, Golden])[] = readdirSync(folder)
  .filter((file) => file.endsWith(".json"))
  .map((file) => [file.replace(/\.json$/, ""), JSON.parse(readFileSync(folder + file, "utf8"))]);
const context = createFixtureContext("leeds-eyc");

function rowOf(name: string): CsvRow {
  const found = goldens.find(([other]) => other === name);
  if (found === undefined) throw new Error(`no fixture ${name}`);
  return found[1].row;
}

function recordOf(row: CsvRow) {
  const parsed = csv.parse(row);
  if (!parsed.ok) throw new Error("the row was refused");
  return parsed.record;
}

const everyField = rowOf("every-field");
const plain = rowOf("two-year-old-without-upn");
const taken = goldens.flatMap(([name, { row, mapped }]) =>
  mapped === undefined ? [] : [[name, csv.map(recordOf(row), context)] as const],
);

test.each(goldens)("%s is read and mapped as its golden file says", (_name, golden) => {
  const parsed = csv.parse(golden.row);
  if (!parsed.ok) {
    expect({ issues: parsed.issues }).toEqual({ issues: golden.issues });
    return;
  }
  expect({
    warnings: parsed.warnings,
    mapped: JSON.parse(JSON.stringify(csv.map(parsed.record, context))),
  }).toEqual({ warnings: golden.warnings, mapped: golden.mapped });
});

test.each(taken)("all that %s makes is valid, against its profiles too", (_name, { made, patient }) => {
  for (const { resource } of made) expect([...validateBase(resource), ...validateProfiles(resource)]).toEqual([]);
  expect(validateBase(patient)).toEqual([]);
});

test.each([
  ["2026-01-15", []],
  ["2026-07-15", ["H.ReferenceDate"]],
])("a reference date of %s is doubted as %j", (date, fields) => {
  const parsed = csv.parse({ ...plain, "H.Year": "2026", "H.ReferenceDate": date });
  const told = parsed.ok ? parsed.warnings : parsed.issues;
  expect(told.map(({ field }) => field).filter((field) => field.startsWith("H."))).toEqual(fields);
});

describe("the XML form", () => {
  test.each(goldens)("says of %s what the CSV form says", (_name, { row }) => {
    expect(xml.parse(toChild(row))).toEqual(csv.parse(inOrder(row)));
  });

  test("of a whole file gives the resources of the same child in a CSV file", () => {
    const [child] = readCensus(readFileSync(`${folder}every-field.xml`, "utf8"));
    const parsed = child === undefined ? undefined : xml.parse(child);
    if (parsed?.ok !== true) throw new Error("the child was refused");
    expect(xml.map(parsed.record, context)).toEqual(csv.map(recordOf(inOrder(everyField)), context));
  });

  test("names an element that nobody knows as not carried, by its path", () => {
    const child = toChild({ ...plain, "Setting/Inspection": "2025", Staff: "4" });
    const parsed = xml.parse(child);
    expect(parsed.ok && parsed.record.notCarried).toEqual(expect.arrayContaining(["Setting/Inspection", "Staff"]));
    expect(xml.filled?.(child)).toEqual(expect.arrayContaining(["EarlyYearsURN", "Staff", "DOB", "H.Year"]));
  });

  test("refuses a child in which an element that is read once stands twice", () => {
    const { header, element } = toChild(plain);
    const again = { ...element, children: [...element.children, ...element.children.slice(-1)] };
    const parsed = xml.parse({ header, element: again });
    expect(parsed.ok ? [] : parsed.issues.map(({ field }) => field)).toEqual([element.children.at(-1)?.name]);
  });

  test("calls what is dropped at the door as the CSV form does, since the door knows one name", () => {
    expect([...DROPPED].map(pathOf)).toEqual([...DROPPED]);
    expect(DROPPED.size).toBe(4);
  });
});

/** The fields of a row in the order of the table, in which the XML form is read. */
function inOrder(row: CsvRow): CsvRow {
  return Object.fromEntries(FIELDS.flatMap(({ field }) => (field in row ? [[field, row[field] ?? ""]] : [])));
}

describe("the table of fields", () => {
  test("stands in the README as it is in the code", () => {
    const readme = readFileSync(new URL("./README.md", import.meta.url), "utf8");
    expect(hasFieldTable(readme, FIELDS)).toBe(true);
  });

  test("is the shape of the file, header record and columns", () => {
    const { required, optional, preamble } = csv.shape;
    expect([...required, ...optional].toSorted()).toEqual(COLUMNS.toSorted());
    expect(preamble?.fields.map((name) => `H.${name}`)).toEqual(
      FIELDS.map(({ field }) => field).filter((field) => field.startsWith("H.")),
    );
  });

  const inResources = FIELDS.flatMap(({ field, to }) =>
    to === undefined || /^(RecordName|Relationship)/.test(to) ? [] : [[field, to] as const],
  );

  test.each(inResources)("%s reaches %s", (field, to) => {
    expect(everyField).toHaveProperty([field]);
    const { patient, made, organizations } = csv.map(recordOf(everyField), context);
    const resources = [patient, ...organizations, ...made.map(({ resource }) => resource)];
    const reached = resources
      .filter((resource) => resource !== undefined && to.startsWith(`${resource.resourceType}.`))
      .flatMap((resource) => evalFhirPath(to, resource) as unknown[]);
    expect(reached).not.toEqual([]);
  });

  test("every field with a value and no target is named as not carried, and no other but what the door drops", () => {
    const without = FIELDS.filter(({ field, to }) => field in everyField && to === undefined && !DROPPED.has(field));
    expect(recordOf(everyField).notCarried.toSorted()).toEqual(without.map(({ field }) => field).toSorted());
    expect(without.length).toBe(7);
  });
});

describe("where elements come from", () => {
  test.each(taken)("%s has no element that no row explains", (_name, mapped) => {
    expect(unexplained(earlyYearsCensus, mapped)).toEqual([]);
  });

  test("every row explains something", () => {
    expect(
      unusedRows(
        earlyYearsCensus,
        taken.map(([, mapped]) => mapped),
      ),
    ).toEqual([]);
  });
});

test("no message about a bad row repeats what stood in it", () => {
  const bad = Object.fromEntries(FIELDS.map(({ field }) => [field, `Zq${field.length}unheardof`]));
  const parsed = csv.parse(bad);
  expect(parsed.ok).toBe(false);
  expect(JSON.stringify(parsed)).not.toContain("unheardof");
});

test.each([
  ["FundedHours", "15,5"],
  ["FundedHours", "15h"],
  ["FundedHours", "Infinity"],
  ["FundedHours", "0x0F"],
  ["HoursAtSetting", "168.5"],
  ["HoursAtSetting", "1e2"],
  ["ExpandedWeeks", "54"],
  ["DAFIndicator", "maybe"],
  ["EYPPR", "2"],
  ["UPN", "G383399925001"],
  ["DOB", "44915"],
  ["DOB", "12/31/2023"],
  ["EarlyYearsURN", "799.990"],
  ["EarlyYearsURN", "499999"],
  ["EarlyYearsURN", "800000"],
  ["OfstedURN", "99999"],
  ["LAESTAB", "833990"],
  ["SchoolURN", "0990001"],
  ["H.Year", "26"],
  ["H.ReferenceDate", "46037"],
  ["H.Term", "Spring"],
])("%s = %s is an error that names the field", (field, value) => {
  const parsed = csv.parse({ ...plain, [field]: value });
  expect(parsed.ok ? [] : parsed.issues.map((issue) => [issue.severity, issue.field])).toEqual([["error", field]]);
});

test.each([
  ["Ethnicity", "ABRI", "CBDS CS080", "ABRI"],
  ["SENprovision", "s", "SENprovision", "S"],
])("%s = %s is counted as a code that its list does not know", (field, value, list, code) => {
  const parsed = csv.parse({ ...plain, [field]: value });
  expect(parsed.ok && parsed.warnings.map(({ unmapped }) => unmapped)).toEqual([{ list, code }]);
  expect(parsed.ok && parsed.record.notCarried).toContain(field);
});

test("each number of a setting is of the system of its column, whatever its length", () => {
  const numbers = { LAESTAB: "3833990", SchoolURN: "799990", EarlyYearsURN: "799990", OfstedURN: "799991" };
  const [organization] = csv.map(recordOf({ ...plain, ...numbers }), context).organizations;
  expect(organization?.identifier?.map(({ system, value }) => [system?.split("/").at(-1), value])).toEqual([
    ["laestab", "383/3990"],
    ["urn-school-number", "799990"],
    ["early-years-urn", "799990"],
    ["ofsted-urn", "799991"],
  ]);
});

test("the number of the authority in the column of Ofsted as well is a warning", () => {
  const parsed = csv.parse({ ...plain, OfstedURN: plain.EarlyYearsURN ?? "" });
  expect(parsed.ok && parsed.warnings.map(({ field }) => field)).toEqual(["OfstedURN"]);
});

test("a child is on the roll under every number of its setting, from the day that is known", () => {
  const stays = (row: CsvRow) =>
    csv
      .map(recordOf(row), context)
      .relationships.map(({ organization, start, end }) => [organization.value, start, end]);
  expect(stays(everyField)).toEqual(
    ["383/3990", "990001", "799990", "EY999990"].map((number) => [number, "2025-09-08", "2026-07-17"]),
  );
  expect(stays(plain)).toEqual([["799990", "2026-01-15", "2026-08-31"]]);
  const autumn = { ...plain, "H.Term": "AUT", "H.ReferenceDate": "2026-10-01" };
  expect(stays(autumn)).toEqual([["799990", "2026-10-01", "2027-08-31"]]);
});

test("two settings of a child, and two censuses, are records of their own", () => {
  const nameOf = (row: CsvRow): string => csv.recordId(recordOf(row));
  const others = [
    { ...plain, EarlyYearsURN: "799991" },
    { ...plain, "H.Year": "2027", "H.ReferenceDate": "2027-01-21" },
    { ...everyField, LAESTAB: "383/3991" },
    everyField,
  ];
  expect(new Set([plain, ...others].map(nameOf)).size).toBe(5);
  expect(nameOf({ ...plain, HoursAtSetting: "31" })).toBe(nameOf(plain));
});

test("no Patient or Observation tells what names the setting, which of a restricted child nobody may learn", () => {
  const { patient, made } = csv.map(recordOf(plain), context);
  const { managingOrganization: _, ...person } = patient ?? { resourceType: "Patient" };
  const told = [
    person,
    ...made.map(({ resource }) =>
      resource.resourceType === "Observation" ? { ...resource, performer: [] } : resource,
    ),
  ];
  expect(JSON.stringify(told)).not.toContain("799990");
  expect(made.length).toBe(2);
});

test("every year has rules: those in force, the first known before them, the last known after", () => {
  expect(entitlementOf(2019)).toBe(ENTITLEMENTS[0]);
  expect(entitlementOf(2025).expandedHours).toBe(15);
  expect(entitlementOf(2026).expandedHours).toBe(30);
  expect(entitlementOf(2040)).toBe(ENTITLEMENTS.at(-1));
});

test.each(["Surname", "Forename"])("an error of a spreadsheet is no %s", (field) => {
  const parsed = csv.parse({ ...plain, [field]: "#NAME?" });
  expect(parsed.ok ? [] : parsed.issues.map((issue) => issue.field)).toEqual([field]);
});
