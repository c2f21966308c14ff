import { expect, test } from "vitest";
import { mutationsOf } from "./mutations.ts";
import { toSwitchable } from "./switchable.ts";

interface Input {
  readonly a: number;
  readonly b: number;
  readonly list?: readonly number[];
}

/** What a body makes of its input as it is, and with each of its mutations in turn. */
function outcomes(body: string, { a, b, list }: Input): readonly unknown[] {
  const text = `function f(a, b, list) { ${body} }`;
  const mutations = mutationsOf(text).map((mutation, number) => ({ ...mutation, number }));
  const made = new Function("isSwitchedOn", `${toSwitchable(text, mutations)}\nreturn f;`);
  return [undefined, ...mutations.keys()].map((on) => made((number: number) => number === on)(a, b, list));
}

/** The same of texts that hold one mutation each. */
function expected(body: string, { a, b, list }: Input): readonly unknown[] {
  const text = `function f(a, b, list) { ${body} }`;
  const texts = mutationsOf(text).map(
    ({ start, end, replacement }) => text.slice(0, start) + replacement + text.slice(end),
  );
  return [text, ...texts].map((one) => new Function(`${one}\nreturn f;`)()(a, b, list));
}

test.each<[string, Input]>([
  ["return a === b;", { a: 1, b: 2 }],
  ["return a < b || !(a > 3 && b > 3);", { a: 5, b: 4 }],
  ["if (a < b && b < 5) return true; return false;", { a: 1, b: 2 }],
  ["return list.some((one) => one > a) ? a : b;", { a: 1, b: 2, list: [1, 2] }],
  ["return list?.every((one) => one > a && one < b);", { a: 1, b: 3, list: [1, 2] }],
  ["return list?.every((one) => one > a) ?? a !== b;", { a: 1, b: 3 }],
  ["return [...list.filter((one) => one > a)].filter((one) => one < b).length;", { a: 1, b: 3, list: [1, 2, 3] }],
])("%s holds all its mutations, one at a time", (body, input) => {
  expect(outcomes(body, input)).toEqual(expected(body, input));
  expect(new Set(outcomes(body, input)).size).toBeGreaterThan(1);
});
