/** A message in the XML form of FHIR. https://hl7.org/fhir/STU3/xml.html */
export function toMessageXml(bundle: Readonly<Record<string, unknown>>): string {
  const { resourceType, ...elements } = bundle;
  const name = String(resourceType);
  return `<?xml version="1.0" encoding="UTF-8"?>\n<${name} xmlns="http://hl7.org/fhir">${toElements(elements)}</${name}>\n`;
}

function toElements(elements: object): string {
  return Object.entries(elements)
    .map(([name, value]) => toElement(name, value))
    .join("");
}

function toElement(name: string, value: unknown): string {
  if (Array.isArray(value)) return value.map((item) => toElement(name, item)).join("");
  if (typeof value !== "object" || value === null) return `<${name} value="${toAttribute(String(value))}"/>`;
  if ("resourceType" in value) {
    const { resourceType, ...elements } = value;
    const type = String(resourceType);
    return `<${name}><${type}>${toElements(elements)}</${type}></${name}>`;
  }
  if (!("url" in value)) return `<${name}>${toElements(value)}</${name}>`;
  const { url, ...elements } = value;
  return `<${name} url="${toAttribute(String(url))}">${toElements(elements)}</${name}>`;
}

function toAttribute(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");
}
