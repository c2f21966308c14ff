import type { FieldIssue } from "../mapper.ts";
import { toSafeName } from "./safe-name.ts";

/** What all readers of one message share: they go on after an error, so that one look finds everything wrong with it. */
export interface Reading {
  readonly issues: FieldIssue[];
  readonly warnings: FieldIssue[];
  /** Elements that had a value and go nowhere, as `Patient.name.text`. */
  readonly notCarried: Set<string>;
}

/** Where a reader is: `path` has indexes and stands in issues, `name` has none and stands among what is not carried. */
export interface Spot {
  readonly reading: Reading;
  readonly path: string;
  readonly name: string;
}

/** A JSON object of unknown content. */
export type Node = Readonly<Record<string, unknown>>;

/** Reads one value; `undefined` where it is not usable, which has then been told. */
export type Reader<Value> = (spot: Spot, value: unknown) => Value | undefined;

export function below(spot: Spot, element: string, index?: number): Spot {
  const at = index === undefined ? "" : `[${index}]`;
  return {
    reading: spot.reading,
    path: `${spot.path}.${toSafeStep(element)}${at}`,
    name: `${spot.name}.${element}`,
  };
}

export function fail({ reading, path }: Spot, message: string): undefined {
  reading.issues.push({ severity: "error", field: path, message });
}

export function warn({ reading, path }: Spot, message: string, unmapped?: FieldIssue["unmapped"]): void {
  reading.warnings.push({ severity: "warning", field: path, message, ...(unmapped === undefined ? {} : { unmapped }) });
}

/** Names what stands here as not carried. */
export function leave({ reading, name }: Spot): void {
  reading.notCarried.add(toSafeName(name));
}

/** Names every element of an object as not carried but those that its reader has looked at. */
export function leaveOthers(spot: Spot, node: Node, known: readonly string[]): void {
  for (const element of Object.keys(node)) {
    if (!known.includes(element) && element !== "fhir_comments") leave(below(spot, element));
  }
}

export function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function readNode(spot: Spot, value: unknown): Node | undefined {
  return isNode(value) ? value : fail(spot, "expected an object (FHIR STU3)");
}

/** A text without the blanks around it; a blank one is none. */
export const readText: Reader<string> = (spot, value) => {
  if (typeof value !== "string") return fail(spot, "expected text (FHIR STU3)");
  const text = value.trim();
  return text === "" ? undefined : text;
};

/** A URL or the name of a system. */
export const readUri: Reader<string> = (spot, value) => {
  const text = readText(spot, value);
  return text === undefined || /^\S+$/.test(text) ? text : fail(spot, "expected a URI without blanks (FHIR STU3 uri)");
};

/** A decimal: published messages write numbers as texts too. */
export const readDecimal: Reader<number> = (spot, value) => {
  const text = typeof value === "number" ? String(value) : typeof value === "string" ? value.trim() : "";
  return /^-?[0-9]{1,15}(\.[0-9]{1,15})?([eE][-+]?[0-9]{1,2})?$/.test(text)
    ? Number(text)
    : fail(spot, "expected a decimal number (FHIR STU3)");
};

export const readBoolean: Reader<boolean> = (spot, value) => {
  if (value === true || value === "true") return true;
  return value === false || value === "false" ? false : fail(spot, "expected true or false (FHIR STU3)");
};

export const readWholeNumber: Reader<number> = (spot, value) => {
  const number = readDecimal(spot, value);
  if (number === undefined || Number.isSafeInteger(number)) return number;
  return fail(spot, "expected a whole number (FHIR STU3)");
};

/** One element. XML does not say which elements repeat, so one value and a list of one are the same. */
export function one<Value>(spot: Spot, node: Node, element: string, read: Reader<Value>): Value | undefined {
  const value = node[element];
  if (value === undefined) return undefined;
  if (!Array.isArray(value)) return read(below(spot, element), value);
  return value.length === 1 ? read(below(spot, element), value[0]) : fail(below(spot, element), "expected one value");
}

/** All of a repeating element that can be used. */
export function each<Value>(spot: Spot, node: Node, element: string, read: Reader<Value>): Value[] {
  const value = node[element];
  if (value === undefined) return [];
  return (Array.isArray(value) ? value : [value]).flatMap((item, index) => {
    const found = read(below(spot, element, index), item);
    return found === undefined ? [] : [found];
  });
}

/** A property of a message that no FHIR element could be called is not repeated. */
function toSafeStep(element: string): string {
  return /^_?[a-z][A-Za-z0-9_]{0,63}$/.test(element) ? element : "an element that FHIR does not have";
}
