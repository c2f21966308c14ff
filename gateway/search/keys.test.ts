import { expect, test } from "vitest";
import { SEARCH_PARAMETERS } from "#profiles/generated/search-parameters.ts";
import { SERVED_RESOURCES } from "#profiles/interactions.ts";
import { keyedCodes } from "./fast-keys.ts";
import { encodeKeys, extractKeys } from "./keys.ts";
import { toPack } from "./pack.ts";
import { BASE, observation, packable } from "./search.fixtures.ts";

test("keys of another release are made again from the body", () => {
  const resource = observation("it", { code: { coding: [{ code: "x" }] }, effectiveDateTime: "2026-01-01" });
  const former = encodeKeys({ tokens: new Int32Array(0), dates: [], strings: [], likeness: "" }).replace(/^\d+/, "3");
  const made = toPack([{ ...packable(resource), keys: former }], BASE);
  expect(made).toEqual(toPack([packable(resource)], BASE));
  expect(made.tokens.length).toBeGreaterThan(0);
});

test("a likeness is another only under another mark, since stores hold both beside each other", () => {
  const told = {
    meta: { security: [{ code: "R" }], profile: ["urn:p"], tag: [{ code: "t", display: "T" }] },
    code: { coding: [{ system: "http://loinc.org", code: "29463-7", display: "Body weight" }] },
    effectiveDateTime: "2026-01-01",
    performer: [{ reference: "Organization/o", display: "a clinic" }],
    hasMember: [{ reference: "Observation/b" }],
    note: [{ text: "n" }],
  };
  const { mark, likeness } = /^(?<mark>\d+:)(?<likeness>\S*) /.exec(extractKeys(observation("it", told)))?.groups ?? {};
  expect([mark, likeness]).toEqual(["4:", "hfqHAVhMMlTM"]);
});

test.each(SERVED_RESOURCES.map(({ type }) => type))(
  "%s has one parameter of dates that keys answer, or none",
  (type) => {
    const dates = keyedCodes(type).filter((code) => SEARCH_PARAMETERS[type]?.[code]?.type === "date");
    expect(dates.length).toBeLessThan(2);
  },
);
