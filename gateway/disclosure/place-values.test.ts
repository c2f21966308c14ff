import { expect, test } from "vitest";
import { hasPlace, isTree } from "./place-values.ts";

test.each<[string, unknown, boolean]>([
  ["an object", {}, true],
  ["a list", [], false],
  ["nothing", null, false],
  ["text", "text", false],
  ["a number as it was written", JSON.rawJSON("1.0"), false],
])("%s is a tree of its own, or is not", (_, value, expected) => {
  expect(isTree(value)).toBe(expected);
});

const NESTED = {
  url: "urn:e",
  extension: [
    { url: "a", valueCode: "x" },
    { url: "b", valueString: "Leeds" },
  ],
};

test.each<[string, object, boolean]>([
  ["text", { url: "urn:e", valueString: "Leeds" }, true],
  ["the extension of text", { url: "urn:e", _valueString: {} }, true],
  ["an address", { url: "urn:e", valueAddress: {} }, true],
  ["a reference", { url: "urn:e", valueReference: {} }, true],
  ["a code", { url: "urn:e", valueCode: "x" }, false],
  ["a date", { url: "urn:e", valueDate: "2021-01-01" }, false],
  ["none of its own but one within it", NESTED, true],
  ["none of its own but one deeper within it", { url: "urn:e", extension: [NESTED] }, true],
  ["none in several", { url: "urn:e", extension: [{ valueCode: "x" }, { valueCode: "y" }] }, false],
  ["none in a list", { url: "urn:e", extension: [] }, false],
  ["one in what is no list", { url: "urn:e", extension: { valueString: "Leeds" } }, false],
  ["none but in members of another name", { url: "urn:e", more: [{ valueString: "Leeds" }] }, false],
  ["none in what is no object", { url: "urn:e", extension: ["valueString", null, ["a"]] }, false],
])("an extension with %s can be a place, or cannot", (_, extension, expected) => {
  expect(hasPlace({ ...extension })).toBe(expected);
});
