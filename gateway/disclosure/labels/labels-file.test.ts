import { describe, expect, test } from "vitest";
import { parseLabelLists } from "./labels-file.ts";
import { LABEL_LISTS } from "./lists.ts";

function problems(change: object): readonly string[] {
  const parsed = parseLabelLists(JSON.stringify({ ...LABEL_LISTS, ...change }));
  return parsed.ok ? [] : parsed.problems.map(({ path }) => path);
}

test("the lists that come with the gateway can be written out, changed and read again", () => {
  expect(parseLabelLists(JSON.stringify(LABEL_LISTS))).toEqual({ ok: true, lists: LABEL_LISTS });
});

const [list] = LABEL_LISTS.lists;
const [service] = LABEL_LISTS.services;
const codes = { "urn:x": ["1"] };
const NOTHING = { codes: undefined, chapters: undefined, identifiers: undefined, words: undefined };

test.each<[string, object]>([
  ["codes", { lists: [{ ...list, ...NOTHING, codes }] }],
  ["beginnings of codes", { lists: [{ ...list, ...NOTHING, chapters: codes }] }],
  ["the contract", { lists: [{ ...list, ...NOTHING, isContract: true }] }],
  ["services by codes", { services: [{ ...service, ...NOTHING, codes }] }],
  ["services by identifiers", { services: [{ ...service, ...NOTHING, identifiers: codes }] }],
  ["services by words", { services: [{ ...service, ...NOTHING, words: ["refuge"] }] }],
])("a list may name %s alone", (_, change) => {
  expect(problems(change)).toEqual([]);
});

describe("a file of lists is refused", () => {
  test.each<[string, object, readonly string[]]>([
    ["for a version that could not stand in a record", { version: "seven of nine" }, ["version"]],
    ["for a word that it does not have", { list: [] }, [""]],
    [
      "for a confidentiality that no list gives",
      { lists: [{ ...list, confidentiality: "L" }] },
      ["lists.0.confidentiality"],
    ],
    ["for a handling that does not exist", { lists: [{ ...list, handling: ["hide"] }] }, ["lists.0.handling.0"]],
    ["for a list without a reason", { lists: [{ ...list, reason: "" }] }, ["lists.0.reason"]],
    ["for a list that names nothing", { lists: [{ ...list, codes: undefined, chapters: undefined }] }, ["lists.0"]],
    ["for a list of services that names nothing", { services: [{ ...service, ...NOTHING }] }, ["services.0"]],
    ["for two lists of one name", { lists: [list, list] }, ["lists.1.id"]],
    [
      "for a handling label whose weight is not said",
      { handlingFloors: { "PDS-R": "R" } },
      [
        "handlingFloors.adoption-sealed",
        "handlingFloors.child-protection-plan",
        "handlingFloors.domestic-abuse-address",
        "handlingFloors.do-not-inform-family",
      ],
    ],
  ])("%s", (_, change, expected) => {
    expect(problems(change)).toEqual(expected);
  });

  test.each(["", "[]", "{", '{"version":"1"}'])("where it is no such file: %s", (text) => {
    expect(parseLabelLists(text).ok).toBe(false);
  });
});
