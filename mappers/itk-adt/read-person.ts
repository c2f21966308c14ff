import type { Hl7Segment } from "@medplum/core";
import { displayOf } from "#profiles/generated/codes.ts";
import { type Gender, toGenderFromPersonStated } from "../datatypes/gender.ts";
import { isPseudoPostcode } from "../datatypes/postcode.ts";
import { fieldText, type Reading, type Repetition, repetitionsOf, textOf } from "./message.ts";
import type { Person, PersonAddress, PersonName } from "./record.ts";
import { readDay } from "./time.ts";

const ETHNIC_CATEGORY = "https://fhir.hl7.org.uk/CodeSystem/UKCore-EthnicCategoryEngland";

/** HL7 table 0001. Not applicable is told as other, as HL7's own mapping of version 2 to FHIR does. */
export const SEX: ReadonlyMap<string, Gender> = new Map([
  ["M", "male"],
  ["F", "female"],
  ["O", "other"],
  ["A", "other"],
  ["N", "other"],
  ["U", "unknown"],
  ["0", "unknown"],
]);

/** Codes in place of a practice: not registered, not applicable, not known (NHS Data Dictionary). */
const NO_PRACTICE: ReadonlySet<string> = new Set(["V81997", "V81998", "V81999"]);

/** Fields of the address that is taken. */
export const ADDRESS_FIELDS = ["PID-11.1", "PID-11.2", "PID-11.3", "PID-11.4", "PID-11.5", "PID-11.7"] as const;

interface Segments {
  readonly pid: Hl7Segment | undefined;
  readonly pd1: Hl7Segment | undefined;
  /** Takes the names of fields whose value did not reach a target. */
  readonly unreached: Set<string>;
}

/** What PID and PD1 say of the person; what is wrong with it is in the reading's issues. */
export function readPerson(reading: Reading, segments: Segments): Person {
  const { pid, pd1, unreached } = segments;
  const isRestricted = fieldText(reading, pd1, "PD1-12")?.toUpperCase() === "Y";
  if (fieldText(reading, pd1, "PD1-12") !== undefined && !isRestricted) unreached.add("PD1-12");
  const birthDate = readDate(reading, pid, "PID-7");
  const deceased = readDeceased(reading, pid, unreached);
  if (typeof deceased === "string" && birthDate !== undefined && deceased < birthDate) {
    refuse(reading, "PID-29", "lies before the birth date; correct one of them");
  }
  return {
    name: readName(reading, pid),
    birthDate,
    gender: readGender(reading, pid, unreached),
    ethnicCategory: readEthnicCategory(reading, pid, unreached),
    address: readAddress(reading, pid, unreached),
    multipleBirth: readMultipleBirth(reading, pid, unreached),
    deceased,
    practice: readPractice(reading, pd1, unreached),
    isRestricted,
  };
}

function refuse(reading: Reading, field: string, message: string): void {
  reading.issues.push({ severity: "error", field, message });
}

function readName(reading: Reading, pid: Hl7Segment | undefined): PersonName {
  const [name] = repetitionsOf(pid, 5);
  const part = (component: number) => textOf(reading, name, { field: `PID-5.${component}`, component });
  const family = part(1);
  const given = [part(2), part(3)].filter((text) => text !== undefined);
  if (family === undefined && given.length === 0) {
    refuse(reading, "PID-5.1", "missing; expected the legal name (HL7 v2.4, 3.4.2.5)");
  }
  return { family, given, suffix: part(4), prefix: part(5) };
}

/** The first repetition of the first of these types that there is; an empty type is one that is not told. */
function chosen(repetitions: readonly Repetition[], typeAt: number, types: readonly string[]): Repetition | undefined {
  for (const type of types) {
    const found = repetitions.find((each) => (each[typeAt - 1] ?? "").replace('""', "").toUpperCase() === type);
    if (found !== undefined) return found;
  }
  return undefined;
}

function readDate(reading: Reading, pid: Hl7Segment | undefined, field: string): string | undefined {
  const text = fieldText(reading, pid, field);
  if (text === undefined) return undefined;
  const day = readDay(text);
  if (day === undefined) refuse(reading, field, "expected a day of the calendar as YYYYMMDD (HL7 v2.4, TS)");
  return day;
}

function readDeceased(
  reading: Reading,
  pid: Hl7Segment | undefined,
  unreached: Set<string>,
): string | true | undefined {
  const day = readDate(reading, pid, "PID-29");
  const indicator = fieldText(reading, pid, "PID-30")?.toUpperCase();
  if (day !== undefined && indicator === "N") {
    refuse(reading, "PID-30", "says that the child lives, and PID-29 when it died; correct one of them");
  }
  if (day !== undefined) return day;
  if (indicator !== undefined && indicator !== "Y") unreached.add("PID-30");
  return indicator === "Y" ? true : undefined;
}

function readGender(reading: Reading, pid: Hl7Segment | undefined, unreached: Set<string>): Gender | undefined {
  const code = fieldText(reading, pid, "PID-8")?.toUpperCase();
  if (code === undefined) return undefined;
  const gender = SEX.get(code) ?? toGenderFromPersonStated(code);
  if (gender === undefined) tellUnmapped(reading, { field: "PID-8", list: "HL7 table 0001", code, unreached });
  return gender;
}

function readEthnicCategory(reading: Reading, pid: Hl7Segment | undefined, unreached: Set<string>): string | undefined {
  const code = fieldText(reading, pid, "PID-22")?.toUpperCase();
  if (code === undefined || displayOf(ETHNIC_CATEGORY, code) !== undefined) return code;
  tellUnmapped(reading, { field: "PID-22", list: "ETHNIC CATEGORY", code, unreached });
  return undefined;
}

/** A code that its list does not have: the record goes on without it. */
export function tellUnmapped(
  reading: Reading,
  told: { readonly field: string; readonly list: string; readonly code: string; readonly unreached: Set<string> },
): void {
  const { field, list, code, unreached } = told;
  unreached.add(field);
  reading.issues.push({
    severity: "warning",
    field,
    message: `not a code of ${list}; not carried`,
    ...(/^[A-Z0-9]{1,8}$/.test(code) ? { unmapped: { list, code } } : {}),
  });
}

function readAddress(reading: Reading, pid: Hl7Segment | undefined, unreached: Set<string>): PersonAddress | undefined {
  const repetitions = repetitionsOf(pid, 11);
  const home = chosen(repetitions, 7, ["H", "HOME", "P", ""]);
  if (home === undefined) {
    if (repetitions.length > 0) for (const field of ADDRESS_FIELDS) unreached.add(field);
    return undefined;
  }
  const part = (component: number) => textOf(reading, home, { field: `PID-11.${component}`, component });
  const postalCode = part(5);
  const isPlace = postalCode === undefined || !isPseudoPostcode(postalCode);
  if (!isPlace) unreached.add("PID-11.5");
  return {
    line: [part(1), part(2)],
    city: part(3),
    district: part(4),
    postalCode: isPlace ? postalCode : undefined,
  };
}

function readMultipleBirth(
  reading: Reading,
  pid: Hl7Segment | undefined,
  unreached: Set<string>,
): number | boolean | undefined {
  const order = fieldText(reading, pid, "PID-25");
  const indicator = fieldText(reading, pid, "PID-24")?.toUpperCase();
  if (order !== undefined && /^[1-9]$/.test(order)) return Number(order);
  if (order !== undefined) unreached.add("PID-25");
  if (indicator === "Y" || indicator === "N") return indicator === "Y";
  if (indicator !== undefined) unreached.add("PID-24");
  return undefined;
}

function readPractice(reading: Reading, pd1: Hl7Segment | undefined, unreached: Set<string>): string | undefined {
  const [facility] = repetitionsOf(pd1, 3);
  const code = textOf(reading, facility, { field: "PD1-3.3", component: 3 })?.toUpperCase();
  if (code === undefined) return undefined;
  if (NO_PRACTICE.has(code)) {
    unreached.add("PD1-3.3");
    return undefined;
  }
  if (/^[A-Z0-9]{3,12}$/.test(code)) return code;
  refuse(reading, "PD1-3.3", "expected the ODS code of a practice: 3 to 12 letters and digits");
  return undefined;
}
