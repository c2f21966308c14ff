import type { Patient } from "@medplum/fhirtypes";
import { describe, expect, test } from "vitest";
import { found } from "../search.fixtures.ts";

describe("a string", () => {
  const PEOPLE: readonly Patient[] = [
    { resourceType: "Patient", id: "obrien", name: [{ family: "O'Brien", given: ["Zoë"] }] },
    { resourceType: "Patient", id: "quinones", name: [{ family: "Carreño  Quiñones", given: ["Eve", "Ann"] }] },
    { resourceType: "Patient", id: "severine", name: [{ given: ["Severine"], prefix: ["Miss"], text: "Sev Weiß" }] },
    { resourceType: "Patient", id: "address", address: [{ use: "home", city: "New York", line: ["1 High St"] }] },
  ];

  test.each([
    ["family=obrien", ["obrien"]],
    ["family=O’BRIEN", ["obrien"]],
    ["family=quinones", ["quinones"]],
    ["family=carreno qui", ["quinones"]],
    ["given=eve", ["quinones"]],
    ["given=zoe", ["obrien"]],
    ["given:contains=ve", ["quinones", "severine"]],
    ["given:exact=Eve", ["quinones"]],
    ["given:exact=eve", []],
    ["given:exact=Zoë", ["obrien"]],
    ["name=miss", ["severine"]],
    ["name=weiss", ["severine"]],
    ["name=gt", []],
    ["address=new", ["address"]],
    ["address-city=york", []],
    ["address=home", []],
    ["phonetic=eve", ["quinones"]],
    ["name=zoe,eve", ["obrien", "quinones"]],
    ["name=eve&name=carreno", ["quinones"]],
  ])("%s", (text, ids) => {
    expect(found("Patient", PEOPLE, text)).toEqual(ids);
  });
});
