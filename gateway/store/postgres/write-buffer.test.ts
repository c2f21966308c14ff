import { expect, test } from "vitest";
import { toWrite } from "../statements/steps.ts";
import { WriteBuffer } from "./write-buffer.ts";

const parent = (id: number) => toWrite("INSERT INTO parent (id) VALUES (?)", id);
const child = (id: number) => toWrite("INSERT INTO child (id, of) VALUES (?, ?) ON CONFLICT DO NOTHING", id, id);

/** What it would send: the table and the values of each statement. */
function sent(...statements: readonly ReturnType<typeof toWrite>[]): readonly string[] {
  const buffer = new WriteBuffer();
  for (const statement of statements) buffer.add(statement);
  expect(buffer.size).toBe(statements.length);
  const ready = buffer.take().map(({ translated, values }) => `${translated.text.split(" ")[2]} ${values.join(" ")}`);
  expect([buffer.take(), buffer.size]).toEqual([[], 0]);
  return ready;
}

test("rows of one insert go out as one statement, those of another table beside", () => {
  expect(sent(parent(1), child(1), parent(2), child(2))).toEqual(["parent 1 2", "child 1 1 2 2"]);
});

test("rows are sent so many at a time", () => {
  const rows = Array.from({ length: 39 }, (_, n) => parent(n));
  expect(sent(...rows).map((one) => one.split(" ").length - 1)).toEqual([32, 7]);
});

test("a row does not get in before a statement that speaks of its table, and does before another", () => {
  const ofParent = toWrite("UPDATE t SET parent = 1 WHERE id IN (SELECT id FROM parent)");
  expect(sent(parent(1), child(1), ofParent, parent(2), child(2))).toEqual([
    "parent 1",
    "child 1 1 2 2",
    "SET ",
    "parent 2",
  ]);
  const ofOther = toWrite("DELETE FROM grandparent WHERE id = ?", 7);
  expect(sent(parent(1), ofOther, parent(2))).toEqual(["parent 1 2", "grandparent 7"]);
});

test("rows of one table by two inserts keep their order", () => {
  const other = toWrite("INSERT INTO parent (id) VALUES (?) ON CONFLICT DO NOTHING", 2);
  expect(sent(parent(1), other, parent(3))).toEqual(["parent 1", "parent 2", "parent 3"]);
});
