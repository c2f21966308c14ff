import { describe, expect, test } from "vitest";
import type { ServiceList } from "./label-list.ts";
import { createServices } from "./services.ts";

const REFUGE: ServiceList = {
  id: "refuge",
  reason: "Where the child lives.",
  kind: "Support service",
  confidentiality: "R",
  words: ["refuge", "women's aid"],
};
const CLINIC: ServiceList = {
  id: "clinic",
  reason: "What the child is seen for.",
  kind: "Health service",
  confidentiality: "R",
  identifiers: { "urn:ods": ["Z1"], "": ["Z2"] },
  codes: { "urn:types": ["713"], "": ["drop-in"] },
};

const services = createServices([REFUGE, CLINIC]);
const coding = (system: string, code: string) => ({ coding: [{ system, code }] });

describe("a service is known", () => {
  test.each<[string, Readonly<Record<string, unknown>>, ServiceList]>([
    ["by its name", { name: "Zebra House Refuge" }, REFUGE],
    ["by another name that it goes by", { name: "Zebra House", alias: ["House", "The Refuge"] }, REFUGE],
    ["by its name in capitals, with another apostrophe", { name: "WOMEN’S AID, Leeds" }, REFUGE],
    ["by the name of whom it belongs to", { partOf: { display: "Zebra Refuge" } }, REFUGE],
    ["by the words of its type", { type: [{ text: "a refuge" }] }, REFUGE],
    ["by what its code is called", { code: [{ coding: [{ display: "Refuge worker" }] }] }, REFUGE],
    ["by what a qualification is called", { qualification: [{ code: { text: "Refuge worker" } }] }, REFUGE],
    ["by a part of a person's name", { name: [{ family: "Refuge", given: ["Zebra"] }] }, REFUGE],
    ["by its identifier", { identifier: [{ system: "urn:ods", value: "Z1" }] }, CLINIC],
    ["by an identifier alone, as references have it", { identifier: { system: "urn:ods", value: "Z1" } }, CLINIC],
    ["by an identifier without a system", { identifier: [{ value: "Z2" }] }, CLINIC],
    ["by one of several identifiers", { identifier: [{ value: "1" }, { system: "urn:ods", value: "Z1" }] }, CLINIC],
    [
      "by the identifier of the organisation it works for",
      { organization: { identifier: { system: "urn:ods", value: "Z1" } } },
      CLINIC,
    ],
    ["by the identifier of whom it belongs to", { partOf: { identifier: { system: "urn:ods", value: "Z1" } } }, CLINIC],
    ["by the code of its specialty", { specialty: [coding("urn:types", "713")] }, CLINIC],
    ["by a code without a system, where its list has none", { type: [{ coding: [{ code: "drop-in" }] }] }, CLINIC],
    ["by one of several codes", { type: [coding("urn:types", "1"), coding("urn:types", "713")] }, CLINIC],
  ])("%s", (_, told, expected) => {
    expect(services.serviceOf(told)).toBe(expected);
  });
});

describe("no service is known", () => {
  test.each<[string, Readonly<Record<string, unknown>>]>([
    ["of which nothing is told", {}],
    ["by a part of a word", { name: "Refugee Council" }],
    ["by what does not name it", { description: "not a refuge" }],
    ["by an identifier of another system", { identifier: [{ system: "urn:x", value: "Z1" }] }],
    ["by a code of another system", { type: [coding("urn:x", "713")] }],
    ["by a code without a system", { type: [{ coding: [{ code: "713" }] }] }],
    ["by a number, or nothing, in the place of a name", { name: 7, alias: null, type: [null], partOf: null }],
    ["by no identifier at all", { identifier: [null], organization: null }],
  ])("%s", (_, told) => {
    expect(services.serviceOf(told)).toBeUndefined();
  });
});
