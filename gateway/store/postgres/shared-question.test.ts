import { expect, test } from "vitest";
import { shareQuestion, shareQuestions } from "./shared-question.ts";

/** Answers when it is told to, each time with the number of the asking. */
function answering() {
  const waiting: ((error?: Error) => void)[] = [];
  const asked: unknown[] = [];
  const ask = (what?: unknown) =>
    new Promise<number>((resolve, reject) => {
      asked.push(what);
      const number = asked.length;
      waiting.push((error) => (error === undefined ? resolve(number) : reject(error)));
    });
  return { ask, asked, answer: async (error?: Error) => void waiting.shift()?.(error) };
}

test("who asks while one is under way gets the next, which is asked for all of them once", async () => {
  const { ask, asked, answer } = answering();
  const shared = shareQuestion(() => ask());
  const first = shared();
  const others = Array.from({ length: 64 }, () => shared());
  await answer();
  expect(await first).toBe(1);
  await answer();
  expect(new Set(await Promise.all(others))).toEqual(new Set([2]));
  expect(asked).toHaveLength(2);
  const later = shared();
  await answer();
  expect(await later).toBe(3);
});

test("a failure is told to those who shared it, and the next is asked all the same", async () => {
  const { ask, answer } = answering();
  const shared = shareQuestion(() => ask());
  const first = shared();
  const second = shared();
  await answer(new Error("away"));
  await expect(first).rejects.toThrow("away");
  await answer();
  expect(await second).toBe(2);
});

test("things asked about meanwhile are asked about together, each once, and each is told its own", async () => {
  const asked: (readonly string[])[] = [];
  const of = shareQuestions(async (keys: readonly string[]) => {
    asked.push(keys);
    await new Promise((resolve) => setImmediate(resolve));
    return new Map(keys.filter((key) => key !== "none").map((key) => [key, key.toUpperCase()]));
  });
  const answers = ["a", "b", "c", "b", "none"].map((key) => of(key));
  expect(await Promise.all(answers)).toEqual(["A", "B", "C", "B", undefined]);
  expect(asked).toEqual([["a"], ["b", "c", "none"]]);
  expect(await of("d")).toBe("D");
});

test.each([0, 1, 2, 3, 4, 5, 6])(
  "who comes %s turns after an answer takes nothing from those who wait",
  async (turns) => {
    const { promise: answered, resolve: answer } = Promise.withResolvers<void>();
    const of = shareQuestions(async (keys: readonly string[]) => {
      await answered;
      return new Map(keys.map((key) => [key, key.toUpperCase()]));
    });
    const answers = ["a", "b"].map((key) => of(key));
    answer();
    for (let turn = 0; turn < turns; turn += 1) await undefined;
    answers.push(of("c"));
    expect(await Promise.all(answers)).toEqual(["A", "B", "C"]);
  },
);
