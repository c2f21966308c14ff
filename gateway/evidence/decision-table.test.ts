import { expect, test } from "vitest";
import { DETRIMENTAL, DUTY, labelled, objection, reason } from "./decision-cases.ts";
import { READINGS } from "./decision-readings.ts";
import { decide, decisionSection } from "./decision-table.ts";

const [readings, combinations] = decisionSection().tables;

/** What the disclosure review asks of each reading: decided there, not read off the engine. */
const EXPECTED: readonly (readonly [said: string, decision: "permit" | "deny"])[] = [
  ["nobody says anything; direct care by the agreement", "permit"],
  ["the agreement asks for a Consent to the class", "deny"],
  ["active objection to everything", "deny"],
  ["the same, inactive", "permit"],
  ["OPTIN with a root that denies", "deny"],
  ["an objection whose period is over", "permit"],
  ["an objection whose last day is today", "deny"],
  ["data of March denied, the finding has no date", "deny"],
  ["data of March permitted where a Consent is needed, the finding has no date", "deny"],
  ["denied to what the practice is part of", "deny"],
  ["permitted to what the practice is part of, where a Consent is needed", "deny"],
  ["R denied, the finding is V", "deny"],
  ["R denied, the finding is N", "permit"],
  ["up to R permitted where a Consent is needed, the finding is N", "permit"],
  ["one sensitivity of two denied", "deny"],
  ["one sensitivity of two permitted where a Consent is needed", "deny"],
  ["no list knows the code", "deny"],
  ["research denied, treatment asked for", "permit"],
  ["both must hold: the class and another code", "permit"],
  ["the code denied", "deny"],
  ["denied to all, permitted to this practice, where a Consent is needed", "permit"],
  ["siblings: one permits, one denies", "deny"],
  ["break-glass below a root that denies treatment, asked for in an emergency", "permit"],
  ["a newer one permits, an older one denies", "deny"],
  ["a Consent of another form than R4 gives it", "deny"],
  ["a recorded duty outweighs the objection", "permit"],
  ["disclosing was judged more detrimental", "deny"],
  ["the glass does not lift a label", "deny"],
  ["the child is not on the list", "deny"],
];

test.each(EXPECTED)("%s: %s", (said, decision) => {
  const row = readings?.rows.find((cells) => cells[1] === said);
  expect(row?.[3]).toBe(decision);
});

test("each reading is put once, and names the rule that decided", () => {
  expect(new Set(READINGS.map(({ element, said }) => `${element} ${said}`)).size).toBe(READINGS.length);
  for (const row of readings?.rows ?? []) {
    expect(row[4], row[1]).toMatch(/^[a-z-]+ \(\S+\)$/);
    expect(row[5], row[1]).toMatch(/\.$/);
  }
});

test("what contradicts itself or can be read in two ways is refused when it is written, with a sentence", () => {
  const refused = readings?.rows.filter((row) => row[2]?.startsWith("422")).map((row) => row[0]);
  expect(refused).toEqual(
    expect.arrayContaining(["scope", "policyRule and root type", "root without a type", "action", "label system"]),
  );
});

test("every combination is there once, and none is permitted that an ended agreement asks for", () => {
  const rows = combinations?.rows ?? [];
  expect(new Set(rows.map((row) => row.slice(0, 7).join())).size).toBe(2 * 2 * 3 * 2 * 4 * 4 * 3);
  expect(rows.filter(([agreement]) => agreement === "ended").every((row) => row[7] === "deny")).toBe(true);
  expect(rows.filter((row) => row[7] === "permit").length).toBeGreaterThan(50);
});

test("a denial stands in a combination wherever nobody decided to outweigh it", () => {
  const rows = (combinations?.rows ?? []).filter((row) => row[5]?.includes("denies") && row[6] === "none");
  expect(new Set(rows.map((row) => row[7]))).toEqual(new Set(["deny"]));
});

test("what is put to the engine is what it decides", () => {
  const consents = [objection("c", { purpose: [reason("TREAT")] })];
  expect(decide({ consents }).decision).toBe("deny");
  expect(decide({ consents, decisions: [DUTY] }).decision).toBe("permit");
  expect(decide({ consents, decisions: [DETRIMENTAL] }).decision).toBe("deny");
  expect(decide({ labels: labelled() }).decision).toBe("deny");
});
