import type { Hl7Segment } from "@medplum/core";
import { toLocalId } from "../datatypes/local-id.ts";
import type { FieldIssue, Parsed } from "../mapper.ts";
import { FIELDS } from "./fields.ts";
import { filledOf } from "./filled.ts";
import { fieldText, openMessage, type Reading, repetitionsOf, textOf } from "./message.ts";
import { type LocalNumber, readNumber } from "./numbers.ts";
import { ADDRESS_FIELDS, readPerson, tellUnmapped } from "./read-person.ts";
import type { AdtRecord, Person } from "./record.ts";
import { readInstant_ms } from "./time.ts";
import { type Withheld, withhold } from "./withhold.ts";

const EVENTS = ["A28", "A31", "A40"] as const;
type Event = (typeof EVENTS)[number];

/** What is sent to try out a connection, and not to be taken in. */
const TRIALS: ReadonlySet<string> = new Set(["T", "D"]);

/** One message of HL7 v2 (ITK ADT, HL7 UK A.3 on version 2.4). Errors name the field and never what stands in it. */
export function parseMessage(raw: string): Parsed<AdtRecord> {
  const withheld = withhold(raw);
  const reading = openMessage(withheld.kept);
  if (reading === undefined) {
    return refused([error("MSH-2", "expected a message that begins with MSH and its five separators, as MSH|^~\\&|")]);
  }
  const event = readHeader(reading);
  if (event === undefined) return refused(reading.issues);
  const record = readRecord(reading, event, withheld);
  const errors = reading.issues.filter(({ severity }) => severity === "error");
  if (errors.length > 0 || record === undefined) return refused(errors);
  return { ok: true, record, warnings: reading.issues };
}

function refused(issues: readonly FieldIssue[]): Parsed<AdtRecord> {
  return { ok: false, issues };
}

function error(field: string, message: string): FieldIssue {
  return { severity: "error", field, message };
}

function readHeader(reading: Reading): Event | undefined {
  const { message, issues } = reading;
  const headers = message.getAllSegments("MSH");
  if (headers.length > 1) issues.push(error("MSH-1", "a second header; send one message after the other"));
  const [type] = repetitionsOf(message.header, 9);
  const code = textOf(reading, type, { field: "MSH-9", component: 1 });
  const event = textOf(reading, type, { field: "MSH-9", component: 2 })?.toUpperCase();
  const known = EVENTS.find((each) => each === event);
  if (code?.toUpperCase() !== "ADT" || known === undefined) {
    const isName = event !== undefined && /^[A-Z][A-Z0-9]{2}$/.test(event);
    issues.push({
      ...error("MSH-9", `${isName ? `the event ${event}` : "this event"} is not taken; send ADT with A28, A31 or A40`),
      ...(isName ? { unmapped: { list: "HL7 table 0003", code: event } } : {}),
    });
    return undefined;
  }
  const told = fieldText(reading, message.getSegment("EVN"), "EVN-1")?.toUpperCase();
  if (told !== undefined && told !== known) issues.push(error("EVN-1", "names another event than MSH-9"));
  const processing = fieldText(reading, message.header, "MSH-11")?.toUpperCase() ?? "";
  if (TRIALS.has(processing)) issues.push(error("MSH-11", "for training or debugging; only P is taken in"));
  const version = fieldText(reading, message.header, "MSH-12");
  if (version === undefined || !/^2\.[1-9]/.test(version)) issues.push(error("MSH-12", "expected 2.4"));
  return known;
}

function readRecord(reading: Reading, event: Event, withheld: Withheld): AdtRecord | undefined {
  const { message, issues } = reading;
  const writtenAt = readWrittenAt(reading);
  const unreached = new Set<string>();
  const persons = message.getAllSegments("PID").map((pid) => readNumbers(reading, pid, unreached));
  const [first, ...others] = persons;
  if (first === undefined) {
    issues.push(error("PID-3.1", "no PID segment; expected one child"));
    return undefined;
  }
  if (others.length > 0 && (event !== "A40" || others.some(({ localId }) => localId !== first.localId))) {
    issues.push(error("PID-3.1", "several children; send one message for each"));
  }
  const isMerge = event === "A40";
  const replaces = isMerge ? readReplaced(reading, first) : [];
  const segments = { pid: message.getSegment("PID"), pd1: message.getSegment("PD1"), unreached };
  const person = isMerge ? undefined : readPerson(reading, segments);
  if (person !== undefined && writtenAt !== undefined) issues.push(...tooLate(person, writtenAt));
  if (writtenAt === undefined || first.localId === undefined) return undefined;
  if (person?.isRestricted === true) for (const field of RESTRICTED) unreached.add(field);
  return {
    event,
    writtenAt,
    localId: first.localId,
    numbers: first.numbers,
    nhsNumber: first.nhsNumber,
    nhsNumberStatus: first.nhsNumberStatus,
    ...(person === undefined ? {} : { person }),
    replaces,
    notCarried: toNotCarried(filledOf(withheld), { isMerge, unreached }),
  };
}

/** Days that the message could not know of when it was written. */
function tooLate({ birthDate, deceased }: Person, writtenAt: number): FieldIssue[] {
  const days = [
    ["PID-7", birthDate],
    ["PID-29", deceased],
  ] as const;
  return days.flatMap(([field, day]) =>
    typeof day === "string" && Date.parse(day) > writtenAt
      ? [error(field, "lies after the message; correct one of them")]
      : [],
  );
}

const CARRIED: ReadonlySet<string> = new Set(FIELDS.flatMap(({ field, to }) => (to === undefined ? [] : [field])));

/** Row of a number that is neither the NHS number nor a local one. */
const FURTHER_NUMBER = "PID-3";

/** What a restricted child's record does not tell, as PDS does not. */
const RESTRICTED = [...ADDRESS_FIELDS, "PD1-3.3"];

function toNotCarried(
  names: readonly string[],
  { isMerge, unreached }: { readonly isMerge: boolean; readonly unreached: ReadonlySet<string> },
): readonly string[] {
  const named = names.filter((name) => !CARRIED.has(name) || unreached.has(name) || (isMerge && isOfPerson(name)));
  return unreached.has(FURTHER_NUMBER) ? [...named, FURTHER_NUMBER] : named;
}

/** A merge takes the numbers of PID and nothing else of it. */
function isOfPerson(field: string): boolean {
  return (field.startsWith("PID-") && !field.startsWith("PID-3")) || field.startsWith("PD1-") || field === "PID-32";
}

function readWrittenAt(reading: Reading): number | undefined {
  const { message, issues } = reading;
  const recorded = fieldText(reading, message.getSegment("EVN"), "EVN-2");
  const sent = fieldText(reading, message.header, "MSH-7");
  const instant_ms = [recorded, sent].map((text) => (text === undefined ? undefined : readInstant_ms(text)));
  const found = instant_ms.find((each) => each !== undefined);
  if (found === undefined) {
    issues.push(error("MSH-7", "expected when it was written, as YYYYMMDDHHMMSS, here or in EVN-2 (HL7 v2.4, TS)"));
  }
  return found;
}

interface Numbers {
  readonly localId: string | undefined;
  readonly numbers: readonly LocalNumber[];
  readonly nhsNumber: string | undefined;
  readonly nhsNumberStatus: string | undefined;
}

function readNumbers(reading: Reading, pid: Hl7Segment, unreached: Set<string>): Numbers {
  const numbers: LocalNumber[] = [];
  const nhsNumbers = new Set<string>();
  for (const repetition of repetitionsOf(pid, 3)) {
    const read = readNumber(reading, repetition, { field: "PID-3" });
    if (read?.kind === "local") numbers.push(read.number);
    else if (read?.kind === "nhs") {
      nhsNumbers.add(read.value);
      if (!read.isRight) {
        const message = "expected an NHS number: ten digits, the last a right modulus 11 check digit; correct it";
        reading.issues.push(error("PID-3.1", message));
      }
    } else unreached.add(FURTHER_NUMBER);
  }
  if (nhsNumbers.size > 1) reading.issues.push(error("PID-3.1", "two different NHS numbers; send the one that holds"));
  const [nhsNumber] = nhsNumbers;
  const [local] = numbers;
  if (local === undefined && nhsNumber === undefined) {
    reading.issues.push(error("PID-3.1", "missing; expected a local number (MR) or an NHS number (NH)"));
  }
  const named = nhsNumber === undefined ? undefined : toLocalId([nhsNumber]);
  const nhsNumberStatus = readStatus(reading, pid, unreached);
  if (nhsNumber === undefined && nhsNumberStatus !== undefined) unreached.add("PID-32");
  return { localId: local?.name ?? named, numbers, nhsNumber, nhsNumberStatus };
}

/** NSTS01 to NSTS08; the digits are the NHS NUMBER STATUS INDICATOR CODE. */
function readStatus(reading: Reading, pid: Hl7Segment, unreached: Set<string>): string | undefined {
  const code = fieldText(reading, pid, "PID-32")?.toUpperCase();
  if (code === undefined) return undefined;
  const digits = /^(?:NSTS)?(0[1-8])$/.exec(code)?.[1];
  if (digits === undefined)
    tellUnmapped(reading, { field: "PID-32", list: "NHS number trace status", code, unreached });
  return digits;
}

/** The local numbers that end. One that no assigner is told with is of the one that keeps the other. */
function readReplaced(reading: Reading, survivor: Numbers): readonly string[] {
  const { message, issues } = reading;
  const [{ assigner } = {}] = survivor.numbers;
  const read = message
    .getAllSegments("MRG")
    .flatMap((segment) => repetitionsOf(segment, 1))
    .map((repetition) => readNumber(reading, repetition, { field: "MRG-1", assigner }));
  const ended = read.flatMap((each) => (each?.kind === "local" ? [each.number.name] : []));
  if (ended.length === 0) {
    issues.push(error("MRG-1", "missing; expected the local number (MR) of the record that ends"));
  }
  if (survivor.numbers.some(({ name }) => ended.includes(name))) {
    issues.push(error("MRG-1", "the number of the record that stays; a record cannot be merged into itself"));
  }
  return [...new Set(ended)];
}
