import { expect, test } from "vitest";
import { encodeKeys } from "./keys.ts";
import { toPack } from "./pack.ts";
import { BASE, observation, packable } from "./search.fixtures.ts";

test("keys of another release are made again from the body", () => {
  const resource = observation("it", { code: { coding: [{ code: "x" }] } });
  const old = {
    ...packable(resource),
    keys: encodeKeys({ tokens: new Int32Array(0), dates: [], strings: [] }).slice(2),
  };
  expect(toPack([old], BASE).tokens).toEqual(toPack([packable(resource)], BASE).tokens);
});
