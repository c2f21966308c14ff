import { expect, test } from "vitest";
import { MAPPERS } from "./mappers.fixtures.ts";
import { DATA_CLASSES } from "./mappers.ts";

test("the mapper of each kind is of that kind, and tells the class of data that is said of it", () => {
  const told = Object.entries(MAPPERS).map(([name, { kind, dataClass }]) => [name, kind, dataClass]);
  expect(told).toEqual(Object.entries(DATA_CLASSES).map(([kind, dataClass]) => [kind, kind, dataClass]));
});
