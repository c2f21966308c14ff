import { expect, test } from "vitest";
import { FACTS, REGISTRATION, requester, TODAY } from "./disclosure.fixtures.ts";
import { isRelated, isReleasable, obstacleOf } from "./visibility.ts";

const HEALTH = { source: "leeds-csds", authority: "leeds", dataClass: "health-visiting" } as const;

test.each([
  ["in reach", requester(), undefined],
  ["of another class", requester({ dataClasses: ["education"] }), "class"],
  ["of another authority", requester({ authorities: ["wirral"] }), "authority"],
])("a source %s is releasable where nothing stands between", (_, who, obstacle) => {
  expect(obstacleOf(HEALTH, who)).toBe(obstacle);
  expect(isReleasable(HEALTH, who)).toBe(obstacle === undefined);
});

test("a child is an authority's also where others tell of it as well", () => {
  const sources = [...FACTS.sources, { ...HEALTH, source: "wirral-csds", authority: "wirral" }];
  const officer = requester({ relationship: "authority" });
  expect(isRelated({ relationships: [], sources }, officer, TODAY)).toBe(true);
  expect(isRelated({ relationships: [], sources: sources.slice(3) }, officer, TODAY)).toBe(false);
});

test("a registration of which no first day is told holds", () => {
  const { start: _, ...since } = REGISTRATION;
  expect(isRelated({ relationships: [since], sources: [] }, requester(), TODAY)).toBe(true);
});
