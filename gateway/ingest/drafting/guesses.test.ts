import { expect, test } from "vitest";
import { createGuesses } from "./guesses.ts";

test("who resembles a child is looked for at first, not in a cohort of new children, and again once many prove known", () => {
  const guesses = createGuesses();
  expect(guesses.looksForAlike).toBe(true);
  for (let n = 0; n < 64; n++) guesses.tell(false);
  expect(guesses.looksForAlike).toBe(false);
  for (let n = 0; n < 63; n++) guesses.tell(n < 16);
  expect(guesses.looksForAlike).toBe(false);
  guesses.tell(false);
  expect(guesses.looksForAlike).toBe(true);
});
