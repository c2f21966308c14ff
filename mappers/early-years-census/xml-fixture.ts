import { SaxesParser } from "saxes";
import type { CsvRow, XmlElement } from "../mapper.ts";
import { pathOf, XML_FORM } from "./xml-form.ts";

interface Open extends XmlElement {
  readonly children: Open[];
  text: string;
}

interface Child {
  readonly header: XmlElement;
  readonly element: XmlElement;
}

/** The header and the children of a census that fits in a string. For tests: files of any size are streamed. */
export function readCensus(xml: string): readonly Child[] {
  const open: Open[] = [toElement("")];
  const parser = new SaxesParser();
  parser.on("opentag", ({ name }) => {
    const element = toElement(name);
    open.at(-1)?.children.push(element);
    open.push(element);
  });
  parser.on("text", (text) => {
    const element = open.at(-1);
    if (element !== undefined) element.text = `${element.text}${text}`.trim();
  });
  parser.on("closetag", () => {
    open.pop();
  });
  parser.write(xml).close();
  const root = open[0]?.children[0] ?? toElement("");
  const header = elementAt(root, XML_FORM.header);
  const [list = "", child] = XML_FORM.repeated.split("/");
  return elementAt(root, list)
    .children.filter(({ name }) => name === child)
    .map((element) => ({ header, element }));
}

/** A row of the CSV form as the XML form has it. */
export function toChild(row: CsvRow): Child {
  const header = toElement(XML_FORM.header);
  const element = toElement("Child");
  for (const [field, text] of Object.entries(row)) {
    const place = elementAt(field.startsWith("H.") ? header : element, pathOf(field));
    place.text = text;
  }
  return { header, element };
}

/** The element at a path below another, made where it is not there. */
function elementAt(from: Open, path: string): Open {
  let element = from;
  for (const name of path.split("/")) {
    const known = element.children.find((child) => child.name === name);
    const next = known ?? toElement(name);
    if (known === undefined) element.children.push(next);
    element = next;
  }
  return element;
}

function toElement(name: string): Open {
  return { name, attributes: {}, children: [], text: "", line: 1 };
}
