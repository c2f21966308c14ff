import { SaxesParser } from "saxes";
import {
  choiceProperty,
  type ElementDefinition,
  readStructureDefinitions,
  type StructureDefinition,
  typeCode,
} from "../generator/definitions.ts";

/** FHIR's XML form → its JSON form, for published examples and definitions. https://hl7.org/fhir/R4/xml.html */

interface XmlNode {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: XmlNode[];
  readonly contents: (XmlNode | string)[];
}

function newNode(name: string, attributes: Readonly<Record<string, string>>): XmlNode {
  return { name, attributes, children: [], contents: [] };
}

function parseXml(text: string): XmlNode {
  const root = newNode("", {});
  const open = [root];
  const parser = new SaxesParser();
  parser.on("opentag", ({ name, attributes }) => open.push(newNode(name, { ...attributes })));
  parser.on("text", (part) => open.at(-1)?.contents.push(part));
  parser.on("closetag", () => {
    const closed = open.pop();
    if (closed === undefined) return;
    open.at(-1)?.children.push(closed);
    open.at(-1)?.contents.push(closed);
  });
  parser.write(text.replace(/^\uFEFF/, "")).close();
  const [document] = root.children;
  if (document === undefined) throw new Error("No element");
  return document;
}

const escaped = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");

function toXhtml({ name, attributes, contents }: XmlNode): string {
  const given = Object.entries(attributes).map(([key, value]) => ` ${key}="${escaped(value)}"`);
  const inside = contents.map((part) => (typeof part === "string" ? escaped(part) : toXhtml(part))).join("");
  return `<${name}${given.join("")}>${inside}</${name}>`;
}

type Definitions = ReadonlyMap<string, StructureDefinition>;

interface Place {
  readonly definition: StructureDefinition;
  readonly path: string;
}

interface Found {
  readonly element: ElementDefinition;
  readonly type: string;
  /** Where the children of the element are defined, unless it is a primitive. */
  readonly inside: Place | undefined;
}

/** The definition of a child element, through choices and references to other elements. */
function findElement({ definition, path }: Place, name: string, definitions: Definitions): Found {
  for (const element of definition.snapshot.element) {
    if (!element.path.startsWith(`${path}.`)) continue;
    const own = element.path.slice(path.length + 1);
    const types = (element.type ?? []).map(typeCode);
    const type = own.endsWith("[x]")
      ? types.find((each) => choiceProperty(own.slice(0, -3), each) === name)
      : own === name
        ? (types[0] ?? "")
        : undefined;
    if (type === undefined) continue;
    if (element.contentReference !== undefined) {
      return { element, type: "BackboneElement", inside: { definition, path: element.contentReference.slice(1) } };
    }
    if (type === "BackboneElement" || type === "Element")
      return { element, type, inside: { definition, path: element.path } };
    const datatype = definitions.get(type);
    return {
      element,
      type,
      inside: datatype?.kind === "complex-type" ? { definition: datatype, path: type } : undefined,
    };
  }
  throw new Error(`${path} has no ${name}`);
}

type Json = Record<string, unknown>;

const NUMBERS = ["integer", "positiveInt", "unsignedInt", "decimal"];

function toPrimitive(value: string, type: string): unknown {
  if (type === "boolean") return value === "true";
  return NUMBERS.includes(type) ? Number(value) : value;
}

function add(into: Json, name: string, value: unknown, isList: boolean): void {
  const known = into[name];
  into[name] = isList ? [...(Array.isArray(known) ? known : []), value] : value;
}

function toObject(node: XmlNode, place: Place, definitions: Definitions): Json {
  const object: Json = {};
  for (const name of ["id", "url"]) if (node.attributes[name] !== undefined) object[name] = node.attributes[name];
  for (const child of node.children) {
    const { element, type, inside } = findElement(place, child.name, definitions);
    const isList = element.max !== "1";
    if (type === "xhtml") object[child.name] = toXhtml(child);
    else if (type === "Resource") add(object, child.name, toResource(child.children[0], definitions), isList);
    else if (inside !== undefined) add(object, child.name, toObject(child, inside, definitions), isList);
    else addPrimitive(object, child, { type, isList, definitions });
  }
  return object;
}

function addPrimitive(
  object: Json,
  { name, attributes, children }: XmlNode,
  { type, isList, definitions }: { readonly type: string; readonly isList: boolean; readonly definitions: Definitions },
): void {
  const definition = definitions.get("Element");
  if (definition === undefined) throw new Error("No definition of Element");
  const companion = toObject(newNodeOf(name, children), { definition, path: "Element" }, definitions);
  const hasCompanion = children.length > 0;
  const value = attributes.value === undefined ? undefined : toPrimitive(attributes.value, type);
  if (isList) {
    if (hasCompanion) throw new Error(`Expected no extensions in the list ${name}`);
    add(object, name, value, true);
    return;
  }
  if (value !== undefined) object[name] = value;
  if (hasCompanion) object[`_${name}`] = companion;
}

function newNodeOf(name: string, children: XmlNode[]): XmlNode {
  return { ...newNode(name, {}), children };
}

function toResource(node: XmlNode | undefined, definitions: Definitions): Json {
  const definition = definitions.get(node?.name ?? "");
  if (node === undefined || definition === undefined) throw new Error("No resource");
  return { resourceType: node.name, ...toObject(node, { definition, path: node.name }, definitions) };
}

let known: Definitions | undefined;

/** A resource of R4 from its XML form. Throws for what R4 does not define. */
export function parseFhirXml(text: string): Json {
  known ??= readStructureDefinitions();
  return toResource(parseXml(text), known);
}
