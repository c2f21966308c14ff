import * as DATATYPES from "../generated/datatypes.ts";
import { CONTAINED_INVARIANTS } from "./contained-invariants.ts";
import {
  anyResource,
  choose,
  companion,
  companions,
  hasContent,
  isEmpty,
  isMissing,
  isNotNode,
  many,
  manyPrimitives,
  one,
  unknownProperty,
} from "./elements.ts";
import { type Check, type Issues, isNode, type Node, report } from "./issue.ts";
import {
  base64BinaryValue,
  booleanValue,
  canonicalValue,
  codeOf,
  codeValue,
  dateTimeValue,
  dateValue,
  decimalValue,
  idValue,
  instantValue,
  integerValue,
  markdownValue,
  oidValue,
  positiveIntValue,
  stringValue,
  timeValue,
  unsignedIntValue,
  uriValue,
  urlValue,
  uuidValue,
} from "./primitives.ts";
import { referenceTo, simple } from "./references.ts";

/** [property, name of the element, flags, check, what narrows it], as `profiles/generator/contained-elements.ts` writes it. */
export type Row = readonly [property: string, name: string, flags: string, check: string, narrowed?: string];

/** Elements by the path of what has them. */
export type ElementTable = Readonly<Record<string, readonly Row[]>>;

interface Field {
  readonly name: string;
  readonly isChoice: boolean;
  readonly isPrimitive: boolean;
  readonly repeats: boolean;
  readonly check: Check;
}

const OF_ALL: readonly Row[] = [
  ["extension", "extension", "r", "Extension"],
  ["modifierExtension", "modifierExtension", "r", "Extension"],
];
const OF_RESOURCES: readonly Row[] = [
  ["id", "id", "p", "id"],
  ["meta", "meta", "", "Meta"],
  ["implicitRules", "implicitRules", "p", "uri"],
  ["language", "language", "p", "code"],
  ["text", "text", "", "Narrative"],
];
const OF_ELEMENTS: readonly Row[] = [["id", "id", "", "string"]];
/** Whoever checks the resource checks these. */
const SETTLED_ELSEWHERE: ReadonlySet<string> = new Set(["resourceType", "contained"]);

/** What was compiled of a table, by path. */
const COMPILED = new WeakMap<ElementTable, Map<string, Check>>();

/** Checks a resource, or the element at a path, by a table: elements, cardinality, datatypes, bindings, targets, invariants. */
export function checkByTable(table: ElementTable, path: string): Check {
  const known = COMPILED.get(table) ?? new Map<string, Check>();
  COMPILED.set(table, known);
  const check = known.get(path) ?? compile(table, path);
  known.set(path, check);
  return check;
}

function compile(table: ElementTable, path: string): Check {
  const isResource = !path.includes(".");
  const rows = [...(isResource ? OF_RESOURCES : OF_ELEMENTS), ...OF_ALL, ...(table[path] ?? [])];
  const fields = new Map(rows.map((row) => [row[0], toField(table, row)]));
  const mandatory = new Set(rows.flatMap(([, name, flags]) => (flags.includes("m") ? [name] : [])));
  const invariants = CONTAINED_INVARIANTS.get(path) ?? [];
  return (value, out) => {
    if (!isNode(value)) return isNotNode(out);
    const present = new Map<string, string>();
    for (const key in value) {
      if (isResource && SETTLED_ELSEWHERE.has(key)) continue;
      const property = key.startsWith("_") ? key.slice(1) : key;
      const field = fields.get(property);
      if (field === undefined || (property !== key && !field.isPrimitive)) unknownProperty(key, out);
      else {
        const chosen = field.isChoice ? (present.get(field.name) ?? "") : "";
        present.set(field.name, choose(chosen, property, field.name, out));
        checkField(value, key, field, out);
      }
    }
    if (!isResource && !hasContent(value)) isEmpty(out);
    for (const name of mandatory) if (!present.has(name)) isMissing(name, out);
    for (const { key, rule, message } of invariants) {
      if (!rule(value)) report(out, "invariant", "", `${key}: expected ${message}`);
    }
  };
}

function checkField(holder: Node, key: string, { name, isPrimitive, repeats, check }: Field, out: Issues): void {
  const value = holder[key];
  if (key.startsWith("_")) {
    const primitive = holder[key.slice(1)];
    if (repeats) companions(value, primitive, name, DATATYPES.checkExtension, out);
    else companion(value, primitive, name, DATATYPES.checkExtension, out);
  } else if (!repeats) one(value, name, check, out);
  else if (isPrimitive) manyPrimitives(value, holder[`_${key}`], name, check, out);
  else many(value, name, check, out);
}

function toField(table: ElementTable, [property, name, flags, check, narrowed]: Row): Field {
  return {
    name,
    isChoice: property !== name,
    isPrimitive: flags.includes("p"),
    repeats: flags.includes("r"),
    check: check.startsWith("@") ? within(table, check.slice(1)) : narrowedCheck(check, narrowed),
  };
}

/** An element can hold itself, so it is compiled when one is met. */
function within(table: ElementTable, path: string): Check {
  return (value, out) => checkByTable(table, path)(value, out);
}

function narrowedCheck(name: string, narrowed: string | undefined): Check {
  const check = CHECKS.get(name) ?? anyResource;
  if (narrowed === undefined) return check;
  return name === "Reference" ? referenceTo(check, narrowed) : codeOf(narrowed, "the value set that R4 binds");
}

/** By the name of the datatype. */
const CHECKS: ReadonlyMap<string, Check> = new Map<string, Check>([
  ...Object.entries(DATATYPES).map(([name, check]): [string, Check] => [name.replace(/^check/, ""), check]),
  ...Object.entries({
    base64Binary: base64BinaryValue,
    boolean: booleanValue,
    canonical: canonicalValue,
    code: codeValue,
    date: dateValue,
    dateTime: dateTimeValue,
    decimal: decimalValue,
    id: idValue,
    instant: instantValue,
    integer: integerValue,
    markdown: markdownValue,
    oid: oidValue,
    positiveInt: positiveIntValue,
    string: stringValue,
    time: timeValue,
    unsignedInt: unsignedIntValue,
    uri: uriValue,
    url: urlValue,
    uuid: uuidValue,
  }),
  ["Resource", anyResource],
  ["SimpleQuantity", simple(DATATYPES.checkQuantity)],
]);

/** What an element of a table may be checked by. */
export const TABLE_CHECKS: ReadonlySet<string> = new Set(CHECKS.keys());
