import { type Hl7Field, Hl7Message, type Hl7Segment } from "@medplum/core";
import type { FieldIssue } from "../mapper.ts";
import { hasControl, readEscapes } from "./escapes.ts";
import { readSeparators, type Separators } from "./separators.ts";

/** One repetition of a field: its components as they came, from the first. */
export type Repetition = readonly string[];

/** A message and what was found wrong with the texts that were read of it so far. */
export interface Reading {
  readonly message: Hl7Message;
  readonly separators: Separators;
  readonly issues: FieldIssue[];
}

/** Opens a message; `undefined` when its header does not say how it is written. */
export function openMessage(text: string): Reading | undefined {
  const separators = readSeparators(text);
  return separators === undefined ? undefined : { message: Hl7Message.parse(text), separators, issues: [] };
}

/** Repetitions of a field that hold anything. A field with nothing but the sign of deletion (`""`) has none. */
export function repetitionsOf(segment: Hl7Segment | undefined, place: number): readonly Repetition[] {
  const field: Hl7Field | undefined = segment?.getField(place);
  return (field?.components ?? []).filter((components) => components.some(isGiven));
}

/** The first subcomponent of a component (from 1), readable and trimmed; `undefined` when there is none. */
export function textOf(
  reading: Reading,
  components: Repetition | undefined,
  { field, component }: { readonly field: string; readonly component: number },
): string | undefined {
  const whole = components?.[component - 1] ?? "";
  const [first = ""] = whole.split(reading.separators.subcomponent);
  const given = first.trim();
  if (!isGiven(given)) return undefined;
  const text = readEscapes(given, reading.separators);
  if (text === undefined || hasControl(text)) {
    reading.issues.push({
      severity: "error",
      field,
      message: "holds an escape sequence that HL7 v2.4 section 2.10 does not know, or a control character; correct it",
    });
    return undefined;
  }
  const trimmed = text.trim();
  return trimmed === "" ? undefined : trimmed;
}

/** The first component of the first repetition of a field, named as `PID-7`. */
export function fieldText(reading: Reading, segment: Hl7Segment | undefined, field: string): string | undefined {
  const place = Number(field.slice(field.indexOf("-") + 1));
  return textOf(reading, repetitionsOf(segment, place)[0], { field, component: 1 });
}

/** Whether a text says anything: HL7 writes a value that is to be deleted as two quotation marks. */
function isGiven(text: string): boolean {
  return text !== "" && text !== '""';
}
