import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { isTemporaryUpn, isUpn, normaliseUpn } from "./upn.ts";

test.each([
  ["F383399925001", true, false, "Leeds"],
  ["J205399925017", true, false, "Hammersmith and Fulham"],
  ["R876399924102", true, false, "Halton"],
  ["E38339992501A", true, true, "a temporary number"],
  ["U38339992507Z", true, true, "a temporary number ending in the last letter"],
  ["G383399925001", false, false, "a wrong check letter"],
  ["I383399925001", false, false, "a check letter that is not in the alphabet"],
  ["F38339992501S", false, false, "a final letter that is not in the alphabet"],
  ["f383399925001", false, false, "lower case"],
  ["F38339992500", false, false, "twelve characters"],
  ["Q207000016049", false, false, "an example that was published with a wrong letter"],
  ["P207000016049", true, false, "the same example with the right one"],
])("%s is a UPN: %s, temporary: %s (%s)", (text, valid, temporary) => {
  expect([isUpn(text), isTemporaryUpn(text)]).toEqual([valid, temporary]);
});

test("a UPN is normalised to upper case without spaces", () => {
  expect(isUpn(normaliseUpn(" f383 399925001"))).toBe(true);
});

const vectors = fileURLToPath(new URL("../../../shared/data/education/upn_vectors.csv", import.meta.url));

test.runIf(existsSync(vectors))("every outside vector is judged as published", () => {
  const rows = readFileSync(vectors, "utf8").trim().split("\n").slice(1);
  const judged = rows.map((row) => row.split(",")).map(([upn = "", valid]) => [upn, isUpn(upn), valid === "true"]);
  expect(judged.filter(([, found, expected]) => found !== expected)).toEqual([]);
  expect(judged.length).toBeGreaterThan(15);
});
