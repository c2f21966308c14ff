import { describe, expect, test } from "vitest";
import { applyBaseline, baselineFrom, newFailures } from "./baseline.ts";
import { compareRuns, comparisonToConsole } from "./compare.ts";
import { statusChanged } from "./mutants/breakage.ts";
import { type Breakage, startSmallServer } from "./mutants/small-server.ts";
import { runConformance } from "./runner.ts";

async function runAgainst(breakage?: Breakage) {
  const server = await startSmallServer(breakage);
  try {
    const only = ["read/unknown-id", "read/same-id"];
    return await runConformance({
      base: server.base,
      mayWrite: true,
      budget_ms: 600_000,
      only,
      types: ["Patient", "Consent"],
    });
  } finally {
    await server.stop();
  }
}

const withoutConsents = statusChanged(404, 400, ({ url }) => url.includes("/Consent/"));

describe("a baseline", () => {
  const known = [
    { id: "read/unknown-id[Consent]", reason: "is being mended" },
    { id: "read/same-id[Patient]", reason: "was wrong once" },
  ];

  test("takes a failure that it knows for no new one, and names what was mended", async () => {
    const { report, mended } = applyBaseline(await runAgainst(withoutConsents), known);
    expect(newFailures(report)).toEqual([]);
    expect(report.results.find(({ known: why }) => why !== undefined)?.id).toBe("read/unknown-id[Consent]");
    expect(mended.map(({ id }) => id)).toEqual(["read/same-id[Patient]"]);
  });

  test("hides no other failure", async () => {
    const { report } = applyBaseline(await runAgainst(statusChanged(404, 400)), known);
    expect(newFailures(report).map(({ id }) => id)).toEqual(["read/unknown-id[Patient]"]);
  });

  test.each([
    ["no object", []],
    ["an entry without a reason", { known: [{ id: "x" }] }],
    ["an entry whose reason is blank", { known: [{ id: "x", reason: " " }] }],
  ])("is refused when it is %s", (_what, content) => {
    expect(baselineFrom(content)).toBeUndefined();
  });
});

describe("two servers side by side", () => {
  test("differ in the cases that one of them breaks, and in no other", async () => {
    const comparison = compareRuns(await runAgainst(), await runAgainst(withoutConsents));
    expect(comparison.differences.map(({ id, outcomes }) => [id, ...outcomes])).toEqual([
      ["read/unknown-id[Consent]", "pass", "fail"],
    ]);
    expect(comparison.same).toBe(3);
    expect(comparisonToConsole(comparison)).toContain("read/unknown-id[Consent]");
  });
});
