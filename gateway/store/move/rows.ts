import { Digest } from "./digest.ts";
import type { Column, Key, Table } from "./table.ts";

/**
 * Rows as PostgreSQL's binary copy format has them, in which a row has one form only: the number of its columns, and of each
 * its length and its bytes, -1 for NULL (https://www.postgresql.org/docs/current/sql-copy.html, File Formats, Binary Format).
 */
export type Cell = string | number | bigint | null | Uint8Array;

const COUNT_BYTES = 2;
const LENGTH_BYTES = 4;
const NUMBER_BYTES = 8;
const HALF = 0x1_0000_0000;
const NULL = -1;
/** No character of a text needs more in UTF-8, one of JavaScript's two halves each. */
const CHARACTER_BYTES_MAX = 3;

/** Where rows are written one behind the other; used again for the next ones. */
export class RowBuffer {
  readonly digest: Digest;
  #buffer: Buffer;
  #at = 0;

  constructor(bytes: number) {
    this.#buffer = Buffer.allocUnsafe(bytes);
    this.digest = new Digest();
  }

  get bytes(): Buffer {
    return this.#buffer.subarray(0, this.#at);
  }

  add(columns: readonly Column[], cells: readonly Cell[]): void {
    const start = this.#at;
    this.#reserve(COUNT_BYTES);
    this.#at = this.#buffer.writeInt16BE(columns.length, this.#at);
    for (const [n, { type }] of columns.entries()) {
      const cell = cells[n] ?? null;
      if (cell === null) this.#null();
      else if (typeof cell === "string") this.#text(cell);
      else if (cell instanceof Uint8Array) this.#bytes(cell);
      else this.#number(Number(cell), type);
    }
    this.digest.add(this.#buffer.subarray(start, this.#at));
  }

  /** A row that is written already. */
  addRow(row: Uint8Array): void {
    this.#reserve(row.length);
    this.#buffer.set(row, this.#at);
    this.#at += row.length;
    this.digest.add(row);
  }

  #null(): void {
    this.#reserve(LENGTH_BYTES);
    this.#at = this.#buffer.writeInt32BE(NULL, this.#at);
  }

  #text(text: string): void {
    this.#reserve(LENGTH_BYTES + text.length * CHARACTER_BYTES_MAX);
    const told = pictured(text);
    const length = this.#buffer.write(told, this.#at + LENGTH_BYTES);
    this.#at = this.#buffer.writeInt32BE(length, this.#at) + length;
  }

  #bytes(bytes: Uint8Array): void {
    this.#reserve(LENGTH_BYTES + bytes.length);
    this.#at = this.#buffer.writeInt32BE(bytes.length, this.#at);
    this.#buffer.set(bytes, this.#at);
    this.#at += bytes.length;
  }

  #number(value: number, type: Column["type"]): void {
    this.#reserve(LENGTH_BYTES + NUMBER_BYTES);
    this.#at = this.#buffer.writeInt32BE(NUMBER_BYTES, this.#at);
    if (type === "real") {
      this.#at = this.#buffer.writeDoubleBE(value, this.#at);
      return;
    }
    this.#at = this.#buffer.writeInt32BE(Math.floor(value / HALF), this.#at);
    this.#at = this.#buffer.writeUInt32BE(value - Math.floor(value / HALF) * HALF, this.#at);
  }

  #reserve(bytes: number): void {
    if (this.#at + bytes <= this.#buffer.length) return;
    const larger = Buffer.allocUnsafe(2 * (this.#at + bytes));
    this.#buffer.copy(larger, 0, 0, this.#at);
    this.#buffer = larger;
  }
}

/** Where the row that begins at a place ends; `undefined` while not all of it is there, or no more rows come. */
export function endOfRow(buffer: Buffer, start: number): number | undefined {
  if (start + COUNT_BYTES > buffer.length) return undefined;
  const columns = buffer.readInt16BE(start);
  if (columns < 0) return undefined;
  let at = start + COUNT_BYTES;
  for (let n = 0; n < columns; n++) {
    if (at + LENGTH_BYTES > buffer.length) return undefined;
    const length = buffer.readInt32BE(at);
    at += LENGTH_BYTES + Math.max(length, 0);
  }
  return at > buffer.length ? undefined : at;
}

/** The cells of a row that is there as a whole; bytes are views of it. */
export function readRow(columns: readonly Column[], row: Buffer): Cell[] {
  let at = COUNT_BYTES;
  return columns.map(({ type }) => {
    const length = row.readInt32BE(at);
    at += LENGTH_BYTES;
    if (length === NULL) return null;
    const from = at;
    at += length;
    if (type === "text") return row.toString("utf8", from, at);
    if (type === "bytes") return row.subarray(from, at);
    if (type === "real") return row.readDoubleBE(from);
    return row.readInt32BE(from) * HALF + row.readUInt32BE(from + LENGTH_BYTES);
  });
}

/** The cells of all rows of a buffer. */
export function* eachRow(columns: readonly Column[], bytes: Buffer): Generator<Cell[]> {
  let at = 0;
  for (let end = endOfRow(bytes, at); end !== undefined; end = endOfRow(bytes, at)) {
    yield readRow(columns, bytes.subarray(at, end));
    at = end;
  }
}

export function keyOf({ columns, key }: Table, cells: readonly Cell[]): Key {
  return key.map((name) => {
    const cell = cells[columns.findIndex((column) => column.name === name)];
    if (typeof cell === "string") return pictured(cell);
    if (typeof cell !== "number") throw new TypeError("A key is of numbers and texts.");
    return cell;
  });
}

/** PostgreSQL's texts hold no character of value zero; its picture stands for it, as where the gateway itself writes. */
function pictured(text: string): string {
  return text.includes("\0") ? text.replaceAll("\0", "\u2400") : text;
}
