import fc from "fast-check";
import { expect, test } from "vitest";
import { Digest } from "./digest.ts";
import { type Cell, eachRow, endOfRow, RowBuffer } from "./rows.ts";
import type { Column } from "./table.ts";

const COLUMNS: readonly Column[] = [
  { name: "key", type: "integer" },
  { name: "told", type: "text" },
  { name: "bits", type: "real" },
  { name: "body", type: "bytes" },
];

const ROW = fc.tuple(
  fc.maxSafeInteger(),
  fc.option(fc.string({ unit: "grapheme", maxLength: 20 })),
  fc.option(fc.double({ noNaN: true })),
  fc.option(fc.uint8Array({ maxLength: 20 })),
);

/** Bytes as numbers, so that a Buffer and an array of the same are the same. */
const plain = (cells: readonly Cell[]): readonly unknown[] =>
  cells.map((cell) => (cell instanceof Uint8Array ? [...cell] : cell));

function fill(rows: readonly (readonly Cell[])[]): RowBuffer {
  const buffer = new RowBuffer(1);
  for (const row of rows) buffer.add(COLUMNS, row);
  return buffer;
}

test("rows are read as they were written, whatever they hold", () => {
  fc.assert(
    fc.property(fc.array(ROW), (rows) => {
      const read = [...eachRow(COLUMNS, fill(rows).bytes)];
      expect(read.map(plain)).toEqual(rows.map((row) => plain(row).map(pictured)));
    }),
  );
});

/** The one character that PostgreSQL does not take. */
const pictured = (cell: unknown): unknown => (typeof cell === "string" ? cell.replaceAll("\0", "\u2400") : cell);

test("a row is what PostgreSQL's binary copy format says of it", () => {
  const { bytes } = fill([[-2, "é", null, Uint8Array.of(1, 2)]]);
  const expected = ["0004", "00000008fffffffffffffffe", "00000002c3a9", "ffffffff", "000000020102"];
  expect(bytes.toString("hex")).toBe(expected.join(""));
});

test("a row ends nowhere while any of it is missing", () => {
  const { bytes } = fill([[1, "two", 3.5, Uint8Array.of(4)]]);
  expect(endOfRow(bytes, 0)).toBe(bytes.length);
  for (let length = 0; length < bytes.length; length++) {
    expect(endOfRow(bytes.subarray(0, length), 0), `${length} bytes`).toBeUndefined();
  }
});

test("a digest is the same in any order of the rows, and in any parts", () => {
  fc.assert(
    fc.property(fc.array(ROW), fc.nat(), (rows, cut) => {
      const whole = fill(rows).digest;
      const parts = new Digest();
      const at = rows.length === 0 ? 0 : cut % rows.length;
      parts.addAll(fill(rows.slice(at).toReversed()).digest);
      parts.addAll(fill(rows.slice(0, at)).digest);
      expect(parts.equals(whole)).toBe(true);
    }),
  );
});

test.each([
  ["a cell is another", [[1, "a", null, null]], [[1, "b", null, null]]],
  ["a text is empty instead of absent", [[1, "", null, null]], [[1, null, null, null]]],
  [
    "cells are exchanged between rows",
    [
      [1, "a", null, null],
      [2, "b", null, null],
    ],
    [
      [1, "b", null, null],
      [2, "a", null, null],
    ],
  ],
  ["a row is there twice", [[1, "a", null, null]], Array.from({ length: 2 }, () => [1, "a", null, null])],
  ["a row is missing", [[1, "a", null, null]], []],
  ["a zero has lost its sign", [[1, null, 0, null]], [[1, null, -0, null]]],
])("a digest is another where %s", (_, one, other) => {
  expect(fill(one).digest.equals(fill(other).digest)).toBe(false);
});
