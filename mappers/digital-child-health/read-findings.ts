import { ASQ3 } from "#profiles/generated/codes.ts";
import { NHS_NUMBER } from "#profiles/systems.ts";
import { isPersonalNumber } from "../datatypes/local-id.ts";
import { classify } from "./classify.ts";
import type { Topic } from "./events.ts";
import type { Finding, Found } from "./finding.ts";
import { isOfAnotherTest } from "./finding-codes.ts";
import { checkExamined, checkSides } from "./laterality.ts";
import { logicalIdOf, type Message, type MessageEntry, resolveReference } from "./message.ts";
import { readAnswers } from "./read-answers.ts";
import { readCondition } from "./read-condition.ts";
import { readObservation } from "./read-observation.ts";
import { readProcedure } from "./read-procedure.ts";
import { readRelated } from "./read-related.ts";
import { readMeta } from "./read-security.ts";
import {
  below,
  each,
  fail,
  leave,
  leaveOthers,
  one,
  type Reader,
  type Reading,
  readNode,
  readText,
  readUri,
  type Spot,
  warn,
} from "./reading.ts";

/** What the content of a message is read beside. */
export interface Surroundings {
  readonly message: Message;
  readonly reading: Reading;
  readonly topic: Topic;
  readonly child: MessageEntry | undefined;
  readonly encounter: MessageEntry | undefined;
  /** Where a finding has no date of its own: the start of the encounter. */
  readonly start: string | undefined;
  /** Whether the encounter was entered in error, and all that came of it. */
  readonly isInError: boolean;
  /** When results were issued, where a report says so. */
  readonly issued: string | undefined;
  /** The status of what is final in itself, where a report of the message is not. */
  readonly reported: Found["status"] | undefined;
}

/** Types of resource that are findings. */
export const CONTENT: ReadonlySet<string> = new Set(["Observation", "Procedure", "Condition", "QuestionnaireResponse"]);

/** Modifier elements: whoever does not know what they say must not use the resource. https://hl7.org/fhir/STU3/extensibility.html */
export const MODIFIERS = ["modifierExtension", "implicitRules"] as const;

interface Part {
  readonly entry: MessageEntry;
  readonly spot: Spot;
  readonly slot: string;
  readonly found: Found;
}

/** All findings of a message, in the order of its entries. */
export function readFindings(told: Surroundings): Finding[] {
  const slots = createSlots();
  const parts: Part[] = [];
  const slotOf = new Map<MessageEntry, string>();
  for (const entry of told.message.entries) {
    if (!CONTENT.has(entry.resource.resourceType)) continue;
    for (const part of readEntry(entry, told, slots)) {
      parts.push(part);
      slotOf.set(entry, part.slot);
    }
  }
  const foundOf = new Map(parts.map(({ entry, found }) => [entry, found]));
  const findings = parts.map((part) => {
    const outer = part.entry.container === undefined ? undefined : foundOf.get(part.entry.container);
    return toFinding(outer === undefined ? part : { ...part, found: within(outer, part.found) }, told, slotOf);
  });
  const bySlot = new Map(findings.map((finding) => [finding.slot, finding]));
  for (const [index, { spot }] of parts.entries()) {
    const grouped = findings[index];
    const slots = grouped === undefined ? [] : [...grouped.members, ...grouped.derivedFrom];
    warnOfMonths(
      spot,
      slots.map((slot) => bySlot.get(slot)?.found.code),
    );
  }
  return findings;
}

/** Published messages group scores of questionnaires of several months; they are carried as they are. */
function warnOfMonths(spot: Spot, grouped: readonly (Found["code"] | undefined)[]): void {
  const months = new Set(
    grouped.flatMap((code) => (code?.coding ?? []).flatMap((coding) => ASQ3.get(coding.code ?? "")?.months ?? [])),
  );
  if (months.size > 1) {
    warn(below(spot, "related"), "groups scores of questionnaires of several months; each keeps the code that came");
  }
}

function readEntry(entry: MessageEntry, told: Surroundings, slots: Slots): Part[] {
  const { resource } = entry;
  const spot: Spot = { reading: told.reading, path: entry.path, name: resource.resourceType };
  for (const modifier of MODIFIERS) {
    if (resource[modifier] !== undefined)
      fail(below(spot, modifier), "may change what the resource says, and is not known here (FHIR STU3)");
  }
  checkSubject(spot, entry, told);
  const key = keyOf(entry);
  const part = (found: Found, name = key): Part => ({
    entry,
    spot,
    found,
    slot: slots.next(resource.resourceType, name, found.code),
  });
  switch (resource.resourceType) {
    case "Observation":
      return [readObservation(spot, resource)].flatMap((found) => (found === undefined ? [] : [part(found)]));
    case "Procedure":
      return [readProcedure(spot, resource)].flatMap((found) => (found === undefined ? [] : [part(found)]));
    case "Condition":
      return [readCondition(spot, resource, told.topic)].flatMap((found) => (found === undefined ? [] : [part(found)]));
    default:
      return readAnswers(spot, resource, told.message).map(({ linkId, index, found }) =>
        part(
          found,
          `${key ?? ""}/${/^[A-Za-z][A-Za-z0-9-]{0,63}$/.test(linkId) ? linkId : "item"}${index === 0 ? "" : `/${index}`}`,
        ),
      );
  }
}

/** A text about one child never becomes another's: whom a resource is about must be the Patient of the message. */
function checkSubject(spot: Spot, entry: MessageEntry, { message, child, encounter }: Surroundings): void {
  for (const element of ["subject", "context"] as const) {
    const reference = one(spot, entry.resource, element, readReference);
    const expected = element === "subject" ? child : encounter;
    if (reference === undefined || expected === undefined) continue;
    if (resolveReference(message, reference, entry) === expected) continue;
    const type = expected.resource.resourceType;
    fail(below(below(spot, element), "reference"), `expected a reference to the ${type} of the message`);
  }
}

/** The reference itself; a display, which would repeat the child's name, stays behind. */
const readReference: Reader<string> = (spot, value) => {
  const node = readNode(spot, value);
  if (node === undefined) return undefined;
  leaveOthers(spot, node, ["reference"]);
  return one(spot, node, "reference", readText);
};

/** What is contained has no existence of its own: without a date it has that of what contains it, and goes with it. */
function within(outer: Found, found: Found): Found {
  const { effectiveDateTime, effectivePeriod } = outer;
  return {
    ...found,
    ...(isDated(found) || effectiveDateTime === undefined ? {} : { effectiveDateTime }),
    ...(isDated(found) || effectivePeriod === undefined ? {} : { effectivePeriod }),
    ...(outer.status === "entered-in-error" ? { status: outer.status } : {}),
  };
}

function isDated({ effectiveDateTime, effectivePeriod }: Found): boolean {
  return effectiveDateTime !== undefined || effectivePeriod !== undefined;
}

/** Nothing can be found of a child before the birth; of two dates of which one must be wrong both are told. */
function warnOfBirth(spot: Spot, { effectiveDateTime, effectivePeriod }: Found, child: MessageEntry | undefined): void {
  const date = (effectiveDateTime ?? effectivePeriod?.start)?.slice(0, 10);
  const born = child?.resource.birthDate;
  if (date === undefined || typeof born !== "string" || date >= born.trim().slice(0, date.length)) return;
  warn(spot, "dated before the child's date of birth; carried as it came");
}

function toFinding(
  { entry, spot, slot, found }: Part,
  told: Surroundings,
  slotOf: ReadonlyMap<MessageEntry, string>,
): Finding {
  warnOfBirth(spot, found, told.child);
  const dated: Found = isDated(found) || told.start === undefined ? found : { ...found, effectiveDateTime: told.start };
  const issued = found.issued ?? told.issued;
  const whole: Found = {
    ...dated,
    ...(issued === undefined ? {} : { issued }),
    ...(told.reported !== undefined && found.status === "final" ? { status: told.reported } : {}),
    ...(told.isInError ? { status: "entered-in-error" as const } : {}),
  };
  if (!isDated(whole)) {
    warn(spot, "without a date, of its own or of an Encounter; carried without one");
  }
  checkSides(spot, whole);
  if (isOfAnotherTest(whole.code, whole.valueCodeableConcept)) {
    warn(spot, "the outcome comes from the list of another condition than the test; carried as it came");
  }
  if (told.topic === "examination") checkExamined(spot, entry.resource, whole);
  const { found: classified, profiles } = classify(spot, told.topic, whole);
  const links = readRelated(spot, entry, { message: told.message, slotOf, hasValue: hasValue(classified) });
  return {
    slot,
    found: classified,
    profiles,
    identifiers: each(spot, entry.resource, "identifier", readIdentifier),
    security: readMeta(spot, entry.resource),
    ...links,
  };
}

function hasValue(found: Found): boolean {
  return Object.keys(found).some((element) => element.startsWith("value"));
}

/** An identifier of the resource; one that is a number of the person is never shown. */
const readIdentifier: Reader<{ system?: string; value: string }> = (spot, value) => {
  const node = readNode(spot, value);
  if (node === undefined) return undefined;
  leaveOthers(spot, node, ["system", "value"]);
  const system = one(spot, node, "system", readUri);
  const text = one(spot, node, "value", readText);
  if (text === undefined || system === NHS_NUMBER || isPersonalNumber(text)) {
    leave(spot);
    return undefined;
  }
  return { ...(system === undefined ? {} : { system }), value: text };
};

interface Slots {
  next(type: string, key: string | undefined, code: Found["code"]): string;
}

/** Names for what a message makes: by logical id, which a later message keeps, else by code; no two the same. */
function createSlots(): Slots {
  const taken = new Map<string, number>();
  return {
    next(type, key, { coding = [] }) {
      const slot = `${type}/${key ?? coding.find(({ code }) => code !== undefined)?.code ?? "unnamed"}`.slice(0, 200);
      const times = taken.get(slot) ?? 0;
      taken.set(slot, times + 1);
      return times === 0 ? slot : `${slot}~${times + 1}`;
    },
  };
}

/** What a resource is called within its message; a contained one with what contains it. */
function keyOf(entry: MessageEntry): string | undefined {
  const own = logicalIdOf(entry);
  const key = own === undefined || isPersonalNumber(own) ? undefined : own;
  const { container } = entry;
  if (container === undefined) return key;
  return `${keyOf(container) ?? ""}#${key ?? ""}`;
}
