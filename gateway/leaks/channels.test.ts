import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { CHANNELS } from "./channels.ts";

const GATEWAY = join(import.meta.dirname, "..");

test("each of the sixty channels has a test", () => {
  expect(CHANNELS.map(({ number }) => number)).toEqual(Array.from({ length: 60 }, (_, index) => index + 1));
  for (const { name, tests } of CHANNELS) expect(tests.length, name).toBeGreaterThan(0);
});

test.each(CHANNELS)("channel $number, $name, names tests that are there", ({ tests }) => {
  for (const [file, title] of tests) expect(readFileSync(join(GATEWAY, file), "utf8")).toContain(title);
});
