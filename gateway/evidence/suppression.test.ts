import { expect, test } from "vitest";
import { NHS_SECONDARY_CARE, SUPPRESSION_PROFILES, shownShare, suppressBy } from "./suppression.ts";

test.each([
  [0, "0"],
  [1, "*"],
  [7, "*"],
  [8, "10"],
  [12, "10"],
  [13, "15"],
  [1_002, "1000"],
])("%d is shown as %s by the rule of secondary care", (count, shown) => {
  expect(suppressBy(NHS_SECONDARY_CARE)(count)).toBe(shown);
});

test("research environments see nothing below ten, zero among it", () => {
  const profile = SUPPRESSION_PROFILES.find(({ id }) => id === "tre-10");
  const shown = profile && suppressBy(profile);
  expect([0, 1, 9, 10, 13].map((count) => shown?.(count))).toEqual(["*", "*", "*", "10", "15"]);
});

test("no profile ever shows what it suppresses, nor a number that is not rounded", () => {
  for (const profile of SUPPRESSION_PROFILES) {
    for (let count = 1; count < 200; count += 1) {
      const shown = suppressBy(profile)(count);
      if (count < profile.shown_min) expect(shown).toBe("*");
      else expect(Number(shown) % profile.base).toBe(0);
    }
  }
});

test("a share is one of what is shown", () => {
  expect(shownShare("10", "50")).toBe("20 %");
  expect(shownShare("*", "50")).toBe("*");
  expect(shownShare("0", "0")).toBe("");
});
