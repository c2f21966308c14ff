import { EventEmitter } from "node:events";
import type { Client } from "pg";
import type { Output } from "../statements/values.ts";

/** A column of an answer. */
export interface Column {
  readonly name: string;
  readonly read: (bytes: Buffer, from: number, to: number) => Output;
}

/** A row as it came: of each field its length and its bytes. */
export class DataRow {
  readonly bytes: Buffer;
  /** Where the first field's length stands. */
  readonly start: number;

  constructor(bytes: Buffer, start: number) {
    this.bytes = bytes;
    this.start = start;
  }

  /** For a query of the client's own: each field as text. */
  get fields(): readonly (string | null)[] {
    let at = this.start;
    return Array.from({ length: this.bytes.readInt16BE(this.start - 2) }, () => {
      const length = this.bytes.readInt32BE(at);
      at += 4 + Math.max(length, 0);
      return length < 0 ? null : this.bytes.toString("utf8", at - length, at);
    });
  }
}

const TWO_32 = 2 ** 32;
const readInteger8 = (bytes: Buffer, from: number): number =>
  bytes.readInt32BE(from) * TWO_32 + bytes.readUInt32BE(from + 4);
const readText = (bytes: Buffer, from: number, to: number): string => bytes.toString("utf8", from, to);

/** By type, as `pg_type` numbers them: how a value is read that PostgreSQL has sent in its binary form. */
const READERS: Readonly<Record<number, Column["read"]>> = {
  16: (bytes, from) => bytes[from] ?? 0,
  // Taken out of what was read from the socket, which would live as long as any part of it.
  17: (bytes, from, to) => Buffer.from(bytes.subarray(from, to)),
  20: readInteger8,
  21: (bytes, from) => bytes.readInt16BE(from),
  23: (bytes, from) => bytes.readInt32BE(from),
  701: (bytes, from) => bytes.readDoubleBE(from),
  19: readText,
  25: readText,
  1043: readText,
};

/** @throws TypeError for a type that no statement of the store asks for */
export function toColumn({ name, dataTypeID }: { readonly name: string; readonly dataTypeID: number }): Column {
  const read = READERS[dataTypeID];
  if (read === undefined) throw new TypeError(`Values of type ${dataTypeID} are not read from PostgreSQL.`);
  return { name, read };
}

export function readRow(
  { bytes, start }: DataRow,
  columns: readonly Column[],
  put: (n: number, value: Output) => void,
) {
  let at = start;
  for (let n = 0; n < columns.length; n += 1) {
    const length = bytes.readInt32BE(at);
    at += 4;
    if (length < 0) put(n, null);
    else {
      put(n, columns[n]?.read(bytes, at, at + length) ?? null);
      at += length;
    }
  }
}

const DATA_ROW = 0x44;
/** A message: its kind, its length with the four bytes of that, and so many bytes. */
const HEAD_BYTES = 5;

/**
 * From now on rows reach whoever asked as bytes. The client itself would make a text of every field first, which costs
 * several times the reading, and spoils what is none; all other messages it reads as ever.
 */
export function passRowsAsBytes({ connection }: Client): void {
  const attach: unknown = Reflect.get(connection, "attachListeners");
  if (typeof attach !== "function") throw new TypeError("This version of pg is not known: it reads no stream.");
  Reflect.set(connection, "attachListeners", (stream: EventEmitter) => {
    const others = new EventEmitter();
    attach.call(connection, others);
    let rest: Buffer = Buffer.alloc(0);
    stream.on("data", (chunk: Buffer) => {
      const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
      const end = eachMessage(bytes, {
        row: (start) => connection.emit("dataRow", new DataRow(bytes, start)),
        others: (from, to) => others.emit("data", bytes.subarray(from, to)),
      });
      rest = bytes.subarray(end);
    });
  });
}

interface Messages {
  row(start: number): void;
  /** Some that follow each other. */
  others(from: number, to: number): void;
}

/** Answers with where the first message begins that is not there whole. */
function eachMessage(bytes: Buffer, messages: Messages): number {
  let at = 0;
  let from = 0;
  while (at + HEAD_BYTES <= bytes.length) {
    const end = at + 1 + bytes.readUInt32BE(at + 1);
    if (end > bytes.length) break;
    if (bytes[at] === DATA_ROW) {
      if (from < at) messages.others(from, at);
      messages.row(at + HEAD_BYTES + 2);
      from = end;
    }
    at = end;
  }
  if (from < at) messages.others(from, at);
  return at;
}
