import { expect, test } from "vitest";
import { createQualityReport } from "./quality.fixtures.ts";
import { runQuality, toText } from "./quality.ts";

test.each([
  [[], "--source is missing."],
  [["--source", "Leeds EYFSP"], "--source: expected"],
  [["--source", "leeds-eyfsp", "--client", ""], "--client is empty."],
  [["--source", "leeds-eyfsp", "--deliveries", "many"], "--deliveries: expected"],
  [["--sauce", "leeds-eyfsp"], "Unknown option"],
])("%j is misuse, and the usage tells what is wrong", async (given, problem) => {
  const { exit, out, error } = await runQuality(given, {});
  expect([exit, out]).toEqual([2, ""]);
  expect(error).toContain(problem);
  expect(error).toContain("Usage: npm run -s quality");
});

test("a report is printed as tables whose columns stand under each other", () => {
  const text = toText(createQualityReport(30));
  const lines = text.split("\n").filter((line) => /^(field|code|birth_date) /.test(line));
  expect(lines).toHaveLength(3);
  expect(new Set(lines.map((line) => line.length)).size).toBe(1);
  expect(text).toContain("is shown as c");
});

test("a source that sent nothing is told so", () => {
  expect(toText(createQualityReport(0))).toContain("Nothing was delivered yet.");
});
