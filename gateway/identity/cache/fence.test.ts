import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createFileFence } from "./fence.ts";

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), "fence-"));
});
afterAll(() => rmSync(directory, { recursive: true }));

test("what one raises another one sees at once, each number by itself, also one who comes later", () => {
  const path = join(directory, "kept", "fence");
  const [one, other] = [createFileFence(path), createFileFence(path)];
  const start = one.read();
  one.raiseChanges();
  const changed = other.read();
  expect(changed.changes).not.toBe(start.changes);
  expect(changed.era).toBe(start.era);
  other.raiseEra();
  expect(one.read().era).not.toBe(start.era);
  expect(one.read().changes).toBe(changed.changes);
  const later = createFileFence(path);
  expect(later.read()).toEqual(one.read());
  for (const fence of [one, other, later]) fence.close();
});
