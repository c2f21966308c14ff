import type { Value } from "../statements/steps.ts";
import { type ColumnType, TYPE_NUMBERS } from "./column-types.ts";

/**
 * A column of several rows as one parameter: an array in PostgreSQL's binary form (`array_recv` in its source), which the
 * client sends as it is. Its head: dimensions, whether any value is NULL, the type of the values, how many, the first's number.
 */
const HEAD_BYTES = 20;
const LENGTH_BYTES = 4;
const NUMBER_BYTES = 8;
const HALF = 0x1_0000_0000;
const NULL = -1;
/** No character of a text needs more in UTF-8, one of JavaScript's two halves each. */
export const CHARACTER_BYTES_MAX = 3;

/** @throws TypeError for a value that the column cannot hold */
export function toArray(type: ColumnType, rows: readonly (readonly Value[])[], column: number): Buffer {
  const buffer = Buffer.allocUnsafe(HEAD_BYTES + bytesOf(type, rows, column));
  let at = HEAD_BYTES;
  let hasNull = 0;
  for (const row of rows) {
    const value = row[column] ?? null;
    if (value === null) {
      hasNull = 1;
      at = buffer.writeInt32BE(NULL, at);
    } else if (type === "BIGINT") at = writeInteger(buffer, value, at);
    else if (type === "TEXT") at = writeText(buffer, `${value}`, at);
    else if (type === "BYTEA") at = writeBytes(buffer, value, at);
    else at = buffer.writeDoubleBE(Number(value), buffer.writeInt32BE(NUMBER_BYTES, at));
  }
  buffer.writeInt32BE(1, 0);
  buffer.writeInt32BE(hasNull, 4);
  buffer.writeInt32BE(TYPE_NUMBERS[type], 8);
  buffer.writeInt32BE(rows.length, 12);
  buffer.writeInt32BE(1, 16);
  return buffer.subarray(0, at);
}

/** As many as they take, or more. */
function bytesOf(type: ColumnType, rows: readonly (readonly Value[])[], column: number): number {
  if (type !== "TEXT" && type !== "BYTEA") return rows.length * (LENGTH_BYTES + NUMBER_BYTES);
  let bytes = rows.length * LENGTH_BYTES;
  for (const row of rows) {
    const value = row[column] ?? null;
    if (value instanceof Uint8Array) bytes += value.length;
    else if (value !== null) bytes += `${value}`.length * CHARACTER_BYTES_MAX;
  }
  return bytes;
}

function writeInteger(buffer: Buffer, value: Value, at: number): number {
  if (!Number.isSafeInteger(value)) throw new TypeError("A column of whole numbers was given something else.");
  const number = Number(value);
  const next = buffer.writeInt32BE(Math.floor(number / HALF), buffer.writeInt32BE(NUMBER_BYTES, at));
  return buffer.writeUInt32BE(number >>> 0, next);
}

function writeText(buffer: Buffer, text: string, at: number): number {
  const length = buffer.write(withoutZero(text), at + LENGTH_BYTES);
  return buffer.writeInt32BE(length, at) + length;
}

function writeBytes(buffer: Buffer, value: Value, at: number): number {
  if (!(value instanceof Uint8Array)) throw new TypeError("A column of bytes was given something else.");
  const next = buffer.writeInt32BE(value.length, at);
  buffer.set(value, next);
  return next + value.length;
}

/** PostgreSQL's texts hold no character of value zero; its picture stands for it. */
export function withoutZero(text: string): string {
  return text.includes("\0") ? text.replaceAll("\0", "\u2400") : text;
}
