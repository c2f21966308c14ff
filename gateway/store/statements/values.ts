import type { DataClass } from "#mappers/mapper.ts";

/** What a statement answers with: the types that both engines store. */
export type Output = string | number | bigint | null | Uint8Array;

/** A row by column name. */
export type Row = Readonly<Record<string, Output>>;

/** A row by column number. */
export type ArrayRow = readonly Output[];

export function text(value: Output | undefined): string {
  if (typeof value !== "string") throw new TypeError("The store holds no text where text was expected.");
  return value;
}

export function integer(value: Output | undefined): number {
  if (typeof value !== "number") throw new TypeError("The store holds no number where a number was expected.");
  return value;
}

/** The bytes as a Buffer over the same memory. */
export function bytes(value: Output | undefined): Buffer {
  if (!(value instanceof Uint8Array)) throw new TypeError("The store holds no bytes where bytes were expected.");
  return Buffer.from(value.buffer, value.byteOffset, value.byteLength);
}

/** A word out of a closed list, checked on its way out of the store. */
export function word<Word extends string>(words: Readonly<Record<Word, true>>, value: Output | undefined): Word {
  const found = text(value);
  if (isWord(words, found)) return found;
  throw new TypeError("The store holds a word that this version does not know.");
}

function isWord<Word extends string>(words: Readonly<Record<Word, true>>, value: string): value is Word {
  return Object.hasOwn(words, value);
}

const DATA_CLASSES: Readonly<Record<DataClass, true>> = { "health-visiting": true, education: true, sharing: true };

export function dataClass(value: Output | undefined): DataClass {
  return word(DATA_CLASSES, value);
}
