import { type Row, TABLE_CHECKS } from "../validation/element-table.ts";
import {
  choiceProperty,
  type ElementDefinition,
  type StructureDefinition,
  typeCode,
  type ValueSets,
} from "./definitions.ts";
import { SEARCHED_TYPES } from "./search-parameters.ts";

/** What every element has, and what every resource, which is not written down for each. */
const OF_ALL: ReadonlySet<string> = new Set(["id", "extension", "modifierExtension"]);
const OF_RESOURCES: ReadonlySet<string> = new Set(["meta", "implicitRules", "language", "text", "contained"]);
/** They have checks of their own. */
const SERVED: ReadonlySet<string> = new Set(SEARCHED_TYPES);
const MIME_TYPES = "http://hl7.org/fhir/ValueSet/mimetypes";
const SIMPLE_QUANTITY = "http://hl7.org/fhir/StructureDefinition/SimpleQuantity";

interface Sources {
  readonly definitions: ReadonlyMap<string, StructureDefinition>;
  readonly valueSets: ValueSets;
}

/**
 * Elements of the resource types that are not served and can stand within others, by path, as JSON: cardinality,
 * datatypes, required bindings and targets of references. Types that use a datatype without a check are left out.
 */
export function containedElements(sources: Sources): string {
  const table: Record<string, readonly Row[]> = {};
  for (const definition of sources.definitions.values()) {
    const { type, kind, abstract, baseDefinition = "" } = definition;
    const isContainable = kind === "resource" && !abstract && baseDefinition.endsWith("/DomainResource");
    if (!isContainable || type !== definition.id || SERVED.has(type)) continue;
    const paths = rowsByPath(definition, sources);
    const rows = Object.values(paths).flat();
    if (rows.every(([, , , check]) => check.startsWith("@") || TABLE_CHECKS.has(check))) Object.assign(table, paths);
  }
  return `${JSON.stringify(table)}\n`;
}

function rowsByPath(definition: StructureDefinition, sources: Sources): Record<string, readonly Row[]> {
  const rows: Record<string, Row[]> = {};
  for (const element of definition.snapshot.element) {
    const parts = element.path.split(".");
    const last = parts.at(-1) ?? "";
    const isCommon = OF_ALL.has(last) || (parts.length === 2 && OF_RESOURCES.has(last));
    if (parts.length === 1 || element.max === "0" || isCommon) continue;
    const parent = parts.slice(0, -1).join(".");
    rows[parent] = [...(rows[parent] ?? []), ...rowsOf(element, sources)];
  }
  return rows;
}

function rowsOf(element: ElementDefinition, { definitions, valueSets }: Sources): readonly Row[] {
  const last = element.path.split(".").at(-1) ?? "";
  const name = last.replace("[x]", "");
  return (element.type ?? [{ code: "Element" }]).map((declared): Row => {
    const type = typeCode(declared);
    const property = last === name ? name : choiceProperty(name, type);
    const isPrimitive = !element.contentReference && definitions.get(type)?.kind === "primitive-type";
    const flags = `${isPrimitive ? "p" : ""}${element.max === "1" ? "" : "r"}${element.min > 0 ? "m" : ""}`;
    if (element.contentReference) return [property, name, flags, `@${element.contentReference.replace(/^.*#/, "")}`];
    if (type === "BackboneElement" || type === "Element") return [property, name, flags, `@${element.path}`];
    if (definitions.get(type)?.kind === "resource") return [property, name, flags, "Resource"];
    if (declared.profile?.includes(SIMPLE_QUANTITY)) return [property, name, flags, "SimpleQuantity"];
    const targets = (declared.targetProfile ?? []).map((target) => target.split("/").at(-1) ?? "");
    if (type === "Reference" && targets.length > 0 && !targets.includes("Resource"))
      return [property, name, flags, type, targets.join("|")];
    const valueSet = element.binding?.strength === "required" ? (element.binding.valueSet ?? "") : "";
    if (type !== "code" || valueSet === "") return [property, name, flags, type];
    // R4's own examples name formats as short as json.
    const codes = valueSet.startsWith(MIME_TYPES) ? undefined : valueSets.codes(valueSet);
    return codes === undefined ? [property, name, flags, type] : [property, name, flags, type, codes.join("|")];
  });
}
