import { type Check, type Issues, isNode, type Node, prefix, report } from "./issue.ts";
import { stringValue } from "./primitives.ts";

/** What the generated validators are made of: properties once, repeated, chosen, with their companions. */

export function one(value: unknown, name: string, check: Check, out: Issues): void {
  const from = out.length;
  check(value, out);
  if (out.length > from) prefix(out, from, name);
}

function isFilledArray(value: unknown, name: string, out: Issues): value is readonly unknown[] {
  if (!Array.isArray(value)) report(out, "structure", name, "Expected an array: the element may repeat.");
  else if (value.length === 0) report(out, "structure", name, "An array is never empty: leave the element out.");
  else return true;
  return false;
}

/** A repeating complex element. */
export function many(value: unknown, name: string, check: Check, out: Issues): void {
  if (!isFilledArray(value, name, out)) return;
  for (let index = 0; index < value.length; index++) {
    const from = out.length;
    check(value[index], out);
    if (out.length > from) prefix(out, from, `${name}[${index}]`);
  }
}

/** A repeating primitive; `null` stands where only the companion has something to say. */
export function manyPrimitives(value: unknown, companions: unknown, name: string, check: Check, out: Issues): void {
  if (!isFilledArray(value, name, out)) return;
  for (let index = 0; index < value.length; index++) {
    if (value[index] === null && Array.isArray(companions) && isNode(companions[index])) continue;
    const from = out.length;
    check(value[index], out);
    if (out.length > from) prefix(out, from, `${name}[${index}]`);
  }
}

/** The companion `_name` of a primitive that does not repeat: its id and extensions. */
export function companion(value: unknown, primitive: unknown, name: string, extension: Check, out: Issues): void {
  const from = out.length;
  checkCompanion(value, primitive !== undefined && primitive !== null, extension, out);
  if (out.length > from) prefix(out, from, name);
}

/** The companions `_name` of a primitive that repeats: one for each value, `null` where there is nothing to say. */
export function companions(value: unknown, primitives: unknown, name: string, extension: Check, out: Issues): void {
  if (!isFilledArray(value, name, out)) return;
  if (Array.isArray(primitives) && primitives.length !== value.length) {
    report(out, "structure", name, "The two arrays of a repeating primitive have the same length.");
  }
  for (let index = 0; index < value.length; index++) {
    const primitive = Array.isArray(primitives) ? primitives[index] : undefined;
    const hasValue = primitive !== undefined && primitive !== null;
    if (value[index] === null && hasValue) continue;
    const from = out.length;
    checkCompanion(value[index], hasValue, extension, out);
    if (out.length > from) prefix(out, from, `${name}[${index}]`);
  }
}

function checkCompanion(value: unknown, hasValue: boolean, extension: Check, out: Issues): void {
  if (!isNode(value)) {
    report(out, "structure", "", "Expected an object with the id or extensions of a primitive.");
    return;
  }
  for (const key in value) {
    if (key === "id") one(value[key], key, stringValue, out);
    else if (key === "extension") many(value[key], key, extension, out);
    else unknownProperty(key, out);
  }
  if (!hasValue && value.extension === undefined) isEmpty(out);
}

/** Notes which type of a choice came; a second one is an issue. */
export function choose(chosen: string, property: string, name: string, out: Issues): string {
  if (chosen !== "" && chosen !== property) report(out, "structure", name, "Only one type of a choice may be present.");
  return property;
}

/** A resource within a Bundle or Parameters: whoever takes it out checks it. */
export const anyResource: Check = (value, out) => {
  if (!isNode(value)) isNotNode(out);
  else if (typeof value.resourceType !== "string") isMissing("resourceType", out);
};

const ELEMENT_NAME = /^_?[A-Za-z]{1,64}$/;

/** The name is repeated only where it looks like one, so that no value that slipped into a name gets out. */
export function unknownProperty(key: string, out: Issues): void {
  const name = ELEMENT_NAME.test(key) ? key : "";
  report(out, "structure", name, "The element is not defined here.");
}

export function isMissing(name: string, out: Issues): void {
  report(out, "required", name, "The element is required.");
}

export function isEmpty(out: Issues): void {
  report(out, "structure", "", "An element has a value or children.");
}

export function isNotNode(out: Issues): void {
  report(out, "structure", "", "Expected an object.");
}

/** Whether an object has anything but its id: https://hl7.org/fhir/R4/element.html, ele-1. */
export function hasContent(value: Node): boolean {
  for (const key in value) if (key !== "id") return true;
  return false;
}
