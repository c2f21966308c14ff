import { describe, expect, test } from "vitest";
import { CASES } from "./cases/all.ts";
import type { Mutant } from "./mutants/breakage.ts";
import { MUTANTS } from "./mutants/mutants.ts";
import { startSmallServer } from "./mutants/small-server.ts";
import { runConformance } from "./runner.ts";

/** Cases on features that the small server does not have. */
const WITHOUT_MUTANT = new Set([
  "read/current-version",
  "read/unknown-version",
  "search/count-summary",
  "search/summary-marked",
]);
const CAUGHT = ["fail", "warn"];

/** Cases that look at the whole run need all the others before them. */
function caseOf({ caughtBy }: Mutant): readonly string[] | undefined {
  return CASES.find(({ id }) => id === caughtBy)?.stage === "last" ? undefined : [caughtBy];
}

async function runAgainst(mutant?: Mutant) {
  const server = await startSmallServer(mutant?.breakage);
  try {
    return await runConformance({ base: server.base, mayWrite: true, only: mutant && caseOf(mutant) });
  } finally {
    await server.stop();
  }
}

describe("a server that keeps the rules", () => {
  test("passes every case that applies to it", async () => {
    const { results, counts } = await runAgainst();
    expect(results.filter(({ outcome }) => ["fail", "warn", "error", "blocked"].includes(outcome))).toEqual([]);
    expect(counts.pass).toBeGreaterThan(300);
  });
});

describe("a server that breaks one rule", () => {
  test.each(MUTANTS)("is caught where $name", async (mutant) => {
    const { caughtBy, requirement } = mutant;
    const { results, matrix } = await runAgainst(mutant);
    const caught = results.filter(({ outcome }) => CAUGHT.includes(outcome));
    const wanted = caught.filter(({ caseId, requirements }) => caseId === caughtBy && requirements[0] === requirement);
    expect(wanted.length, `caught by ${[...new Set(caught.map(({ caseId }) => caseId))].join(", ")}`).toBeGreaterThan(
      0,
    );
    expect(CAUGHT).toContain(matrix.find(({ id }) => id === requirement)?.outcome);
  });

  test.each(CASES.filter(({ id }) => !WITHOUT_MUTANT.has(id)))("is there for the case $id", ({ id }) => {
    expect(MUTANTS.map(({ caughtBy }) => caughtBy)).toContain(id);
  });

  test("has a name of its own", () => {
    expect(new Set(MUTANTS.map(({ name }) => name)).size).toBe(MUTANTS.length);
  });
});
