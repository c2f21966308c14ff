import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { communityServicesDataSet } from "./mapper.ts";
import { type Golden, issuesOf, stage, tableOf } from "./staged.fixtures.ts";

function goldenOf(name: string): Golden {
  return JSON.parse(readFileSync(new URL(`./fixtures/${name}.json`, import.meta.url), "utf8"));
}

const { CYP001MPI = [], CYP201CareContact = [], CYP202CareActivity = [] } = goldenOf("every-field").rows;
const [root = {}] = CYP001MPI;
const [contact = {}] = CYP201CareContact;
const [activity = {}] = CYP202CareActivity;
const measured = { CareActivityID: "A-1" };

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
