import { SaxesParser } from "saxes";
import type { XmlElement } from "#mappers/mapper.ts";
import { LIMITS } from "../../limits.ts";
import type { PlaceIssue, ReadItem } from "./read-item.ts";
import { DOCTYPE_REFUSED, holdsMisread, isMisread, MISREAD, reasonOf, TOO_DEEP } from "./xml-flaws.ts";
import { decodeXml, ENCODING_REFUSED } from "./xml-text.ts";

const CHARACTERS_MAX = LIMITS.source_message_bytes_max;

/**
 * Reads a whole XML document, as a message is, of at most `source_message_bytes_max` characters. What is wrong with it is
 * one issue with line and column, and nothing of it is read.
 */
export async function* readXmlDocument(body: AsyncIterable<Uint8Array>): AsyncGenerator<ReadItem<XmlElement>> {
  const builder = new DocumentBuilder();
  for await (const text of decodeXml(body)) {
    if (text === undefined) return yield { kind: "stopped", issue: { line: 1, column: 1, message: ENCODING_REFUSED } };
    builder.write(text);
    if (builder.flaw !== undefined) return yield { kind: "stopped", issue: builder.flaw };
  }
  const root = builder.close();
  if (builder.flaw !== undefined) yield { kind: "stopped", issue: builder.flaw };
  else if (root !== undefined) yield { kind: "record", line: root.line, raw: root, notCarried: [] };
}

interface OpenElement extends Omit<XmlElement, "children" | "text"> {
  readonly children: XmlElement[];
  text: string;
}

class DocumentBuilder {
  /** The first thing that is wrong; nothing is built after it. */
  flaw: PlaceIssue | undefined;
  readonly #parser = new SaxesParser();
  readonly #open: OpenElement[] = [];
  #root: XmlElement | undefined;
  #startLine = 1;

  constructor() {
    const parser = this.#parser;
    parser.on("error", (error) => this.#stop(`not well-formed XML: ${reasonOf(error)}`));
    parser.on("doctype", () => this.#stop(DOCTYPE_REFUSED));
    parser.on("opentagstart", () => {
      this.#startLine = parser.line;
    });
    parser.on("opentag", ({ name, attributes }) => this.#onOpen(name, attributes));
    parser.on("closetag", () => this.#onClose());
    parser.on("text", (text) => this.#onText(text));
    parser.on("cdata", (text) => this.#onText(text));
  }

  write(text: string): void {
    this.#parser.write(text);
    if (this.#parser.position > CHARACTERS_MAX) {
      this.#stop(`the document is longer than ${CHARACTERS_MAX} characters; send one message a file`);
    }
  }

  close(): XmlElement | undefined {
    this.#parser.close();
    return this.#root;
  }

  #stop(message: string): void {
    this.flaw ??= { line: this.#parser.line, column: this.#parser.column + 1, message };
  }

  #onOpen(name: string, attributes: Readonly<Record<string, string>>): void {
    if (this.flaw !== undefined) return;
    if (this.#open.length === LIMITS.json_depth_max) this.#stop(TOO_DEEP);
    if (holdsMisread(attributes)) this.#stop(MISREAD);
    this.#open.push({ name, attributes: { ...attributes }, line: this.#startLine, children: [], text: "" });
  }

  #onText(text: string): void {
    const element = this.#open.at(-1);
    if (element === undefined || this.flaw !== undefined) return;
    if (isMisread(text)) this.#stop(MISREAD);
    else element.text += text;
  }

  #onClose(): void {
    const closed = this.flaw === undefined ? this.#open.pop() : undefined;
    if (closed === undefined) return;
    const element: XmlElement = { ...closed, text: closed.text.trim() };
    const parent = this.#open.at(-1);
    if (parent === undefined) this.#root = element;
    else parent.children.push(element);
  }
}
