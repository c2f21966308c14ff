import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { evalFhirPath } from "@medplum/core";
import type { Patient } from "@medplum/fhirtypes";
import { describe, expect, test } from "vitest";
import { validateBase } from "#profiles/generated/validators.ts";
import { hasFieldTable } from "../field-table.ts";
import { createFixtureContext } from "../fixture-context.ts";
import { unexplained, unusedRows } from "../lineage.ts";
import type { FieldIssue, Mapped, SourceIdentity } from "../mapper.ts";
import { FIELDS } from "./fields.ts";
import { filled } from "./filled.ts";
import { itkAdt } from "./mapper.ts";
import { withhold } from "./withhold.ts";

interface Golden {
  readonly message: readonly string[];
  readonly issues?: readonly FieldIssue[];
  readonly warnings?: readonly FieldIssue[];
  readonly recordId?: string;
  readonly identity?: SourceIdentity;
  readonly writtenAt?: string;
  readonly mapped?: Mapped;
}

const folder = fileURLToPath(new URL("./fixtures/", import.meta.url));
const goldens: readonly (readonly [string, Golden])[] = readdirSync(folder).map((file) => [
  file.replace(/\.json$/, ""),
  JSON.parse(readFileSync(folder + file, "utf8")),
]);
const context = createFixtureContext("leeds-adt");

function read({ message }: Golden): Golden {
  const parsed = itkAdt.parse(`${message.join("\r")}\r`);
  if (!parsed.ok) return { message, issues: parsed.issues };
  const { record, warnings } = parsed;
  return {
    message,
    warnings,
    recordId: itkAdt.recordId(record),
    identity: itkAdt.identity(record),
    writtenAt: new Date(itkAdt.writtenAt?.(record) ?? Number.NaN).toISOString(),
    mapped: JSON.parse(JSON.stringify(itkAdt.map(record, context))),
  };
}

function goldenOf(name: string): Golden {
  const found = goldens.find(([other]) => other === name);
  if (found === undefined) throw new Error(`no fixture ${name}`);
  return found[1];
}

function patientOf(name: string): Patient {
  const patient = goldenOf(name).mapped?.patient;
  if (patient === undefined) throw new Error(`${name} tells of no person`);
  return patient;
}

const added = goldenOf("added").message;
const everyField = goldenOf("every-field");
const everyMessage = `${everyField.message.join("\r")}\r`;
const allMapped = goldens.flatMap(([, { mapped }]) => (mapped === undefined ? [] : [mapped]));

test.each(goldens)("%s is read and mapped as its golden file says", (_name, golden) => {
  expect(read(golden)).toEqual(golden);
});

test("every Patient of the golden files is valid R4", () => {
  const patients = allMapped.flatMap(({ patient }) => (patient === undefined ? [] : [patient]));
  expect(patients.length).toBeGreaterThan(15);
  expect(patients.flatMap((patient) => [...validateBase(patient)])).toEqual([]);
});

describe("the table of fields", () => {
  test("stands in the README as it is in the code", () => {
    expect(hasFieldTable(readFileSync(new URL("./README.md", import.meta.url), "utf8"), FIELDS)).toBe(true);
  });

  test("explains every element of all that the fixtures make, and no row explains nothing", () => {
    expect(allMapped.flatMap((mapped) => unexplained(itkAdt, mapped))).toEqual([]);
    expect(unusedRows(itkAdt, allMapped)).toEqual([]);
  });

  test.each(
    FIELDS.filter(({ to }) => to?.startsWith("Patient") === true).map(({ field, to = "" }) => [field, to] as const),
  )("%s reaches %s", (field, to) => {
    const reached = goldens
      .filter(([, { message, mapped }]) => mapped !== undefined && filled(message.join("\r")).includes(field))
      .flatMap(([, { mapped }]) => evalFhirPath(to, mapped?.patient) as unknown[]);
    expect(reached).not.toEqual([]);
  });

  test("names every field with a value and no target as not carried or dropped, and no field is without a row", () => {
    const names = filled(everyMessage);
    const rows = new Map(FIELDS.map((row) => [row.field, row]));
    const without = names.filter((name) => rows.get(name)?.to === undefined);
    const { dropped } = withhold(everyMessage);
    expect(everyField.mapped?.notCarried.toSorted()).toEqual(without.concat("PD1-12", "PID-3").toSorted());
    expect(names.filter((name) => !rows.has(name))).toEqual([
      ...["PID-3.2", "PID-3.3", "PID-5.6", "PID-11.8", "PID-11.9"],
      "ZU1",
    ]);
    expect(dropped.filter((name) => rows.get(name)?.droppedAtDoor !== true)).toEqual(["ZU1"]);
    expect(dropped.length).toBeGreaterThan(12);
  });
});

test("what is dropped at the door is in nothing that is kept, and the rest of the message is", () => {
  const { kept, dropped } = withhold(everyMessage);
  expect(kept).not.toMatch(/Sana|protection|Mothername|Alias|01130000000|9990034028|PEN|ZU1/);
  expect(kept).toContain("Okonjo^Nadia^Grace");
  expect(withhold(kept)).toEqual({ kept, dropped: [] });
  expect(dropped).toEqual(expect.arrayContaining(["NK1", "OBX", "AL1", "ZU1", "PID-6", "PID-13", "PD1-2"]));
});

test("of a text that cannot be taken apart nothing is kept", () => {
  expect(withhold("PID|||1||Okonjo")).toEqual({ kept: "", dropped: [] });
  expect(withhold("MSHaaaaaa\rNK1|1|Okonjo")).toEqual({ kept: "MSH", dropped: [] });
});

test("no error or warning repeats a value, beside the code that no list has", () => {
  const values = ["Okonjo", "Nadia", "9990034002", "9990034001", "20270101", "LS14", "8000002"];
  const told = goldens.flatMap(([, golden]) => [...(golden.issues ?? []), ...(golden.warnings ?? [])]);
  expect(told.length).toBeGreaterThan(20);
  expect(values.filter((value) => JSON.stringify(told).includes(value))).toEqual([]);
});

test("the same message in other separators, escapes and line ends says the same", () => {
  const restated = added.map((segment) =>
    segment.replace("^~\\&", "$%/*").replaceAll("^", "$").replaceAll("~", "%").replaceAll("|", "!"),
  );
  const [plain, other, lines] = [added.join("\r"), restated.join("\r"), added.join("\r\n")].map((text) => {
    const parsed = itkAdt.parse(text);
    return parsed.ok ? itkAdt.map(parsed.record, context).patient : parsed.issues;
  });
  expect(other).toEqual(plain);
  expect(lines).toEqual(plain);
});

test("a message sent again under another control id is the same content", () => {
  const again = added.map((segment) => segment.replace("|1|P|", "|2|P|"));
  const [first, second] = [added, again].map((message) => {
    const parsed = itkAdt.parse(message.join("\r"));
    return parsed.ok ? parsed.record : parsed.issues;
  });
  expect(again).not.toEqual(added);
  expect(second).toEqual(first);
});

describe("a restricted child", () => {
  test("is told with its label, without address and practice", () => {
    const { meta, address, generalPractitioner } = patientOf("restricted");
    expect([meta?.security?.[0]?.code, address, generalPractitioner]).toEqual(["R", undefined, undefined]);
  });

  test("is registered with its practice all the same", () => {
    expect(goldenOf("restricted").mapped?.relationships.map(({ kind }) => kind)).toEqual(["gp-registration"]);
  });
});

describe("a merge", () => {
  test("tells of no person, no registration and no details that could take the place of others", () => {
    const { mapped, identity } = goldenOf("merged");
    expect([mapped?.patient, mapped?.relationships]).toEqual([undefined, []]);
    expect(Object.keys(identity ?? {})).toEqual(["localId", "nhsNumber", "nhsNumberStatus"]);
  });

  test("is another record than the person, so that an update does not undo it", () => {
    expect(goldenOf("merged").recordId).not.toBe(goldenOf("merged").identity?.localId);
  });
});

test.each([
  "MSH",
  "MSH|^~\\&",
  "MSH|^~\\&|",
  "MSH|^~\\&||||||||||||||||||||||||||",
  `MSH|^~\\&|||||20260301||ADT^A28|1|P|2.4\rPID${"|".repeat(5000)}`,
  `MSH|^~\\&|||||20260301||ADT^A28|1|P|2.4\rPID|||${"~".repeat(200_000)}`,
  `MSH|^~\\&|||||20260301||ADT^A28|1|P|2.4\rPID|||1||${"\\".repeat(200_001)}`,
  `MSH|^~\\&|||||20260301||ADT^A28|1|P|2.4\rPID|||1||${"\\X".repeat(100_000)}`,
  `MSH|^~\\&|||||20260301||ADT^A28|1|P|2.4\rPID|||1||A\0B`,
  "MSH\u{1f476}\u{1f476}\u{1f476}\rPID",
  "MSHMSHMSH|||",
  "\u{feff}MSH|^~\\&|",
  "",
])("text that is no message is told as such and never throws: %.40j", (text) => {
  expect(itkAdt.parse(text).ok).toBe(false);
  expect(filled(text)).toBeInstanceOf(Array);
});
