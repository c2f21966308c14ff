import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { makeWords } from "./make-words.ts";

const body = (change: object) =>
  JSON.stringify({ resourceType: "Observation", code: { text: "Body weight, measured" }, ...change });

test("words are what bodies of two authorities have in common, without numbers and without what one alone tells", () => {
  const words = makeWords(
    [
      { authority: "leeds", body: body({ note: [{ text: "told in Leeds alone" }], value: 1_234_567_890 }) },
      { authority: "leeds", body: body({ note: [{ text: "told in Leeds alone" }] }) },
      { authority: "wirral", body: body({ subject: { reference: "Patient/here" }, value: 1_234_567_890 }) },
      { authority: "halton", body: body({ subject: { reference: "Patient/there" }, date: "2024-05-06" }) },
      { authority: "sefton", body: body({ date: "2024-05-06" }) },
    ],
    1_000,
  );
  expect(words).toContain('"code":{"text":"Body weight, measured"}');
  expect(words).toContain('"subject":{"reference":"Patient/');
  expect(words).not.toMatch(/Leeds|here|1234567890|2024-05-06/);
});

test("words are no more than they may be, the most useful first", () => {
  const samples = ["leeds", "wirral"].flatMap((authority) => [
    { authority, body: body({}) },
    { authority, body: body({}) },
    { authority, body: JSON.stringify({ rarely: "something that is told less often" }) },
  ]);
  expect(makeWords(samples, 70)).toBe(body({}));
});

test("the words that are kept tell of nobody and of no authority", () => {
  const words = readFileSync(new URL("body-words.txt", import.meta.url), "utf8");
  expect(words.length).toBeGreaterThan(10_000);
  expect(words).not.toMatch(/(?<!\d)\d{10}(?!\d)|\d{4}-\d\d-\d\d|[0-9a-f]{8}-[0-9a-f]{4}-/);
  expect(words).not.toMatch(/leeds|halton|hammersmith|wirral/i);
});
