import { isUtf8 } from "node:buffer";
import { LIMITS } from "../../limits.ts";
import { type ParsedJson, parseStrictJson } from "../../validation/strict-json.ts";
import { describeNotText } from "./not-text.ts";
import type { ReadItem } from "./read-item.ts";
import { splitRecords } from "./split-records.ts";

interface JsonOptions {
  /** The sender says that the file is NDJSON; otherwise a first line that is whole in itself says so. */
  readonly lines: boolean;
}

const decoder = new TextDecoder("utf-8", { fatal: true });
const BYTES_MAX = LIMITS.source_message_bytes_max;

/**
 * Reads one JSON document, or NDJSON with one document a line. Holds one document at a time, of at most
 * `source_message_bytes_max` bytes. A bad line of NDJSON is refused by itself; a bad document is the whole file.
 */
export async function* readJson(
  body: AsyncIterable<Uint8Array>,
  options: JsonOptions,
): AsyncGenerator<ReadItem<unknown>> {
  let lines = options.lines;
  const document: Buffer[] = [];
  let size = 0;
  for await (const record of splitRecords(body, { bytesMax: BYTES_MAX, quoted: false })) {
    if (record.kind === "too-long") {
      const issue = { line: record.line, message: `larger than ${BYTES_MAX} bytes; send one message a file or a line` };
      if (!lines) return yield { kind: "stopped", issue };
      yield { kind: "refused", issue, content: "" };
      continue;
    }
    if (document.length === 0 && isBlank(record.bytes)) continue;
    const whole = lines || document.length === 0 ? toItem(record.bytes, record.line) : undefined;
    if (whole?.kind === "record") lines = true;
    if (lines && whole !== undefined) {
      yield whole;
      continue;
    }
    size += record.bytes.length + 1;
    if (size > BYTES_MAX) {
      const message = `the document is larger than ${BYTES_MAX} bytes; send one message a file`;
      return yield { kind: "stopped", issue: { line: record.line, message } };
    }
    if (document.length === 0) document.push(Buffer.alloc(record.line - 1, "\n"));
    document.push(record.bytes, NEWLINE);
  }
  if (lines) return;
  const item = toItem(Buffer.concat(document), 1);
  yield item.kind === "refused" ? { kind: "stopped", issue: item.issue } : item;
}

const NEWLINE = Buffer.from("\n");

function toItem(bytes: Buffer, line: number): ReadItem<unknown> {
  const parsed = parseBytes(bytes);
  if (parsed === undefined) {
    const issue = { line, column: 1, message: `not JSON: ${describeNotText(bytes, line === 1)}` };
    return { kind: "refused", issue, content: "" };
  }
  if (parsed.ok) return { kind: "record", line, raw: parsed.value, notCarried: [] };
  const issue = { line: line + parsed.line - 1, column: parsed.column, message: `not JSON: ${parsed.reason}` };
  return { kind: "refused", issue, content: bytes.toString("utf8") };
}

/** `undefined` for bytes that are no text. */
function parseBytes(bytes: Buffer): ParsedJson | undefined {
  return isUtf8(bytes) ? parseStrictJson(decoder.decode(bytes), LIMITS.json_depth_max) : undefined;
}

function isBlank(bytes: Buffer): boolean {
  return bytes.toString("latin1").trim() === "";
}
