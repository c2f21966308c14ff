import { afterEach, expect, test } from "vitest";
import { createWorld, JUDGE, known, told, type World } from "../pds.fixtures.ts";
import type { StandInPerson } from "../stand-in/person.ts";

const ONE = "9990000018";
const OTHER = "9990000026";

let world: World | undefined;
afterEach(async () => {
  await world?.close();
  world = undefined;
});

const elsewhere: StandInPerson["addresses"] = [{ postcode: "M14 5CK" }];
const moved: StandInPerson["addresses"] = [{ postcode: "M14 5CK" }, { postcode: "LS6 3CI", isPast: true }];
const found = { kind: "found", nhsNumber: ONE };

/** As the matcher is with a common name: nobody is certain without a place in common. */
const gradeByPlace: typeof JUDGE.grade = (person, candidate) =>
  candidate.postcodes.some((place) => person.postcodes.includes(place)) ? JUDGE.grade(person, candidate) : "probable";

interface Case {
  readonly title: string;
  readonly people: readonly StandInPerson[];
  readonly asked?: Parameters<typeof told>[0];
  readonly outcome: { readonly kind: string; readonly nhsNumber?: string; readonly isRestricted?: boolean };
  readonly questions: number;
}

const CASES: readonly Case[] = [
  { title: "as told", people: [known(ONE)], outcome: found, questions: 1 },
  {
    title: "another ending of the given name",
    people: [known(ONE, { given: "Annabelle" })],
    outcome: found,
    questions: 1,
  },
  {
    title: "a family name of before",
    people: [
      known(ONE, {
        names: [
          { given: ["Annabel"], family: "Okonjo" },
          { given: ["Annabel"], family: "Harkness-Bloom", isPast: true },
        ],
      }),
    ],
    outcome: found,
    questions: 1,
  },
  {
    title: "moved away, known at the former postcode",
    people: [known(ONE, { addresses: moved })],
    outcome: found,
    questions: 2,
  },
  {
    title: "another spelling of the family name",
    people: [known(ONE)],
    asked: { family: "Harknes-Blume" },
    outcome: found,
    questions: 2,
  },
  {
    title: "given and family name the wrong way round",
    people: [known(ONE)],
    asked: { given: "Harkness-Bloom", family: "Annabel" },
    outcome: found,
    questions: 2,
  },
  { title: "nobody", people: [], outcome: { kind: "none" }, questions: 2 },
  {
    title: "another birth date",
    people: [known(ONE, { birthDate: "2021-05-15" })],
    outcome: { kind: "none" },
    questions: 2,
  },
  {
    title: "twins with names that begin alike",
    people: [known(ONE), known(OTHER, { given: "Annika" })],
    outcome: found,
    questions: 2,
  },
  {
    title: "namesakes in two areas",
    people: [known(ONE), known(OTHER, { addresses: elsewhere })],
    outcome: found,
    questions: 3,
  },
  { title: "namesakes in one area", people: [known(ONE), known(OTHER)], outcome: { kind: "many" }, questions: 3 },
  {
    title: "a restricted child",
    people: [known(ONE, { isRestricted: true })],
    outcome: { ...found, isRestricted: true },
    questions: 1,
  },
  {
    title: "a child whose number was replaced",
    people: [known(OTHER, { supersededBy: ONE }), known(ONE, { given: "Annabelle" })],
    outcome: found,
    questions: 1,
  },
  {
    title: "a child whose number was taken out of use",
    people: [known(ONE, { isInvalidated: true })],
    outcome: { kind: "none" },
    questions: 2,
  },
  { title: "no given name", people: [known(ONE)], asked: { given: "Baby" }, outcome: { kind: "many" }, questions: 0 },
  {
    title: "a birth date in the future",
    people: [known(ONE)],
    asked: { birthDate: "2199-01-01" },
    outcome: { kind: "many" },
    questions: 0,
  },
  {
    title: "the co-twin alone",
    people: [known(OTHER, { given: "Beatrice" })],
    outcome: { kind: "none" },
    questions: 2,
  },
];

test.each(CASES)(
  "$title: $outcome.kind after $questions question(s)",
  async ({ people, asked, outcome, questions }) => {
    world = await createWorld(people, { tracer: { grade: gradeByPlace } });
    expect(await world.tracer.trace(told(asked))).toMatchObject(outcome);
    expect(world.questions()).toHaveLength(questions);
  },
);

test("whoever only looks alike stops the questions, and is nobody's number", async () => {
  world = await createWorld([known(ONE)], { tracer: { grade: () => "probable" } });
  expect(await world.tracer.trace(told({ postcode: "" }))).toEqual({ kind: "many" });
  expect(world.questions()).toHaveLength(1);
});

test("somebody who is certainly another child does not end the search", async () => {
  const people = [known(OTHER), known(ONE, { given: "Anabel" })];
  const grade: typeof JUDGE.grade = (_, { nhsNumbers }) => (nhsNumbers[0]?.value === ONE ? "certain" : "certainly-not");
  world = await createWorld(people, { tracer: { grade } });
  expect(await world.tracer.trace(told())).toMatchObject({ kind: expect.stringMatching(/many|found/) });
});

test("of a restricted child nothing is told but the number", async () => {
  world = await createWorld([known(ONE, { isRestricted: true })]);
  const outcome = await world.tracer.trace(told());
  expect(JSON.stringify(outcome)).not.toMatch(/Harkness|Annabel|2021|LS6|Quarry/);
  expect(outcome).toMatchObject({ kind: "found", person: { nhsNumbers: [{ value: ONE }], postcodes: [] } });
});

test.each([
  { title: "known", number: ONE, outcome: { kind: "found", nhsNumber: ONE } },
  { title: "replaced", number: OTHER, outcome: { kind: "found", nhsNumber: ONE, superseded: OTHER } },
  { title: "taken out of use", number: "9990000034", outcome: { kind: "invalidated" } },
  { title: "unknown", number: "9990000042", outcome: { kind: "none" } },
  { title: "wrong", number: "9990000000", outcome: { kind: "failed", reason: "refused" } },
])("a number that is $title: $outcome.kind", async ({ number, outcome }) => {
  const people = [known(ONE), known(OTHER, { supersededBy: ONE }), known("9990000034", { isInvalidated: true })];
  world = await createWorld(people);
  expect(await world.tracer.byNumber(number)).toMatchObject(outcome);
});

test("an outcome is remembered, a failure is not", async () => {
  let isDown = true;
  world = await createWorld([known(ONE)], {
    server: { fault: ({ kind }) => (isDown && kind === "search" ? { kind: "status", status: 500 } : undefined) },
  });
  expect(await world.tracer.trace(told())).toMatchObject({ kind: "failed" });
  isDown = false;
  const before = world.questions().length;
  for (let n = 0; n < 3; n++) expect(await world.tracer.trace(told())).toMatchObject(found);
  expect(world.questions().length - before).toBe(1);
});
