import { existsSync, readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { ASQ3, ASQSE2 } from "#profiles/generated/codes.ts";
import { validateBase } from "#profiles/generated/validators.ts";
import { CTV3, READ_V2, SNOMED } from "#profiles/systems.ts";
import { validateProfiles } from "#profiles/validate-profile.ts";
import { hasFieldTable } from "../field-table.ts";
import { createFixtureContext } from "../fixture-context.ts";
import { unexplained, unusedRows } from "../lineage.ts";
import type { CsvRow, FieldIssue, Mapped, StagedRows, StagedTable } from "../mapper.ts";
import { readBreastfeedingFinding } from "./breastfeeding.ts";
import { FIELDS } from "./fields.ts";
import { communityServicesDataSet } from "./mapper.ts";
import { SCREENING_ITEMS } from "./screening-items.ts";

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
const context = createFixtureContext("leeds-csds");

function goldenOf(name: string): Golden {
  const found = goldens.find(([other]) => other === name);
  if (found === undefined) throw new Error(`no fixture ${name}`);
  return found[1];
}

const root = goldenOf("every-field").rows.CYP001MPI?.[0] ?? {};
const contact = goldenOf("every-field").rows.CYP201CareContact?.[0] ?? {};
const activity = goldenOf("every-field").rows.CYP202CareActivity?.[0] ?? {};
const measured = { CareActivityID: "A-1" };

function tableOf(name: string): StagedTable {
  const found = communityServicesDataSet.tables.find((table) => table.name === name);
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
  const mapped = JSON.parse(JSON.stringify(communityServicesDataSet.map(kept, context)));
  return { rows, kept, refused, warnings, mapped };
}

/** What the golden files map to where everything is computed that can be. */
function derived(): readonly Mapped[] {
  const switchedOn = createFixtureContext("leeds-csds", "383", ["asq-3-band", "growth-centile"]);
  return goldens.map(([, { rows }]) => communityServicesDataSet.map(stage(rows).kept, switchedOn));
}

function issuesOf(table: string, row: CsvRow): readonly (readonly [string, string])[] {
  const parsed = tableOf(table).parse(row);
  return (parsed.ok ? parsed.warnings : parsed.issues).map(({ severity, field }) => [severity, field]);
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
    const all = [...goldens.map(([, { mapped }]) => mapped), ...derived()];
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

interface PublishedMap {
  readonly group: readonly {
    readonly source: string;
    readonly target: string;
    readonly element: readonly { readonly code: string; readonly target: readonly { readonly code: string }[] }[];
  }[];
}

function readMap(id: string): PublishedMap {
  return JSON.parse(readFileSync(new URL(`../../profiles/ConceptMap/ConceptMap-${id}.json`, import.meta.url), "utf8"));
}

describe("what is published as a map", () => {
  const schemes: Readonly<Record<string, string>> = { [READ_V2]: "02", [CTV3]: "03", [SNOMED]: "04" };
  const findings = readMap("feeding-finding-to-breastfeeding-status").group.flatMap(({ source, element }) =>
    element.map(({ code, target }) => [code, schemes[source], target.map((one) => one.code)] as const),
  );

  test.each(findings)(
    "of feeding is what is mapped: the finding %s under scheme %s is %j",
    (code, scheme, statuses) => {
      expect([readBreastfeedingFinding(scheme, code)?.status]).toEqual(statuses);
    },
  );

  test("of newborn screens is what is mapped", () => {
    const published = readMap("newborn-screen-to-child-health").group.flatMap(({ target, element }) =>
      element.map((one) => [one.code, target, one.target[0]?.code]),
    );
    const mapped = SCREENING_ITEMS.flatMap(({ screens: [first, own] }) =>
      first === undefined || own === undefined ? [] : [[own.code, first.system, first.code]],
    );
    expect(published.toSorted()).toEqual(mapped.toSorted());
  });

  test("of blood spot statuses is what is mapped, condition by condition", () => {
    const { group } = readMap("csds-blood-spot-status-to-dch");
    const items = SCREENING_ITEMS.filter(({ table }) => table === "CYP604BloodSpotResult");
    expect(group).toHaveLength(9);
    for (const { target, element } of group) {
      for (const { code, target: targets } of element) {
        const reached = items.flatMap(({ toCodes }) => toCodes(code)).filter(({ system }) => system === target);
        expect(reached.map((one) => one.code)).toEqual(targets.map((one) => one.code));
      }
    }
  });
});

test("what is dropped at the door is in no stored row, key or warning", () => {
  for (const name of ["mother-and-safeguarding-fields", "safeguarding-codes-in-coded-entries"]) {
    const { kept, mapped, warnings } = stage(goldenOf(name).rows);
    const stored = JSON.stringify({ kept, mapped, warnings });
    expect(stored).not.toMatch(/_Mother|9990034028|Safeguarding|LookedAfter|SupervisionAndCare|CPP|ReferralReason/);
    expect(stored).not.toMatch(/836881000000105|342191000000101|886941000000103/);
  }
});

test.each(["836881000000105", "342191000000101", "886941000000103", "886951000000100", "1064461000000103"])(
  "the code %s is dropped wherever a coded entry can stand",
  (code) => {
    const activity = { CareActivityID: "A-1", CareContactID: "C-1" };
    for (const [table, row, field] of [
      ["CYP202CareActivity", { ...activity, Finding_Scheme: "04", CodedFinding: code }, "CodedFinding"],
      ["CYP202CareActivity", { ...activity, Procedure_Scheme: "06", CodedProcedure: code }, "CodedProcedure"],
      ["CYP202CareActivity", { ...activity, Observation_Scheme: "03", CodedObservation: code }, "CodedObservation"],
      ["CYP612CodedAssessmentContact", { CareActivityID: "A-1", SNOMED_ID: code, Score: "1" }, "SNOMED_ID"],
    ] as const) {
      expect(issuesOf(table, row)).toEqual([["warning", field]]);
      const parsed = tableOf(table).parse(row);
      expect(JSON.stringify(parsed)).not.toContain(code);
      expect(tableOf(table).key(row)).not.toContain(code);
      expect(JSON.stringify(tableOf(table).withhold?.(row))).not.toContain(code);
      expect(parsed.ok && tableOf(table).key(parsed.record)).toBe(tableOf(table).key(row));
    }
  },
);

test("a row that is refused for another reason has its safeguarding code marked all the same", () => {
  const table = tableOf("CYP202CareActivity");
  const row = { CareActivityID: "A-1", CareContactID: "", Finding_Scheme: "04", CodedFinding: "836881000000105" };
  expect(table.parse(row).ok).toBe(false);
  expect(table.withhold?.(row)).toEqual({ CareActivityID: "A-1", CareContactID: "", CodedFinding: "withheld" });
});

test.each([
  ["CYP001MPI", root, "Gender", "F", { list: "CSDS PERSON STATED GENDER CODE", code: "F" }],
  ["CYP202CareActivity", activity, "Activity_Type", "88", { list: "CSDS COMMUNITY CARE ACTIVITY TYPE", code: "88" }],
  ["CYP001MPI", root, "Gender", "Amina", undefined],
  ["CYP001MPI", root, "EthnicCategory", "9990034001", undefined],
])("in %s the row %j with %s = %s tells the code that its list does not have, and nothing that is none", (...told) => {
  const [table, row, field, value, unmapped] = told;
  const parsed = tableOf(table).parse({ ...row, [field]: value });
  expect(parsed.ok ? [] : parsed.issues.map((issue) => issue.unmapped)).toEqual([unmapped]);
});

test.each(["T74.0", "t74.0", "13IM.", "Z61.4", "TL7..", "SN55.", "14X3."])(
  "a finding of the chapter of %s is dropped under whatever scheme",
  (code) => {
    for (const scheme of ["01", "02", "03", "04", "09"]) {
      const row = { CareActivityID: "A-1", CareContactID: "C-1", Finding_Scheme: scheme, CodedFinding: code };
      expect(JSON.stringify(tableOf("CYP202CareActivity").parse(row))).not.toContain(code);
    }
  },
);

test.each(communityServicesDataSet.tables.filter(({ turnedAway }) => turnedAway !== undefined))(
  "a row of $name is taken in by nothing and says why",
  (table) => {
    const parsed = table.parse({ LocalPatientID: "HV-1" });
    expect(parsed).toEqual({
      ok: false,
      issues: [{ severity: "error", field: table.name, message: table.turnedAway }],
    });
  },
);

test.each([
  ["CYP001MPI", root, "NHSNumber", "9990034002"],
  ["CYP001MPI", root, "NHSNumber_Status", "1"],
  ["CYP001MPI", root, "DateOfBirth", "2022-02-30"],
  ["CYP001MPI", root, "DateOfBirth", "14/03/2022"],
  ["CYP001MPI", root, "DateOfDeath", "2022-03-13"],
  ["CYP001MPI", root, "Gender", "F"],
  ["CYP001MPI", root, "EthnicCategory", "Q"],
  ["CYP001MPI", root, "LocalPatientID", ""],
  ["CYP201CareContact", contact, "Contact_Date", "2024-06-31"],
  ["CYP201CareContact", contact, "Contact_Time", "25:00"],
  ["CYP201CareContact", contact, "AttendanceStatus", "8"],
  ["CYP201CareContact", contact, "AttendOrNot", "seen"],
  ["CYP202CareActivity", activity, "Activity_Type", "8"],
  ["CYP202CareActivity", activity, "CodedObservation", "363812008"],
  ["CYP202CareActivity", activity, "UC_UnitOfMeasurement", "inches"],
  ["CYP202CareActivity", activity, "ObservationValue", "486"],
  ["CYP202CareActivity", activity, "ObservationValue", "48,6"],
  ["CYP202CareActivity", activity, "ObservationValue", "4.86E+01"],
  ["CYP202CareActivity", activity, "CodedFinding", "169745009"],
  ["CYP202CareActivity", activity, "CodedFinding", "1.69745E+08"],
  ["CYP202CareActivity", activity, "CodedProcedure", "170099003"],
  ["CYP202CareActivity", { ...activity, Finding_Scheme: "02" }, "CodedFinding", "6.40E+02"],
  ["CYP202CareActivity", { ...activity, Finding_Scheme: "03" }, "CodedFinding", "169745008"],
  ["CYP202CareActivity", { ...activity, Finding_Scheme: "01" }, "CodedFinding", "=L20.9"],
  ["CYP000Header", { OrgID_Provider: "Z9911", RP_StartDate: "2024-06-01" }, "RP_EndDate", "2024-05-31"],
  ["CYP604BloodSpotResult", { LocalPatientID: "HV-1" }, "Result_MCADD", "not suspected"],
  ["CYP605IPE", { LocalPatientID: "HV-1", Examination_Date: "2022-03-16" }, "Result_Eyes", "1"],
  [
    "CYP609CodedAssessmentReferral",
    { ServiceRequestID: "R-1", SNOMED_ID: "953261000000103", Score: "10" },
    "AssessmentCompletion_Date",
    "",
  ],
  ["CYP612CodedAssessmentContact", { ...measured, SNOMED_ID: "953261000000103" }, "Score", "1.10E+01"],
  ["CYP610BreastfeedingStatus", measured, "BreastFeedingStatus", "1"],
  ["CYP611Obs", measured, "Weight", "0.149"],
  ["CYP611Obs", measured, "Weight", "12450"],
  ["CYP611Obs", measured, "Weight", "-3"],
  ["CYP611Obs", measured, "Height", "0.199"],
  ["CYP611Obs", measured, "Height", "3.001"],
  ["CYP611Obs", measured, "Length", "0.56"],
  ["CYP612CodedAssessmentContact", { ...measured, SNOMED_ID: "953261000000103" }, "Score", "60.1"],
  ["CYP612CodedAssessmentContact", { ...measured, SNOMED_ID: "953261000000103" }, "Score", "-1"],
  ["CYP612CodedAssessmentContact", { ...measured, SNOMED_ID: "1054011000000104" }, "Score", "466"],
  ["CYP612CodedAssessmentContact", { ...measured, Score: "1" }, "SNOMED_ID", "9.53261E+14"],
  ["CYP612CodedAssessmentContact", { ...measured, Score: "1" }, "SNOMED_ID", "953261000000100"],
])("in %s the row %j with %s = %s is an error that names the column", (table, row, field, value) => {
  expect(issuesOf(table, { ...row, [field]: value })).toEqual([["error", field]]);
});

test.each([
  ["CYP611Obs", "Weight", "0.15"],
  ["CYP611Obs", "Weight", "500"],
  ["CYP611Obs", "Height", "0.2"],
  ["CYP611Obs", "Height", "3"],
  ["CYP611Obs", "Length", "20"],
])("in %s the last value in range, %s = %s, is taken", (table, field, value) => {
  expect(issuesOf(table, { ...measured, [field]: value })).toEqual([]);
});

test("no message about a bad row repeats what stood in it", () => {
  for (const table of communityServicesDataSet.tables) {
    const bad = Object.fromEntries([...table.required, ...table.optional].map((column) => [column, "Zq unheardof"]));
    const parsed = table.parse(bad);
    expect(parsed.ok).toBe(false);
    expect(JSON.stringify(parsed)).not.toContain("unheardof");
  }
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
