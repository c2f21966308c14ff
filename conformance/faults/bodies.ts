import { createHash } from "node:crypto";
import { NHS_NUMBER } from "#profiles/systems.ts";
import { at, list, text } from "../json.ts";
import { childOf, type Shown } from "./journal.ts";

/** What the load writes: people and findings nobody has, each telling by itself which write of which item it is. */

const KEY_SYSTEM = "https://faults.example/item";
const MARK_SYSTEM = "https://faults.example/mark";
/** Synthetic numbers from the far end of a range that others take from the front. */
const NUMBERS_FROM = 999_800_000;

/** One write of one item. */
export interface Write extends Shown {
  /** Of the Patient, where the item is an Observation. */
  readonly patient?: string | undefined;
  readonly id?: string | undefined;
  /** Absent: the child has no NHS number, and is found by a mark of its own. */
  readonly nhsNumber?: string | undefined;
}

/** The identifier, `system|value`, by which this write of a Patient is found and no other. */
export function identifierOf({ item, number, nhsNumber }: Write): string {
  return nhsNumber === undefined ? `${MARK_SYSTEM}|${item}.${number}` : `${NHS_NUMBER}|${nhsNumber}`;
}

export function toBody(write: Write): string {
  return JSON.stringify(write.patient === undefined ? toPatient(write) : toObservation(write, write.patient));
}

function toPatient(write: Write) {
  const { item, number, id, nhsNumber } = write;
  const own = [
    { system: KEY_SYSTEM, value: item },
    { system: MARK_SYSTEM, value: `${item}.${number}` },
  ];
  return {
    resourceType: "Patient",
    ...(id !== undefined && { id }),
    identifier: nhsNumber === undefined ? own : [{ system: NHS_NUMBER, value: nhsNumber }],
    name: [{ family: item, given: [`N${number}`, sealOf(write)] }],
    gender: "unknown",
    birthDate: "2022-03-04",
  };
}

function toObservation(write: Write, patient: string) {
  const { item, number, id } = write;
  return {
    resourceType: "Observation",
    ...(id !== undefined && { id }),
    status: "final",
    identifier: [{ system: KEY_SYSTEM, value: item }],
    code: { coding: [{ system: "http://loinc.org", code: "29463-7", display: "Body weight" }], text: "Body weight" },
    subject: { reference: `Patient/${patient}` },
    effectiveDateTime: "2026-05-06",
    valueQuantity: { value: number, unit: "kg", system: "http://unitsofmeasure.org", code: "kg" },
    note: [{ text: sealOf(write) }],
  };
}

/** Long enough that a body of two halves does not pass for one. */
function sealOf({ item, number }: Shown): string {
  return createHash("sha256").update(`${item} ${number}`).digest("hex");
}

/** Which write of which item a resource is, or what is wrong with it. */
export function shownIn(resource: unknown, numberOf: (nhsNumber: string) => Shown | undefined): Shown | string {
  const isPatient = text(resource, "resourceType") === "Patient";
  const shown = isPatient ? ofPatient(resource) : ofObservation(resource);
  if (shown === undefined) return "a resource that the load did not write";
  const seal = isPatient ? text(resource, "name", 0, "given", 1) : text(resource, "note", 0, "text");
  if (seal !== sealOf(shown)) return `${shown.item} ${shown.number} with parts of another`;
  if (!isPatient) return shown;
  for (const identifier of list(resource, "identifier")) {
    const value = text(identifier, "value") ?? "";
    const system = text(identifier, "system");
    const said = system === NHS_NUMBER ? numberOf(value) : system === MARK_SYSTEM ? fromMark(value) : shown;
    if (said?.item !== shown.item || said.number !== shown.number)
      return `${shown.item} ${shown.number} with the identifier of another`;
  }
  return shown;
}

function ofPatient(resource: unknown): Shown | undefined {
  const item = text(resource, "name", 0, "family");
  const number = /^N(\d+)$/.exec(text(resource, "name", 0, "given", 0) ?? "")?.[1];
  return item === undefined || number === undefined ? undefined : { item, number: Number(number) };
}

function ofObservation(resource: unknown): Shown | undefined {
  const item = text(resource, "identifier", 0, "value");
  const number = at(resource, "valueQuantity", "value");
  return item === undefined || typeof number !== "number" || childOf(item) === item ? undefined : { item, number };
}

function fromMark(mark: string): Shown {
  const dot = mark.lastIndexOf(".");
  return { item: mark.slice(0, dot), number: Number(mark.slice(dot + 1)) };
}

/** The nth synthetic NHS number of the load that has a check digit. */
export function createNhsNumbers(): () => string {
  let next = NUMBERS_FROM;
  return () => {
    for (;;) {
      const digits = String(next);
      next += 1;
      const sum = [...digits].reduce((total, digit, index) => total + Number(digit) * (10 - index), 0);
      const check = (11 - (sum % 11)) % 11;
      if (check < 10) return `${digits}${check}`;
    }
  };
}
