import { expect, test } from "vitest";
import { LIMITS } from "../limits.ts";
import { createStrangers } from "./strangers.ts";

function at(start_ms: number) {
  let now_ms = start_ms;
  const strangers = createStrangers(() => now_ms);
  return {
    strangers,
    wait: (ms: number) => {
      now_ms += ms;
    },
    many: (times: number) => Array.from({ length: times }, () => strangers.refused()),
  };
}

test("as many as a day of mistakes brings are recorded one by one", () => {
  const { many } = at(0);
  expect(new Set(many(LIMITS.strangers_recorded_max))).toEqual(new Set([0]));
});

test("of a flood one a minute is recorded, with how many there were since", () => {
  const { many, wait, strangers } = at(0);
  many(LIMITS.strangers_recorded_max);
  expect(new Set(many(500))).toEqual(new Set([undefined]));
  expect(strangers.left()).toBe(500);
  let recorded = 0;
  let told = 0;
  const times = 100;
  for (let n = 0; n < times; n += 1) {
    // Less than is needed to regain one.
    wait(LIMITS.strangers_regained_ms / 20);
    for (const before of many(10)) {
      if (before === undefined) continue;
      recorded += 1;
      told += before;
    }
  }
  expect(recorded).toBeLessThanOrEqual(Math.ceil(times / 20) + 1);
  expect(told + recorded + strangers.left()).toBe(500 + 10 * times);
});

test("whoever comes after it is recorded again, and tells of those that were left out", () => {
  const { many, wait } = at(0);
  many(LIMITS.strangers_recorded_max + 7);
  wait(LIMITS.strangers_regained_ms);
  expect(many(2)).toEqual([7, undefined]);
  wait(LIMITS.strangers_told_ms);
  expect(many(1)).toEqual([1]);
});
