import { expect, test } from "vitest";
import { mutationsOf } from "./mutations.ts";

const mutated = (text: string): readonly string[] =>
  mutationsOf(text).map(({ start, end, replacement }) => text.slice(0, start) + replacement + text.slice(end));

test.each<[text: string, mutated: readonly string[]]>([
  ["a === b;", ["(a !== b);"]],
  ["a < b;", ["(a >= b);", "(a <= b);"]],
  ["a && b;", ["((a) || (b));", "(a);", "(b);"]],
  ["a ?? b;", ["(a);"]],
  ["if (a) b();", ["if ((!(a))) b();", "if ((false)) b();", "if ((true)) b();"]],
  ["const c = a ? 1 : 2;", ["const c = (!(a)) ? 1 : 2;", "const c = (false) ? 1 : 2;", "const c = (true) ? 1 : 2;"]],
  ["!a;", ["(a);"]],
  ["const c = true;", ["const c = false;"]],
  ["a.some(f);", ["a.every(f);"]],
  ["a.filter(f);", ["(a);"]],
  ["a.toString();", []],
  ["const c: true | A<false> = x;", []],
  ['import type { A } from "a";', []],
])("%s is made wrong in each way there is", (text, expected) => {
  expect(mutated(text).toSorted()).toEqual(expected.toSorted());
});

test("each is told with its line", () => {
  expect(mutationsOf("a;\nb === c;\n").map(({ line, what }) => `${line} ${what}`)).toEqual(["2 === → !=="]);
});

test.each<[text: string, isFixed: boolean]>([
  ["const c = a === b;", true],
  ["function f() { return a === b; }", false],
  ["const f = () => a === b;", false],
  ["const f = () => a?.filter(g).length;", true],
  ["const f = () => a?.some((one) => one === b);", false],
  ["const f = () => a.filter(g).length;", false],
])("in %s one cannot be switched on later: %s", (text, expected) => {
  expect(mutationsOf(text).map(({ isFixed }) => isFixed)).toContain(expected);
});
