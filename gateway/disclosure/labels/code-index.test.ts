import { describe, expect, test } from "vitest";
import { ICD_10, LOINC, SNOMED } from "#profiles/systems.ts";
import { createCodeIndex } from "./code-index.ts";
import type { LabelList } from "./label-list.ts";

const FROM = { reason: "looked at", from: "us" };
const list = (id: string, more: Partial<LabelList>): LabelList => ({ id, ...FROM, confidentiality: "N", ...more });
const codes = (...known: readonly string[]) => ({ [SNOMED]: known });

const INDEX = () =>
  createCodeIndex([
    list("ordinary", { codes: codes("weight", "both") }),
    list("restricted", { confidentiality: "R", codes: codes("private", "both") }),
    list("very-restricted", { confidentiality: "V", codes: codes("secret"), chapters: { [ICD_10]: ["f1"] } }),
    list("sensitive", { sensitivities: ["SDV"], codes: codes("abuse") }),
    list("handled", { handling: ["PDS-R"], codes: codes("hidden") }),
    list("elsewhere", { confidentiality: "R", codes: { "urn:other": ["private"] } }),
    list("chapter", { chapters: { [ICD_10]: ["f2"] } }),
  ]);

describe("the lists of a code", () => {
  test.each<[string, string | undefined, string, readonly string[]]>([
    ["that names it", SNOMED, "weight", ["ordinary"]],
    ["that all name it", SNOMED, "both", ["ordinary", "restricted"]],
    ["by its chapter, in small letters or large", ICD_10, "F10", ["very-restricted"]],
    ["of another system", "urn:other", "private", ["elsewhere"]],
    ["of no system", undefined, "weight", []],
    ["that nobody names", SNOMED, "x", []],
    ["of a chapter in another system", SNOMED, "f10", []],
    ["of the contract, which no list takes in", LOINC, "29463-7", []],
  ])("are those %s", (_, system, code, expected) => {
    expect(
      INDEX()
        .listsOf({ system, code })
        .map(({ id }) => id),
    ).toEqual(expected);
  });

  test.each<[string, string, boolean]>([
    [LOINC, "29463-7", true],
    [LOINC, "x", false],
  ])("hold the contract's where a list takes those in: %s %s", (system, code, expected) => {
    const index = createCodeIndex([list("none", {}), list("contract", { isContract: true })]);
    expect(index.listsOf({ system, code }).map(({ id }) => id)).toEqual(expected ? ["contract"] : []);
  });
});
