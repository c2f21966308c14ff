import { describe, expect, test } from "vitest";
import { CASES } from "./cases/all.ts";
import { MADE_TYPES } from "./fixtures.ts";
import type { Mutant } from "./mutants/breakage.ts";
import { MUTANTS } from "./mutants/mutants.ts";
import { startSmallServer } from "./mutants/small-server.ts";
import { runConformance } from "./runner.ts";

/** Cases that need what the small server is not given or does not do, with the reason. */
const WITHOUT_MUTANT: Readonly<Record<string, string>> = {
  "update/without-versions": "the small server keeps versions",
  "update/insists-on-if-match": "the small server does not insist",
  "update/conditional-not-served": "the small server serves it",
  "profiles/claimed": "the small server holds nothing of this project",
  "profiles/broken-claim": "the small server knows no profiles",
  "pairs/given": "a pair is for the user to give",
  "pairs/found": "a pair is for the user to give",
};
/** Groups tried against the gateway, which has a token endpoint, enforces Consents and takes files. */
const ELSEWHERE: readonly string[] = ["smart", "consent", "ingest"];
const CAUGHT = ["fail", "warn"];

/** Cases that look at the whole run need all the others before them. */
function caseOf({ caughtBy }: Mutant): readonly string[] | undefined {
  return CASES.find(({ id }) => id === caughtBy)?.stage === "last" ? undefined : [caughtBy];
}

/** A mutant shows on the types it is about; two at most keep the many runs short. */
function typesFor({ caughtBy }: Mutant): readonly string[] {
  const test = CASES.find(({ id }) => id === caughtBy);
  if (test?.stage === "last") return ["Patient", "Observation"];
  return MADE_TYPES.filter((type) => test?.types?.includes(type) ?? true);
}

async function runAgainst(mutant?: Mutant) {
  const server = await startSmallServer(mutant?.breakage);
  try {
    return await runConformance({
      ...{ base: server.base, mayWrite: true, disposable: true, only: mutant && caseOf(mutant), budget_ms: 600_000 },
      ...(mutant === undefined ? {} : { types: typesFor(mutant) }),
    });
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

  test.each(CASES.filter(({ id, group }) => !(id in WITHOUT_MUTANT) && !ELSEWHERE.includes(group)))(
    "is there for the case $id",
    ({ id }) => {
      expect(MUTANTS.map(({ caughtBy }) => caughtBy)).toContain(id);
    },
  );

  test("has a name of its own", () => {
    expect(new Set(MUTANTS.map(({ name }) => name)).size).toBe(MUTANTS.length);
  });
});
