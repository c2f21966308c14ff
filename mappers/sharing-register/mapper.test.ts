import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { evalFhirPath } from "@medplum/core";
import type { Consent } from "@medplum/fhirtypes";
import { describe, expect, test } from "vitest";
import { hasFieldTable } from "../field-table.ts";
import { createFixtureContext } from "../fixture-context.ts";
import { unexplained, unusedRows } from "../lineage.ts";
import type { CsvRow, FieldIssue, Mapped } from "../mapper.ts";
import { FIELDS } from "./fields.ts";
import { sharingRegister } from "./mapper.ts";

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
const context = createFixtureContext("leeds-sharing");

function rowOf(name: string): CsvRow {
  const found = goldens.find(([other]) => other === name);
  if (found === undefined) throw new Error(`no fixture ${name}`);
  return found[1].row;
}

function consentOf(row: CsvRow): Consent {
  const parsed = sharingRegister.parse(row);
  if (!parsed.ok) throw new Error("the row was refused");
  const [made] = sharingRegister.map(parsed.record, context).made;
  if (made?.resource.resourceType !== "Consent") throw new Error("no Consent");
  return made.resource;
}

function without(row: CsvRow, ...fields: readonly string[]): CsvRow {
  return Object.fromEntries(Object.entries(row).filter(([field]) => !fields.includes(field)));
}

const everyColumn = rowOf("every-column");

test.each(goldens)("%s is read and mapped as its golden file says", (_name, golden) => {
  const parsed = sharingRegister.parse(golden.row);
  if (!parsed.ok) {
    expect({ issues: parsed.issues }).toEqual({ issues: golden.issues });
    return;
  }
  expect({
    warnings: parsed.warnings,
    mapped: JSON.parse(JSON.stringify(sharingRegister.map(parsed.record, context))),
  }).toEqual({ warnings: golden.warnings, mapped: golden.mapped });
});

describe("the table of fields", () => {
  test("stands in the README as it is in the code", () => {
    const readme = readFileSync(new URL("./README.md", import.meta.url), "utf8");
    expect(hasFieldTable(readme, FIELDS)).toBe(true);
  });

  test("is the shape of the file, and the row with every column has every column", () => {
    const { required, optional } = sharingRegister.shape;
    const fields = FIELDS.map(({ field }) => field).toSorted();
    expect([...required, ...optional].toSorted()).toEqual(fields);
    expect(Object.keys(everyColumn).toSorted()).toEqual(fields);
  });

  test.each(FIELDS.filter(({ to }) => to !== undefined).map(({ field, to = "" }) => [field, to] as const))(
    "%s reaches %s",
    (_field, to) => {
      const parsed = sharingRegister.parse(everyColumn);
      const identity = parsed.ok ? { ...sharingRegister.identity(parsed.record) } : {};
      const reached = to.startsWith("SourceIdentity.")
        ? evalFhirPath(to.replace("SourceIdentity.", ""), identity)
        : evalFhirPath(to, consentOf(everyColumn));
      expect(reached).not.toEqual([]);
    },
  );

  test("every field with a value and no target is named as not carried, and no other", () => {
    const parsed = sharingRegister.parse(everyColumn);
    const notCarried = parsed.ok ? sharingRegister.map(parsed.record, context).notCarried : [];
    expect(notCarried).toEqual(FIELDS.filter(({ to }) => to === undefined).map(({ field }) => field));
    expect(notCarried.length).toBeGreaterThan(0);
  });

  test("what finds the child, and a parent's name, stand in no resource", () => {
    const parsed = sharingRegister.parse(everyColumn);
    if (!parsed.ok) throw new Error("the row was refused");
    const { made, organizations } = sharingRegister.map(parsed.record, context);
    const resources = JSON.stringify([made, organizations]);
    const personal = ["child_id", "nhs_number", "upn", "given_name", "family_name", "birth_date", "postcode"];
    expect([...personal, "responsible_name"].filter((field) => resources.includes(`${everyColumn[field]}`))).toEqual(
      [],
    );
    expect(resources).not.toContain("9990000018");
  });
});

test.each([
  ["record_id", "9990000018"],
  ["nhs_number", "9990000019"],
  ["upn", "G383399925001"],
  ["birth_date", "2021-02-30"],
  ["decision", "veto"],
  ["data_classes", "education;gossip"],
  ["data_classes", ";"],
  ["data_classes", "sharing"],
  ["recipients", "3833999"],
  ["recipients", "383/3999;?"],
  ["purposes", "TREAT;CURIOSITY"],
  ["state", "pending"],
  ["decided_on", "soon"],
  ["valid_from", "2026-13-01"],
  ["valid_until", "2020-01-01"],
  ["recorded_on", "yesterday"],
  ["responsible_person", "local-authority"],
])("%s = %s is an error that names the column and not the value", (field, value) => {
  const parsed = sharingRegister.parse({ ...everyColumn, [field]: value });
  expect(parsed.ok ? [] : parsed.issues.map((issue) => [issue.severity, issue.field])).toEqual([["error", field]]);
});

test.each([
  ["record_id", []],
  ["birth_date", []],
  ["decision", []],
  ["data_classes", []],
  ["state", ["decided_by", "decided_on"]],
  ["decided_by", []],
  ["decided_on", []],
  ["valid_from", []],
  ["recorded_by", []],
  ["recorded_on", []],
  ["responsible_person", []],
  ["nhs_number", ["upn", "postcode"]],
])("an objection that was upheld, without %s, is an error that names it", (field, alsoWithout) => {
  const parsed = sharingRegister.parse(without(everyColumn, field, ...alsoWithout));
  expect(parsed.ok ? [] : parsed.issues.map((issue) => issue.field)).toEqual([field]);
});

test.each([
  ["an agreement with a state", { decision: "agreement", state: "received" }, ["state"]],
  ["an agreement that somebody decided on", { decision: "agreement", decided_by: "Panel" }, ["decided_by"]],
  ["a received objection with a decision", { state: "received", decided_on: "2026-05-01" }, ["decided_on"]],
])("%s is contradictory", (_name, change, fields) => {
  const parsed = sharingRegister.parse({
    ...without(everyColumn, "state", "decided_by", "decided_on"),
    ...change,
  });
  expect(parsed.ok ? [] : parsed.issues.map((issue) => issue.field)).toEqual(fields);
});

test.each([
  ["received", "active"],
  ["upheld", "active"],
  ["refused", "rejected"],
])("an objection that is %s has the status %s", (state, status) => {
  const row = state === "received" ? without(everyColumn, "decided_by", "decided_on") : everyColumn;
  expect(consentOf({ ...row, state }).status).toBe(status);
});

test("what is denied stands in a nested rule, and the root never denies", () => {
  const { provision, policyRule } = consentOf(everyColumn);
  expect([provision?.type, provision?.class, provision?.actor, provision?.purpose]).toEqual([
    "permit",
    undefined,
    undefined,
    undefined,
  ]);
  expect(provision?.provision?.map(({ type }) => type)).toEqual(["deny"]);
  expect(policyRule?.coding?.[0]?.code).toBe("OPTIN");
});

test("an objection without recipients or purposes holds against everyone and every purpose", () => {
  const [rule] = consentOf(without(everyColumn, "recipients", "purposes")).provision?.provision ?? [];
  expect([rule?.actor, rule?.purpose]).toEqual([undefined, undefined]);
});

test.each([
  ["nhs_number", { nhs_number: "999 000 0018" }],
  ["upn", { upn: "f383399925001" }],
  ["details", { given_name: "Ada", family_name: "Okafor", postcode: "ls64ci" }],
])("a child can be found by %s, and no number of the person becomes the name the register gives it", (_name, found) => {
  const row = without(everyColumn, "child_id", "nhs_number", "upn", "given_name", "family_name", "postcode");
  const parsed = sharingRegister.parse({ ...row, child_id: "9990000018", ...found });
  if (!parsed.ok) throw new Error("the row was refused");
  const { localId, birthDate, ...identity } = sharingRegister.identity(parsed.record);
  expect(localId).toMatch(/^child-/);
  expect(Object.keys(identity).length).toBe(Object.keys(found).length);
});

test("a later row with the same record_id is the same record and makes the same resource", () => {
  const parsed = [everyColumn, { ...everyColumn, valid_until: "2026-12-31" }].map((row) => sharingRegister.parse(row));
  const named = parsed.map((one) => {
    if (!one.ok) throw new Error("the row was refused");
    return [sharingRegister.recordId(one.record), sharingRegister.map(one.record, context).made[0]?.slot];
  });
  expect(named[0]).toEqual(named[1]);
});

describe("where elements come from", () => {
  const mapped = goldens.flatMap(([name, golden]) =>
    golden.mapped === undefined ? [] : [[name, golden.mapped] as const],
  );

  test.each(mapped)("%s has no element that no row explains", (_name, made) => {
    expect(unexplained(sharingRegister, made)).toEqual([]);
  });

  test("every row explains something", () => {
    expect(
      unusedRows(
        sharingRegister,
        mapped.map(([, made]) => made),
      ),
    ).toEqual([]);
  });
});
