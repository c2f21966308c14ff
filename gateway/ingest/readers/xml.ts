import { SaxesParser } from "saxes";
import type { XmlElement } from "#mappers/mapper.ts";
import { LIMITS } from "../../limits.ts";
import type { PlaceIssue, ReadItem } from "./read-item.ts";
import { DOCTYPE_REFUSED, holdsMisread, isMisread, MISREAD, reasonOf, TOO_DEEP } from "./xml-flaws.ts";
import { readPlainElement } from "./xml-plain.ts";
import { decodeXml, ENCODING_REFUSED } from "./xml-text.ts";

/** Where the records stand in a file; paths are written below the root, as `CTFpupilData/Pupil`. */
export interface XmlShape {
  readonly root: string;
  readonly header: string;
  readonly repeated: string;
}

/** One repeated element with the header that came before all of them. */
export interface XmlRecord {
  readonly header: XmlElement;
  readonly element: XmlElement;
}

const RECORD_CHARACTERS_MAX = LIMITS.source_record_bytes_max;

/**
 * Reads the repeated elements of an XML file in constant memory. A file that is cut off or not well-formed gives the
 * records that were whole before, then one issue with line and column. Document type declarations are refused, and
 * with them every entity but the five of XML itself.
 */
export async function* readXml(body: AsyncIterable<Uint8Array>, shape: XmlShape): AsyncGenerator<ReadItem<XmlRecord>> {
  const builder = new RecordBuilder(shape);
  for await (const text of decodeXml(body)) {
    if (text === undefined) return yield { kind: "stopped", issue: { line: 1, column: 1, message: ENCODING_REFUSED } };
    yield* builder.write(text);
    if (builder.stopped !== undefined) return yield { kind: "stopped", issue: builder.stopped };
  }
  yield* builder.close();
  if (builder.stopped !== undefined) yield { kind: "stopped", issue: builder.stopped };
}

interface OpenElement {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly line: number;
  readonly children: XmlElement[];
  text: string;
}

/** Turns parser events into elements, and keeps only the path outside of the header and the records. */
class RecordBuilder {
  /** Why reading ended; set once. */
  stopped: PlaceIssue | undefined;
  readonly #parser = new SaxesParser();
  readonly #shape: XmlShape;
  readonly #path: string[] = [];
  readonly #open: OpenElement[] = [];
  #header: XmlElement | undefined;
  #items: ReadItem<XmlRecord>[] = [];
  #startLine = 1;
  #recordStart = 0;
  #lastFinish = -1;
  #lastEvent = 0;
  #refusal: string | undefined;
  /** Text behind a record that a whole parser need perhaps never see. */
  #held = "";
  #isBehindRecord = false;
  /** Characters that the parser was given. */
  #parsed = 0;
  readonly #recordName: string;

  constructor(shape: XmlShape) {
    this.#shape = shape;
    this.#recordName = shape.repeated.split("/").at(-1) ?? "";
    const parser = this.#parser;
    parser.on("error", (error) => this.#stop(`not well-formed XML: ${reasonOf(error)}`));
    parser.on("doctype", () => this.#stop(DOCTYPE_REFUSED));
    parser.on("opentagstart", () => {
      this.#startLine = parser.line;
    });
    parser.on("opentag", (tag) => this.#onOpen(tag.name, tag.attributes));
    parser.on("closetag", () => this.#onClose());
    parser.on("text", (text) => this.#onText(text));
    parser.on("cdata", (text) => this.#onText(text));
    parser.on("comment", () => this.#onText(""));
  }

  write(text: string): readonly ReadItem<XmlRecord>[] {
    this.#held += text;
    const closing = `</${this.#recordName}>`;
    let at = 0;
    while (at < this.#held.length && this.stopped === undefined) {
      if (this.#isBehindRecord) {
        const next = this.#readPlain(at);
        if (next === "incomplete") break;
        if (next !== "unusual") {
          at = next;
          continue;
        }
      }
      const last = this.#held.indexOf(closing, at);
      const end = last < 0 ? this.#held.length : last + closing.length;
      this.#parse(this.#held.slice(at, end));
      at = end;
    }
    this.#held = this.#held.slice(at);
    return this.#take();
  }

  close(): readonly ReadItem<XmlRecord>[] {
    if (this.stopped === undefined) this.#parse(this.#held);
    this.#parser.close();
    return this.#take();
  }

  #parse(text: string): void {
    this.#parser.write(text);
    this.#parsed += text.length;
    // Where the text ends with a record, the parser stands between two elements and can be moved on by hand.
    this.#isBehindRecord = this.#lastFinish === this.#parsed;
    if (this.#parsed - this.#lastEvent > RECORD_CHARACTERS_MAX) {
      this.#stop(`a single text or tag is longer than ${RECORD_CHARACTERS_MAX} characters`);
    }
  }

  /** Takes a record that is nothing but tags and text past the parser; answers with the index behind it. */
  #readPlain(at: number): number | "incomplete" | "unusual" {
    const parser = this.#parser;
    const read = readPlainElement(this.#held, at, {
      name: this.#recordName,
      line: parser.line,
      depth_max: LIMITS.json_depth_max - this.#path.length,
      characters_max: RECORD_CHARACTERS_MAX,
    });
    if (read === "incomplete" || this.#header === undefined) return "incomplete";
    if (read === "unusual") return read;
    const { element, end, lines, column } = read;
    this.#items.push({ kind: "record", line: element.line, raw: { header: this.#header, element }, notCarried: [] });
    parser.line += lines;
    parser.column = column ?? parser.column + end - at;
    return end;
  }

  #take(): readonly ReadItem<XmlRecord>[] {
    const items = this.#items;
    this.#items = [];
    return items;
  }

  #stop(message: string): void {
    // A tag that closes the wrong element is reported after the element was closed by force: that record was not whole.
    if (this.stopped === undefined && this.#lastFinish === this.#parser.position) this.#items.pop();
    this.stopped ??= { line: this.#parser.line, column: this.#parser.column + 1, message };
  }

  #onOpen(name: string, attributes: Readonly<Record<string, string>>): void {
    if (this.stopped !== undefined) return;
    this.#lastEvent = this.#parser.position;
    this.#path.push(name);
    const isInside = this.#open.length > 0;
    // Inside a record only the depth counts; spelling out the path of every element would take longer than parsing it.
    const path = isInside ? "" : this.#path.slice(1).join("/");
    const flaw = this.#flawOf(name, path);
    if (flaw !== undefined) {
      this.#stop(flaw);
      return;
    }
    if (!isInside) {
      if (path !== this.#shape.header && path !== this.#shape.repeated) return;
      this.#recordStart = this.#parser.position;
      this.#refusal = undefined;
    }
    this.#open.push({ name, attributes: { ...attributes }, line: this.#startLine, children: [], text: "" });
  }

  /** Why nothing can be read from this element on. */
  #flawOf(name: string, path: string): string | undefined {
    const { root, header, repeated } = this.#shape;
    if (this.#path.length === 1 && name !== root) return `the root element is not <${root}>`;
    if (this.#path.length > LIMITS.json_depth_max) return TOO_DEEP;
    if (path === repeated && this.#open.length === 0 && this.#header === undefined) {
      return `<${repeated}> comes before <${header}>, which must tell where the file is from`;
    }
    return undefined;
  }

  #onClose(): void {
    if (this.stopped !== undefined) return;
    this.#lastEvent = this.#parser.position;
    const closed = this.#open.pop();
    const path = closed !== undefined && this.#open.length === 0 ? this.#path.slice(1).join("/") : "";
    this.#path.pop();
    if (closed === undefined) return;
    const { name, attributes, children, line } = closed;
    const element: XmlElement = { name, attributes, children, text: closed.text.trim(), line };
    this.#judge(element);
    const parent = this.#open.at(-1);
    if (parent !== undefined) {
      if (this.#refusal === undefined) parent.children.push(element);
      return;
    }
    this.#finish(path, element);
  }

  #finish(path: string, element: XmlElement): void {
    if (path !== this.#shape.header) this.#lastFinish = this.#parser.position;
    if (path === this.#shape.header) {
      if (this.#refusal === undefined) this.#header = element;
      else this.#stop(`<${path}> ${this.#refusal}`);
    } else if (this.#refusal !== undefined) {
      this.#items.push({
        kind: "refused",
        issue: { line: element.line, field: path, message: this.#refusal },
        content: "",
      });
    } else if (this.#header !== undefined) {
      this.#items.push({ kind: "record", line: element.line, raw: { header: this.#header, element }, notCarried: [] });
    }
  }

  /** What is wrong with one element spoils its record and no other. */
  #judge(element: XmlElement): void {
    if (this.#parser.position - this.#recordStart > RECORD_CHARACTERS_MAX) {
      this.#refusal ??= `longer than ${RECORD_CHARACTERS_MAX} characters`;
    }
    if (isMisread(element.text) || holdsMisread(element.attributes)) this.#refusal ??= MISREAD;
  }

  #onText(text: string): void {
    this.#lastEvent = this.#parser.position;
    const element = this.#open.at(-1);
    if (element !== undefined && this.#refusal === undefined) element.text += text;
  }
}
