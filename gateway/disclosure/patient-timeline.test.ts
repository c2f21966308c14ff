import { describe, expect, test } from "vitest";
import { type Telling, toForms, toStretches } from "./patient-timeline.ts";

const NOW = Number.POSITIVE_INFINITY;

function telling(source: string, lastUpdated: number, until: number, family: string): Telling {
  const patient = { resourceType: "Patient" as const, name: [{ family }] };
  return { source, localId: "1", lastUpdated, until, body: JSON.stringify(patient), patient };
}

/** Newest first: when it began, and who said what. */
function stretches(...tellings: readonly Telling[]): readonly string[] {
  return toStretches(tellings).map(({ from, told }) =>
    [from.at_ms, ...told.map(({ source, patient }) => `${source}:${patient.name?.[0]?.family}`)].join(" "),
  );
}

describe("stretches of time", () => {
  test.each<[string, readonly Telling[], readonly string[]]>([
    ["are none where nothing was said", [], []],
    ["are one where one thing is said", [telling("a", 1, NOW, "x")], ["1 a:x"]],
    ["begin with each change", [telling("a", 1, NOW, "x"), telling("b", 2, NOW, "y")], ["2 a:x b:y", "1 a:x"]],
    ["are one where two changed together", [telling("a", 1, NOW, "x"), telling("b", 1, NOW, "y")], ["1 a:x b:y"]],
    ["replace what was said", [telling("a", 2, NOW, "y"), telling("a", 1, 2, "x")], ["2 a:y", "1 a:x"]],
    ["have gaps", [telling("a", 3, NOW, "y"), telling("a", 1, 2, "x")], ["3 a:y", "2", "1 a:x"]],
    ["end", [telling("a", 1, 2, "x")], ["2", "1 a:x"]],
    [
      "tell changes of one millisecond by one source apart",
      [telling("a", 1, NOW, "z"), telling("a", 1, 1, "y"), telling("b", 1, NOW, "b")],
      ["1 a:z b:b", "1 a:y b:b"],
    ],
    ["end in the millisecond in which they began", [telling("a", 1, 1, "x")], ["1", "1 a:x"]],
  ])("%s", (_, tellings, expected) => {
    expect(stretches(...tellings)).toEqual(expected);
  });
});

test("a renewal begins a stretch of its own, where one thing is said as well", () => {
  const told = [telling("a", 1, NOW, "x")];
  expect(toStretches(told, [5]).map(({ from, told: said }) => [from.at_ms, said.length])).toEqual([
    [5, 1],
    [1, 1],
  ]);
});

test.each<[string, readonly Telling[], readonly (readonly [number, number])[]]>([
  [
    "what ends later ends in the first round",
    [telling("a", 1, 2, "x")],
    [
      [2, 0],
      [1, 0],
    ],
  ],
  [
    "what ends as it began ends in the next",
    [telling("a", 1, 1, "x")],
    [
      [1, 1],
      [1, 0],
    ],
  ],
  [
    "what gives way later does so in the first",
    [telling("a", 2, NOW, "y"), telling("a", 1, 2, "x")],
    [
      [2, 0],
      [1, 0],
    ],
  ],
])("of changes %s", (_, tellings, expected) => {
  expect(toStretches(tellings).map(({ from }) => [from.at_ms, from.round])).toEqual(expected);
});

describe("forms", () => {
  const forms = (tellings: readonly Telling[], shown: string) =>
    [
      ...toForms(toStretches(tellings), ({ told }) => {
        const text = told.flatMap(({ source, body }) => (shown.includes(source) ? [body] : [])).join();
        return text === "" ? undefined : { form: text, text };
      }),
    ].map(({ from, form }) => [from.at_ms, form !== undefined]);

  const tellings = [telling("a", 5, NOW, "x"), telling("a", 1, 4, "x"), telling("b", 2, 3, "y")];

  test.each<[string, readonly [number, boolean][]]>([
    [
      "a",
      [
        [5, true],
        [4, false],
        [1, true],
      ],
    ],
    [
      "b",
      [
        [3, false],
        [2, true],
      ],
    ],
    [
      "ab",
      [
        [5, true],
        [4, false],
        [3, true],
        [2, true],
        [1, true],
      ],
    ],
    ["c", []],
  ])("of %s alone begin where they change, and before the first there is nothing", (shown, expected) => {
    expect(forms(tellings, shown)).toEqual(expected);
  });

  test("are looked at no further than they are asked for", () => {
    const many = Array.from({ length: 100 }, (_, n) => telling("a", n, n === 99 ? NOW : n + 1, `${n}`));
    let looks = 0;
    const newest = toForms(toStretches(many), ({ told }) => {
      looks++;
      return { form: told, text: `${told[0]?.body}` };
    }).next();
    expect(newest.done).toBe(false);
    expect(looks).toBe(2);
  });
});
