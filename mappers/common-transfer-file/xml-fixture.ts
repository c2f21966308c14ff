import { SaxesParser } from "saxes";
import type { XmlElement } from "../mapper.ts";

type Open = XmlElement & { readonly children: XmlElement[]; text: string };

/** The header and the pupils of a transfer file that fits in a string. For tests: files of any size are streamed. */
export function readTransferFile(xml: string): { readonly header: XmlElement; readonly pupils: readonly XmlElement[] } {
  const document: Open = { name: "", attributes: {}, children: [], text: "", line: 1 };
  const open: Open[] = [document];
  const parser = new SaxesParser();
  parser.on("opentag", ({ name }) => {
    const element: Open = { name, attributes: {}, children: [], text: "", line: parser.line };
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
  const [root] = document.children;
  const header = root?.children.find(({ name }) => name === "Header");
  const data = root?.children.find(({ name }) => name === "CTFpupilData");
  if (header === undefined || data === undefined) throw new Error("not a transfer file");
  return { header, pupils: data.children };
}
