import type { XmlElement } from "../mapper.ts";

/** Elements that repeat in the resources that are read, so that one of them is a list of one in JSON. */
const LISTS: ReadonlySet<string> = new Set([
  ...["entry", "extension", "security", "profile", "focus", "destination"],
  ...["identifier", "coding", "address", "line", "given", "prefix", "suffix", "telecom"],
  ...["item", "answer", "location", "contained"],
]);

/** Elements that hold a whole resource, whose name is that of the only element inside. */
const HOLDERS: ReadonlySet<string> = new Set(["resource", "contained"]);

/** Whether a raw document is an element of XML rather than a value of JSON. */
export function isXmlElement(raw: unknown): raw is XmlElement {
  return typeof raw === "object" && raw !== null && "name" in raw && "attributes" in raw && "children" in raw;
}

/**
 * The JSON form of a FHIR resource in XML, so far as it is read here: primitives stay text, as all that is read are texts,
 * codes and dates, and the XHTML of a narrative is left out. https://hl7.org/fhir/STU3/json.html
 */
export function toJsonForm(resource: XmlElement): Record<string, unknown> {
  return { resourceType: resource.name, ...toElements(resource) };
}

function toElements({ attributes, children }: XmlElement): Record<string, unknown> {
  const elements = new Map<string, unknown[]>();
  const add = (name: string, value: unknown): void => {
    elements.set(name, [...(elements.get(name) ?? []), value]);
  };
  if (attributes.url !== undefined) add("url", attributes.url);
  if (attributes.id !== undefined) add("id", attributes.id);
  for (const child of children) {
    const value = toValue(child);
    if (value !== undefined) add(child.name, value);
    // A primitive with extensions has them in a property of its own.
    if (child.attributes.value !== undefined && child.children.length > 0) add(`_${child.name}`, toElements(child));
  }
  return Object.fromEntries([...elements].map(([name, values]) => [name, isList(name, values) ? values : values[0]]));
}

function toValue(element: XmlElement): unknown {
  if (element.attributes.value !== undefined) return element.attributes.value;
  if (element.name === "div") return undefined;
  const [held] = element.children;
  return HOLDERS.has(element.name) && held !== undefined ? toJsonForm(held) : toElements(element);
}

/** A name is a list where it is a person's, and a text where it is an organisation's. */
function isList(name: string, values: readonly unknown[]): boolean {
  if (values.length > 1 || LISTS.has(name)) return true;
  return name === "name" && typeof values[0] === "object";
}
