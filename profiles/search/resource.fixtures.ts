import fc from "fast-check";
import {
  choiceProperty,
  type ElementDefinition,
  readStructureDefinitions,
  typeCode,
} from "../generator/definitions.ts";

/** Values of primitives: of right form, and few enough that equal ones meet. */
const PRIMITIVES: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
  boolean: fc.boolean(),
  base64Binary: fc.constant("AAAA"),
  code: fc.constantFrom("a", "b", "phone", "email", "final"),
  date: fc.constantFrom("2021", "2021-02", "2021-02-03"),
  dateTime: fc.constantFrom("2021", "2021-02-03", "2021-02-03T04:05:06Z", "2021-02-03T04:05:06.789+01:00"),
  instant: fc.constantFrom("2021-02-03T04:05:06Z", "2022-01-01T00:00:00.5-05:00"),
  time: fc.constant("10:00:00"),
  decimal: fc.constantFrom(0, 1, 1.5, -2, 100),
  integer: fc.constantFrom(0, 1, -1),
  positiveInt: fc.constantFrom(1, 2),
  unsignedInt: fc.constantFrom(0, 2),
  id: fc.constantFrom("a", "b-1"),
  string: fc.constantFrom("a", "b", "Robin"),
  markdown: fc.constant("text"),
  uri: fc.constantFrom("urn:a", "https://example.org/a"),
  url: fc.constant("https://example.org/a"),
  canonical: fc.constantFrom("https://example.org/a", "https://example.org/a|1"),
  oid: fc.constant("urn:oid:1.2"),
  uuid: fc.constant("urn:uuid:53fefa32-fcbb-4ff8-8a92-55ee120877b7"),
};

/** Relative, since the reference implementation resolves nothing else. */
const REFERENCE = fc.constantFrom(
  { reference: "Patient/1" },
  { reference: "Patient/1/_history/2" },
  { reference: "Group/1" },
  { reference: "Practitioner/Patient" },
  { display: "Robin" },
);

const SKIPPED = new Set(["contained", "extension", "modifierExtension", "text", "resourceType"]);
const DEPTH_MAX = 4;
const definitions = readStructureDefinitions();

/**
 * Resources of a type, generated from its StructureDefinition: of right shape down to four levels, each element there
 * or not, repeated or once. Invariants and bindings are not looked at: extraction does not depend on them.
 */
export function resourcesOf(type: string): fc.Arbitrary<{ readonly resourceType: string }> {
  return objectsOf(type, type, DEPTH_MAX).map((content) => ({ resourceType: type, ...content }));
}

const known = new Map<string, fc.Arbitrary<object>>();

function objectsOf(type: string, path: string, depth: number): fc.Arbitrary<object> {
  const key = `${path} ${depth}`;
  const made = known.get(key) ?? filled(fc.record(propertiesOf(type, path, depth), optionsOf(type)));
  known.set(key, made);
  return made;
}

/** The reference implementation takes a quantity without a value for none. */
function optionsOf(type: string): { requiredKeys: string[]; noNullPrototype: true } {
  return { requiredKeys: type === "Quantity" ? ["value"] : [], noNullPrototype: true };
}

/** No element of FHIR is empty. */
function filled(objects: fc.Arbitrary<object>): fc.Arbitrary<object> {
  return objects.map((object) => (Object.keys(object).length > 0 ? object : { id: "filled" }));
}

function propertiesOf(type: string, path: string, depth: number): Record<string, fc.Arbitrary<unknown>> {
  const properties: Record<string, fc.Arbitrary<unknown>> = {};
  for (const element of definitions.get(type)?.snapshot.element ?? []) {
    const name = element.path.slice(path.length + 1);
    if (!element.path.startsWith(`${path}.`) || name.includes(".") || SKIPPED.has(name)) continue;
    const [declared, value] = typedValue(type, element, depth);
    if (value === undefined) continue;
    const property = name.endsWith("[x]") ? choiceProperty(name.slice(0, -3), declared) : name;
    properties[property] = element.max === "1" ? value : fc.array(value, { minLength: 1, maxLength: 2 });
  }
  return properties;
}

/** A choice takes the type that a hash of its path and depth picks, so that all types come up between them. */
function typedValue(
  type: string,
  element: ElementDefinition,
  depth: number,
): [string, fc.Arbitrary<unknown> | undefined] {
  const types = (element.type ?? []).map(typeCode);
  const declared = types[(element.path.length + depth) % Math.max(types.length, 1)] ?? "";
  if (declared === "Reference") return [declared, REFERENCE];
  const primitive = PRIMITIVES[declared];
  if (primitive !== undefined) return [declared, primitive];
  if (depth === 0 || element.contentReference !== undefined) return [declared, undefined];
  const isBackbone = declared === "BackboneElement" || declared === "Element";
  if (isBackbone) return [declared, objectsOf(type, element.path, depth - 1)];
  const isComplex = definitions.get(declared)?.kind === "complex-type";
  return [declared, isComplex ? objectsOf(declared, declared, depth - 1) : undefined];
}
