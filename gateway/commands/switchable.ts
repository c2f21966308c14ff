import type { Mutation } from "./mutations.ts";

/** A mutation and the number under which it is switched on. */
export type Numbered = Pick<Mutation, "start" | "end" | "replacement"> & { readonly number: number };

/**
 * A program that holds all its mutations at once: each place asks `isSwitchedOn(number)` which of its forms to be.
 * Ranges either hold one another or have nothing in common.
 */
export function toSwitchable(text: string, mutations: readonly Numbered[]): string {
  return render(text, { start: 0, end: text.length }, mutations);
}

interface Range {
  readonly start: number;
  readonly end: number;
}

function render(text: string, range: Range, mutations: readonly Numbered[]): string {
  let made = "";
  let from = range.start;
  for (const outer of outermost(mutations)) {
    const before = text.slice(from, outer.start);
    const here = mutations.filter(({ start, end }) => start === outer.start && end === outer.end);
    const inner = mutations.filter((one) => isInside(one, outer));
    made += isName(text, outer)
      ? `${withoutDot(before)}[${toSwitch(here, quoted(text.slice(outer.start, outer.end)), quoted)}]`
      : `${before}(${toSwitch(here, `(${render(text, outer, inner)})`)})`;
    from = outer.end;
  }
  return made + text.slice(from, range.end);
}

function outermost(mutations: readonly Numbered[]): readonly Range[] {
  const ranges = new Map(mutations.map(({ start, end }) => [`${start} ${end}`, { start, end }]));
  return [...ranges.values()]
    .filter((range) => !mutations.some((other) => isInside(range, other)))
    .sort((a, b) => a.start - b.start);
}

function isInside(inner: Range, outer: Range): boolean {
  return inner.start >= outer.start && inner.end <= outer.end && inner.end - inner.start < outer.end - outer.start;
}

/** Whether it is the name of a member, as `some` in `list.some(…)`. */
function isName(text: string, { start }: Range): boolean {
  return text.slice(0, start).trimEnd().endsWith(".") && !text.slice(0, start).trimEnd().endsWith("...");
}

function withoutDot(before: string): string {
  return before.replace(/(\?\.|\.)\s*$/, (dot) => (dot.startsWith("?") ? "?." : ""));
}

function toSwitch(mutations: readonly Numbered[], original: string, form = (text: string) => text): string {
  return mutations
    .map(({ number, replacement }) => `isSwitchedOn(${number}) ? ${form(replacement)} : `)
    .concat(original)
    .join("");
}

function quoted(text: string): string {
  return JSON.stringify(text);
}
