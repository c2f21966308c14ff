import { describe, expect, test } from "vitest";
import { LIMITS } from "../limits.ts";
import { Entries, Stretches } from "./entries.ts";

const BASE = "https://example.org/fhir";
const BODY = Buffer.from('{"resourceType":"Observation"}');

/** So many entries, and how often each body was asked for. */
function start(count: number, kept?: Stretches) {
  const asked = Array.from({ length: count }, () => 0);
  const contents = asked.map((_, n) => ({
    type: "Observation",
    id: `o-${n}`,
    get body() {
      asked[n] = (asked[n] ?? 0) + 1;
      return BODY;
    },
  }));
  return { entries: new Entries(contents, BASE, kept), asked };
}

const PAGE = LIMITS.page_entries_default;

describe("entries", () => {
  test("are made a page at a time, once, and are looked at without being made", () => {
    const { entries, asked } = start(PAGE + 1);
    expect(entries.glimpse(PAGE).equals(BODY)).toBe(true);
    expect(entries.open(1).toString()).toBe(`{"fullUrl":"${BASE}/Observation/o-1","resource":${BODY}`);
    expect([entries.resource(0), entries.glimpse(0)].every((bytes) => bytes.equals(BODY))).toBe(true);
    expect(asked).toEqual([...Array.from({ length: PAGE }, () => 1), 1]);
  });

  test("that had to go are made again as they were, where they were", () => {
    const all = new Stretches(() => 0);
    const [one, other] = [start(1, all), start(1, all)];
    const [first, end] = [Buffer.from(one.entries.stretch(0)), one.entries.end(0)];
    other.entries.stretch(0);
    expect(one.entries.stretch(0).equals(first)).toBe(true);
    expect(one.entries.end(0)).toBe(end);
    expect(one.asked).toEqual([2]);
  });
});

describe("the memory of all entries", () => {
  const bytes = start(1).entries.stretch(0).length;

  test("is bounded, and what was asked for again stays longer than what was not", () => {
    const all = new Stretches(() => 3 * bytes);
    const often = start(1, all);
    often.entries.stretch(0);
    const seldom = Array.from({ length: 20 }, () => {
      often.entries.stretch(0);
      const one = start(1, all);
      one.entries.stretch(0);
      return one;
    });
    expect(all.held_bytes).toBeLessThanOrEqual(4 * bytes);
    expect(often.asked).toEqual([1]);
    for (const { entries } of seldom) entries.stretch(0);
    expect(seldom.filter(({ asked }) => asked[0] === 2).length).toBeGreaterThan(15);
  });

  test("shrinks with its bound", () => {
    let bound = 10 * bytes;
    const all = new Stretches(() => bound);
    for (let n = 0; n < 10; n++) start(1, all).entries.stretch(0);
    expect(all.held_bytes).toBe(10 * bytes);
    bound = 2 * bytes;
    start(1, all).entries.stretch(0);
    expect(all.held_bytes).toBeLessThanOrEqual(2 * bytes);
  });
});
