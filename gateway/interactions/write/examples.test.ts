import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { isRecordType } from "#profiles/interactions.ts";
import { parseLossless } from "../../validation/lossless.ts";
import { isTree, type Tree } from "./tree.ts";
import { FREE, openWriting, type Writing } from "./write.fixtures.ts";

/** Every official R4 example of a type that is written here. */
const FOLDER = dirname(createRequire(import.meta.url).resolve("hl7.fhir.r4.examples/package.json"));
const EXAMPLES = readdirSync(FOLDER)
  .filter((name) => name.endsWith(".json") && isRecordType(name.split("-", 1)[0] ?? ""))
  .map((name) => [name, readFileSync(join(FOLDER, name), "utf8")] as const);

let writing: Writing;

beforeAll(async () => {
  writing = await openWriting();
});
afterAll(() => writing.house.close());

function tree(text: string): Tree {
  const parsed = parseLossless(text);
  if (!isTree(parsed)) throw new Error("an example is an object");
  return parsed;
}

/** All but what the server decides, numbers to the digit. */
function meaning(text: string): string {
  const { id: _, meta, ...rest } = tree(text);
  const { versionId: __, lastUpdated: ___, ...kept } = isTree(meta) ? meta : {};
  return JSON.stringify(inOrder({ ...rest, meta: kept }));
}

function inOrder(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inOrder);
  if (!isTree(value)) return value;
  const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(members.map(([name, member]) => [name, inOrder(member)]));
}

test("there are examples of every type", () => {
  expect(new Set(EXAMPLES.map(([name]) => name.split("-", 1)[0])).size).toBe(7);
});

test.each(EXAMPLES)("%s is created, read, updated and patched with the same meaning", async (_, text) => {
  const { resourceType } = tree(text);
  const created = await writing.send(FREE, `POST ${resourceType}`, { body: text });
  expect(created.issues).toEqual([]);
  expect(created.status).toBe(201);
  const name = `${resourceType}/${created.id}`;
  expect(meaning((await writing.read(FREE, name)).text)).toBe(meaning(text));
  const changed = JSON.stringify({ ...tree(text), id: created.id, language: "cy" });
  const updated = await writing.send(FREE, `PUT ${name}`, { body: changed });
  expect(updated.status).toBe(200);
  expect(meaning((await writing.read(FREE, name)).text)).toBe(meaning(changed));
  const operations = [
    { op: "replace", path: "/language", value: "en" },
    { op: "remove", path: "/text" },
  ];
  const hasText = tree(text).text !== undefined;
  const patched = await writing.send(FREE, `PATCH ${name}`, {
    body: hasText ? operations : operations.slice(0, 1),
    contentType: "application/json-patch+json",
  });
  expect(patched.issues).toEqual([]);
  const { text: __, ...rest } = tree(changed);
  expect(meaning(patched.text)).toBe(meaning(JSON.stringify({ ...rest, language: "en" })));
});
