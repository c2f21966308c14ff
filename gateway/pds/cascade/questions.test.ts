import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { JUDGE, told } from "../pds.fixtures.ts";
import { readSearchQuery } from "../stand-in/search-query.ts";
import { toAskedPerson } from "./asked-person.ts";
import { isValidQuestion, toQuestions, toSearchParameters } from "./questions.ts";

const TODAY = "2026-11-20";

function questionsOf(changes: Parameters<typeof told>[0]) {
  return toQuestions(toAskedPerson(told(changes), JUDGE.isPlaceholder, TODAY));
}

const names = { family: "Harkness-Bloom", birthDate: "2021-05-14" };

describe("what is asked", () => {
  test("begins with three letters of the given name and ends with the postcode", () => {
    expect(questionsOf({})).toEqual({
      wide: { ...names, given: "Ann*", isFuzzy: false },
      whole: { ...names, given: "Annabel", isFuzzy: false },
      area: { ...names, given: "Annabel", postcode: "LS*", isFuzzy: false },
      home: { ...names, given: "Ann*", postcode: "LS6 3CI", isFuzzy: false },
      fuzzy: { ...names, given: "Annabel", isFuzzy: true },
      fuzzyHome: { ...names, given: "Annabel", postcode: "LS6 3CI", isFuzzy: true },
    });
  });

  test.each([
    { title: "a compound given name stays one value", told: { given: "John Paul" }, fuzzy: "John Paul", wide: "Joh*" },
    { title: "a short given name has no wildcard", told: { given: "Amy" }, fuzzy: "Amy", wide: "Amy" },
    { title: "a short first word has no wildcard", told: { given: "Al Amin" }, fuzzy: "Al Amin", wide: "Al Amin" },
    { title: "a star in a name is no wildcard", told: { given: "A*nabel" }, fuzzy: "A nabel", wide: "A nabel" },
    { title: "direction marks go", told: { given: "\u202eAnnabel" }, fuzzy: "Annabel", wide: "Ann*" },
  ])("$title", ({ told: changes, fuzzy, wide }) => {
    const questions = questionsOf(changes);
    expect([questions.fuzzy?.given, questions.wide?.given]).toEqual([fuzzy, wide]);
  });

  test.each([
    { title: "no postcode", postcode: "" },
    { title: "a pseudo-postcode", postcode: "ZZ99 3VZ" },
    { title: "no postcode at all but a word", postcode: "unknown" },
  ])("$title: no question names a place", ({ postcode }) => {
    expect(JSON.stringify(questionsOf({ postcode }))).not.toContain("postcode");
  });

  test.each([
    { title: "no given name", told: { given: "" } },
    { title: "a placeholder", told: { given: "Male Infant" } },
    { title: "no birth date", told: { birthDate: "" } },
    { title: "a birth date in the future", told: { birthDate: "2026-11-21" } },
    { title: "no family name and no place", told: { family: "", postcode: "" } },
  ])("$title: nothing is asked", ({ told: changes }) => {
    expect(questionsOf(changes)).toEqual({});
  });

  test("a child with one name alone is asked for by that name, birth date, gender and postcode", () => {
    const fuzzy = { given: "Annabel", birthDate: "2021-05-14", gender: "female", postcode: "LS6 3CI", isFuzzy: true };
    expect(questionsOf({ family: "" })).toEqual({ fuzzy });
  });

  test("a name of 10,000 characters is asked for by its beginning, and never by sound", () => {
    const questions = questionsOf({ family: "x".repeat(10_000) });
    expect(questions.wide?.family).toBe(`${"x".repeat(34)}*`);
    expect(questions.fuzzy).toBeUndefined();
  });
});

test("whatever a source tells, every question is one that the register permits", () => {
  const text = fc.oneof(
    fc.string({ unit: "grapheme", maxLength: 60 }),
    fc.constantFrom("Al", "Baby", "O'Neil", "**", ""),
  );
  const person = fc.record({
    given: text,
    family: text,
    postcode: fc.oneof(text, fc.constantFrom("LS6 3CI", "ZZ99 3VZ", "ls63ci")),
    birthDate: fc.oneof(text, fc.constantFrom("2021-05-14", "2021-02-30", "1821-01-01")),
    gender: fc.constantFrom("male" as const, "female" as const, "unknown" as const),
  });
  fc.assert(
    fc.property(person, (changes) => {
      for (const question of Object.values(questionsOf(changes))) {
        expect(isValidQuestion(question)).toBe(true);
        expect(readSearchQuery(new URLSearchParams(toSearchParameters(question)))).toMatchObject({ ok: true });
      }
    }),
  );
});
