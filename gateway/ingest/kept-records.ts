import type { AnyMapper, StagedMapper } from "#mappers/mapper.ts";
import { LIMITS } from "../limits.ts";
import { parseStrictJson } from "../validation/strict-json.ts";
import { toElement, toRow } from "./kept-content.ts";
import { elementsOf, messagesOf, type ReadOptions, readRecords, rowsOf, tablesOf } from "./prepare.ts";
import type { Read } from "./prepared.ts";

/** A source record that the store kept, or a corrected one in its place. */
export interface HeldRecord {
  /** The record as quarantine shows it, in JSON, or as a file of the source's own format. */
  readonly content: string;
  /** Line in the file that brought it. */
  readonly line: number;
  /** Key of its unit, where it has one. */
  readonly unit?: string;
  /** Table of a row. */
  readonly table?: string;
  /** Entry of the quarantine that ends when the record is taken in. */
  readonly quarantineId?: string;
}

const NOT_READABLE =
  "cannot be read again: expected the record as the quarantine shows it, in JSON, or a file of the source's own format";

/** A kept record once more in the form in which the reader gave it. What is no JSON is read as a file. */
export async function* readKept(mapper: AnyMapper, held: HeldRecord, options: ReadOptions): AsyncGenerator<Read> {
  const { quarantineId, line } = held;
  const told = { ...options, quarantineId };
  const value = parseJson(held.content);
  if (value === undefined) {
    yield* readRecords(mapper, once(held.content), told);
    return;
  }
  yield toRead(mapper, value, { held, options: told }) ?? {
    prepared: {
      kind: "refused",
      line,
      issues: [{ line, message: NOT_READABLE }],
      content: () => held.content,
      ...(quarantineId === undefined ? {} : { quarantineId }),
    },
    notCarried: [],
    dropped: [],
    filled: () => [],
    found: [],
  };
}

interface ToRead {
  readonly held: HeldRecord;
  readonly options: ReadOptions;
}

function toRead(mapper: AnyMapper, value: unknown, { held, options }: ToRead): Read | undefined {
  const { line } = held;
  const item = { kind: "record" as const, line, notCarried: [] };
  if (mapper.reader === "json") return messagesOf(mapper, options)({ ...item, raw: value });
  if (mapper.reader === "xml") {
    const raw = toXmlRecord(value, line);
    return raw && elementsOf(mapper, options)({ ...item, raw });
  }
  if (mapper.reader === "forms") {
    const raw = toXmlRecord(value, line);
    return raw ? elementsOf(mapper.xml, options)({ ...item, raw }) : toRead(mapper.csv, value, { held, options });
  }
  if (mapper.reader === "hl7v2") {
    return typeof value === "string" ? messagesOf(mapper, options)({ ...item, raw: value }) : undefined;
  }
  const row = toRow(value);
  if (row === undefined) return undefined;
  if (mapper.reader === "csv") return rowsOf(mapper, options)({ ...item, raw: row });
  const shape = tableOf(mapper, held.table);
  return shape && tablesOf(mapper, options)({ ...item, raw: { shape, row } });
}

function toXmlRecord(value: unknown, line: number) {
  if (typeof value !== "object" || value === null || !("header" in value) || !("element" in value)) return undefined;
  const header = toElement(value.header, line);
  const element = toElement(value.element, line);
  return header && element && { header, element };
}

function tableOf({ tables }: StagedMapper, name: string | undefined) {
  return tables.find((table) => table.name === name);
}

function parseJson(content: string): unknown {
  const parsed = parseStrictJson(content, LIMITS.json_depth_max);
  return parsed.ok ? parsed.value : undefined;
}

async function* once(content: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(content);
}
