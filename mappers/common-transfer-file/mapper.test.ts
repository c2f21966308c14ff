import { existsSync, readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { evalFhirPath } from "@medplum/core";
import { describe, expect, test } from "vitest";
import { hasFieldTable } from "../field-table.ts";
import { createFixtureContext } from "../fixture-context.ts";
import { unexplained, unusedRows } from "../lineage.ts";
import type { FieldIssue, Mapped } from "../mapper.ts";
import { FIELDS } from "./fields.ts";
import { commonTransferFile } from "./mapper.ts";
import { readTransferFile } from "./xml-fixture.ts";

interface Golden {
  readonly issues?: readonly FieldIssue[];
  readonly warnings?: readonly FieldIssue[];
  readonly mapped?: Mapped;
}

const folder = fileURLToPath(new URL("./fixtures/", import.meta.url));
const names = readdirSync(folder)
  .filter((file) => file.endsWith(".xml"))
  .map((file) => file.replace(/\.xml$/, ""));
const context = createFixtureContext("leeds-ctf");

function parseXml(xml: string): ReturnType<typeof commonTransferFile.parse> {
  const { header, pupils } = readTransferFile(xml);
  const [element] = pupils;
  if (element === undefined) throw new Error("no pupil");
  return commonTransferFile.parse({ header, element });
}

function parseFixture(name: string): ReturnType<typeof commonTransferFile.parse> {
  return parseXml(readFileSync(`${folder}${name}.xml`, "utf8"));
}

function mapFixture(name: string): Mapped {
  const parsed = parseFixture(name);
  if (!parsed.ok) throw new Error("the pupil was refused");
  return commonTransferFile.map(parsed.record, context);
}

test.each(names)("%s is read and mapped as its golden file says", (name) => {
  const golden: Golden = JSON.parse(readFileSync(`${folder}${name}.json`, "utf8"));
  const parsed = parseFixture(name);
  if (!parsed.ok) {
    expect({ issues: parsed.issues }).toEqual(golden);
    return;
  }
  const mapped = JSON.parse(JSON.stringify(commonTransferFile.map(parsed.record, context)));
  expect({ warnings: parsed.warnings, mapped }).toEqual(golden);
});

describe("the table of fields", () => {
  test("stands in the README as it is in the code", () => {
    const readme = readFileSync(new URL("./README.md", import.meta.url), "utf8");
    expect(hasFieldTable(readme, FIELDS)).toBe(true);
  });

  const everything = ["every-element", "version-24-gender"].map((name) => ({
    xml: readFileSync(`${folder}${name}.xml`, "utf8"),
    mapped: mapFixture(name),
  }));

  test.each(FIELDS.filter(({ to }) => to !== undefined).map(({ field, to = "" }) => [field, to] as const))(
    "%s reaches %s",
    (field, to) => {
      const lastName = field.slice(field.lastIndexOf("/") + 1);
      const reached = everything
        .filter(({ xml }) => xml.includes(`<${lastName}>`))
        .flatMap(({ mapped: { patient, made, organizations, relationships } }) => [
          patient,
          ...organizations,
          ...made.map(({ resource }) => resource),
          ...relationships.map((relationship) => ({ ...relationship, resourceType: "Relationship" })),
        ])
        .filter((thing) => thing !== undefined && to.startsWith(`${thing.resourceType}.`))
        .flatMap((thing) => evalFhirPath(to.replace(/^Relationship\./, ""), { ...thing }) as unknown[]);
      expect(reached).not.toEqual([]);
    },
  );

  test("every element with a value and no target is named as not carried, and so is one that nobody knows", () => {
    const without = FIELDS.filter(({ to }) => to === undefined).map(({ field }) => field);
    expect(mapFixture("every-element").notCarried.toSorted()).toEqual(
      [...without.filter((field) => field !== "Header/DataDescriptor"), "Unheard/Of"].toSorted(),
    );
  });
});

test("what is dropped at the door is nowhere but in the list of names", () => {
  const parsed = parseFixture("looked-after-former-number-left-out");
  if (!parsed.ok) throw new Error("the pupil was refused");
  const { notCarried, ...record } = parsed.record;
  expect(notCarried).toEqual(expect.arrayContaining(["LookedAfter", "BasicDetails/FormerUPN"]));
  expect(JSON.stringify(record)).not.toMatch(/E38339992501A|lookedAfter|InCare/i);
});

test.each([
  ["every-element", ["usual", "old"]],
  ["looked-after-former-number-left-out", ["usual"]],
  ["former-number-without-word-on-care", ["usual"]],
])("a former number is kept only where the file says that the pupil is not looked after: %s", (name, uses) => {
  expect(mapFixture(name).patient?.identifier?.map(({ use }) => use)).toEqual(uses);
});

test.each([
  ["wrong-check-letter-and-impossible-date", ["UPN", "DOB"]],
  ["goal-under-another-subject", ["StageAssessments/KeyStage/StageAssessment[Component=E01]/Subject"]],
  ["same-goal-twice", ["StageAssessments/KeyStage/StageAssessment[Component=E01]/Result"]],
  ["year-missing", ["StageAssessments/KeyStage/StageAssessment[Component=E01]/Year"]],
])("%s is refused and names its elements", (name, fields) => {
  const parsed = parseFixture(name);
  expect(parsed.ok ? [] : parsed.issues.map(({ field }) => field)).toEqual(fields);
});

test("a bad pupil's text is in no message", () => {
  const xml = readFileSync(`${folder}every-element.xml`, "utf8").replaceAll(
    /<(UPN|DOB|Sex|Component|Subject|Stage|Year|Result|PostCode|EntryDate|FormerUPN|CTFversion)>[^<]*</g,
    (text, name) => (name === "Stage" && text.includes("EYF") ? text : `<${name}>unheardof<`),
  );
  const parsed = parseXml(xml);
  expect(parsed.ok).toBe(false);
  expect(JSON.stringify(parsed)).not.toContain("unheardof");
});

test("a profile that is sent again is the same record, and a file without one is another", () => {
  const idOf = (xml: string): string => {
    const parsed = parseXml(xml);
    return parsed.ok ? commonTransferFile.recordId(parsed.record) : "";
  };
  const first = readFileSync(`${folder}every-element.xml`, "utf8");
  const yearLater = first.replace("<AcademicYear>2025<", "<AcademicYear>2026<").replace("2026-06-26T", "2027-06-26T");
  expect(idOf(yearLater)).toBe(idOf(first));
  expect(idOf(readFileSync(`${folder}no-profile.xml`, "utf8"))).not.toBe(idOf(first));
});

test("a child who came in January was assessed by the school it came to", () => {
  const { made } = mapFixture("every-element");
  const performers = made.map(({ resource }) =>
    resource.resourceType === "Observation" ? resource.performer?.[0]?.reference : undefined,
  );
  expect(new Set(performers)).toEqual(new Set(["Organization/laestab-383-3999"]));
});

const skeleton = fileURLToPath(new URL("../../../shared/data/education/ctf25_eyfs_skeleton.xml", import.meta.url));

test.runIf(existsSync(skeleton))("a file written elsewhere maps, with all that goes nowhere named", () => {
  const parsed = parseXml(readFileSync(skeleton, "utf8"));
  if (!parsed.ok) throw new Error("the pupil was refused");
  expect(parsed.warnings).toEqual([]);
  const mapped = commonTransferFile.map(parsed.record, context);
  expect(mapped.made.map(({ slot }) => slot)).toEqual(["2026/E01", "2026/E02", "2026/good-level-of-development"]);
  expect(mapped.notCarried.filter((field) => !field.startsWith("Header/"))).toEqual([
    "BasicDetails/NCyearActual",
    "BasicDetails/Ethnicity",
    "BasicDetails/EthnicitySource",
    "BasicDetails/Languages",
    "BasicDetails/EnrolStatus",
    "BasicDetails/MedicalFlag",
    "FSMhistory",
    "LookedAfter",
    "SENhistory",
    "Attendance",
  ]);
  expect(mapped.patient?.name?.map(({ use, given }) => [use, given])).toEqual([
    ["official", ["AMARA"]],
    ["usual", ["Mara"]],
  ]);
});

describe("where elements come from", () => {
  const mapped = names.flatMap((name) => (parseFixture(name).ok ? [[name, mapFixture(name)] as const] : []));

  test.each(mapped)("%s has no element that no row explains", (_name, made) => {
    expect(unexplained(commonTransferFile, made)).toEqual([]);
  });

  test("every row explains something", () => {
    expect(
      unusedRows(
        commonTransferFile,
        mapped.map(([, made]) => made),
      ),
    ).toEqual([]);
  });
});

test("fields with text are told once each, by the names of the table, blocks as a whole and nothing dropped at the door", () => {
  const filled = ["every-element", "version-24-gender"].map((name) => {
    const { header, pupils } = readTransferFile(readFileSync(`${folder}${name}.xml`, "utf8"));
    return commonTransferFile.filled?.({ header, element: pupils[0] ?? header }) ?? [];
  });
  const known = FIELDS.filter(({ field, droppedAtDoor }) => droppedAtDoor !== true && !field.includes("["));
  const told = new Set(filled.flat());
  expect(known.map(({ field }) => field).filter((field) => !told.has(field))).toEqual(["Header/DataDescriptor"]);
  for (const fields of filled) expect(fields).toHaveLength(new Set(fields).size);
  expect(told.size).toBe(known.length - 1);
});

test("a sex that its list does not have is told as an unknown code", () => {
  const xml = readFileSync(`${folder}every-element.xml`, "utf8").replace(/<Sex>[^<]*</, "<Sex>Q<");
  const parsed = parseXml(xml);
  expect(parsed.ok && parsed.warnings.map(({ unmapped }) => unmapped)).toEqual([
    { list: "CBDS N00783 sex", code: "Q" },
  ]);
});
