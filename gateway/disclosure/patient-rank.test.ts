import type { Patient } from "@medplum/fhirtypes";
import { expect, test } from "vitest";
import { foldPatient } from "./patient-fold.ts";
import { Ranking } from "./patient-rank.ts";
import type { Telling } from "./patient-timeline.ts";

const NOW = Number.POSITIVE_INFINITY;

interface Said {
  readonly from: number;
  readonly until?: number;
  readonly since?: number;
  readonly localId?: string;
}

function telling(source: string, said: string, { from, until = NOW, since, localId = "1" }: Said): Telling {
  const [family = "", city = ""] = said.split(" of ");
  const patient: Patient = { resourceType: "Patient", name: [{ family }], address: [{ city }] };
  const told = { source, localId, lastUpdated: from, until, patient, body: JSON.stringify(patient) };
  return since === undefined ? told : { ...told, since };
}

/** Names are released, places are not. */
function released({ patient }: Telling): string {
  return JSON.stringify(patient.name);
}

const OTHER = telling("b", "x of P", { from: 3 });

test.each<[string, past: readonly Telling[], now: Telling, dated: number]>([
  ["told once", [], telling("a", "x of P", { from: 5 }), 5],
  [
    "told anew with another place",
    [telling("a", "x of P", { from: 1, until: 5 })],
    telling("a", "x of Q", { from: 5 }),
    1,
  ],
  [
    "told anew with a place again and again",
    [telling("a", "x of P", { from: 1, until: 4 }), telling("a", "x of Q", { from: 4, until: 5 })],
    telling("a", "x of R", { from: 5 }),
    1,
  ],
  [
    "told anew with another name",
    [telling("a", "x of P", { from: 1, until: 5 })],
    telling("a", "y of P", { from: 5 }),
    5,
  ],
  [
    "told anew with the name of before the last",
    [telling("a", "x of P", { from: 1, until: 4 }), telling("a", "y of P", { from: 4, until: 5 })],
    telling("a", "x of P", { from: 5 }),
    5,
  ],
  [
    "told anew after it had ceased",
    [telling("a", "x of P", { from: 1, until: 4 })],
    telling("a", "x of Q", { from: 5 }),
    5,
  ],
  [
    "told anew under another name of the source's",
    [telling("a", "x of P", { from: 1, until: 5, localId: "2" })],
    telling("a", "x of Q", { from: 5 }),
    5,
  ],
  [
    "come into the record later than it was told",
    [telling("a", "x of P", { from: 1, until: 7 })],
    telling("a", "x of Q", { from: 5, since: 7 }),
    1,
  ],
])("what is %s is dated by when its released part changed", (_, past, now, dated) => {
  const ranking = new Ranking([now, ...past, OTHER]);
  expect(ranking.dated([now, OTHER], released).map(({ lastUpdated }) => lastUpdated)).toEqual([dated, 3]);
});

test("nothing is compared before somebody asks for a date", () => {
  const now = telling("a", "x of Q", { from: 5 });
  const ranking = new Ranking([now, telling("a", "x of P", { from: 1, until: 5 })]);
  const [dated] = ranking.dated([now], () => {
    throw new Error("compared");
  });
  expect(dated).toMatchObject({ source: "a", localId: "1", patient: now.patient });
  expect(() => dated?.lastUpdated).toThrow("compared");
});

const FOLD = { identityOnly: [], identifierSystems: "any", isRestricted: false } as const;

test("a source that told all it told after another goes before it, and nothing of either is compared", () => {
  const earlier = [telling("a", "x of P", { from: 1, until: 3 }), telling("a", "y of P", { from: 3 })];
  const later = [telling("b", "v of P", { from: 4, until: 6 }), telling("b", "w of P", { from: 6 })];
  const ranking = new Ranking([...earlier, ...later]);
  const dated = ranking.dated([...earlier.slice(1), ...later.slice(1)], () => {
    throw new Error("compared");
  });
  expect(foldPatient(dated, FOLD).name).toEqual([{ family: "w" }, { family: "y" }]);
});

test.each([
  ["x of Q", ["o", "x"]],
  ["y of Q", ["y", "o"]],
])(
  "of two sources whose times overlap, the one that told anew %s stands where its released part says",
  (said, names) => {
    const other = telling("b", "o of P", { from: 3 });
    const now = telling("a", said, { from: 5 });
    const ranking = new Ranking([telling("a", "x of P", { from: 1, until: 5 }), now, other]);
    const { name = [] } = foldPatient(ranking.dated([now, other], released), FOLD);
    expect(name.map(({ family }) => family)).toEqual(names);
  },
);

test("of two sources that told at one time the one stands first whose name does, in whichever order they come", () => {
  const both = [telling("a", "x of P", { from: 3 }), telling("b", "o of P", { from: 3 })];
  for (const tellings of [both, both.toReversed()]) {
    const { name = [] } = foldPatient(new Ranking(tellings).dated(tellings, released), FOLD);
    expect(name.map(({ family }) => family)).toEqual(["x", "o"]);
  }
});

test("what was told before counts by when it was told, though it was told after what took its place", () => {
  const before = telling("a", "x of P", { from: 9, since: 10, until: 12 });
  const now = telling("a", "x of Q", { from: 5, since: 12 });
  const other = telling("b", "o of P", { from: 7 });
  const { name = [] } = foldPatient(new Ranking([before, now, other]).dated([now, other], released), FOLD);
  expect(name.map(({ family }) => family)).toEqual(["x", "o"]);
});

test("what was told anew in the same words is not compared either", () => {
  const now = telling("a", "x of P", { from: 5 });
  const ranking = new Ranking([now, telling("a", "x of P", { from: 1, until: 5 })]);
  const [dated] = ranking.dated([now], () => {
    throw new Error("compared");
  });
  expect(dated?.lastUpdated).toBe(1);
});
