import { expect, test } from "vitest";
import { translate } from "./translate.ts";

test.each([
  ["parameters in order", "SELECT a FROM t WHERE b = ? AND c > ?", "SELECT a FROM t WHERE b = $1 AND c > $2"],
  ["numbered ones, as often as they stand", "SELECT ?2, ?1 WHERE x = ?2", "SELECT $2, $1 WHERE x = $2"],
  ["none within a text", "SELECT '?', 'it''s ?' WHERE a = ?", "SELECT '?', 'it''s ?' WHERE a = $1"],
  ["joins in their order", "SELECT 1 FROM a CROSS JOIN b ON b.x = a.x", "SELECT 1 FROM a JOIN b ON b.x = a.x"],
  ["no index by name", "SELECT 1 FROM a INDEXED BY a_by_x WHERE x = ?", "SELECT 1 FROM a WHERE x = $1"],
  [
    "a table that is looked into by an index for each row before it",
    "SELECT 1 FROM a CROSS JOIN b AS c INDEXED BY b_by_x ON c.x = a.x AND c.y = ?\nWHERE a.z = 1",
    "SELECT 1 FROM a JOIN LATERAL (SELECT * FROM b AS c WHERE c.x = a.x AND c.y = $1 OFFSET 0) AS c ON true\nWHERE a.z = 1",
  ],
  ["bytes by their name", "SELECT CAST(? AS BLOB)", "SELECT CAST($1 AS BYTEA)"],
  ["texts in the order of the tables", "SELECT CAST(? AS TEXT)", 'SELECT CAST($1 AS TEXT) COLLATE "C"'],
])("writes %s", (_, sql, text) => {
  expect(translate(sql).text).toBe(text);
  expect(translate(sql)).toBe(translate(sql));
});

test("names statements by their text", () => {
  const names = ["SELECT 1 WHERE ? = 1", "SELECT 2 WHERE ? = 1"].map((sql) => translate(sql).name);
  expect(new Set(names).size).toBe(2);
  // PostgreSQL cuts longer names off.
  for (const name of names) expect(name).toMatch(/^[\w-]{1,63}$/);
});

test.each([
  ["SELECT a FROM b JOIN c ON true", ["b", "c"]],
  ["INSERT INTO a (b) SELECT 1 FROM c", ["a", "c"]],
  ["UPDATE a SET b = 1 WHERE c IN (SELECT d FROM e)", ["a", "e"]],
  ["DELETE FROM a WHERE b = ?", ["a"]],
])("tells which tables %s has to do with", (sql, tables) => {
  expect(translate(sql).tables).toEqual(tables);
});
