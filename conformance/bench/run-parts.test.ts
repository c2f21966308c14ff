import { describe, expect, test } from "vitest";
import type { Bench } from "./bench.ts";
import { createFindings } from "./findings.ts";
import { closedLoop } from "./load.ts";
import type { Part } from "./parts/part.ts";
import { runParts } from "./run-parts.ts";
import { QUICK } from "./sizes.ts";

function benchOf(lines: string[]): Bench {
  return {
    ...{ size: QUICK, load: closedLoop, findings: createFindings(), ownsPostgres: false, wanted: () => true },
    say: (line) => lines.push(line),
    store: () => Promise.reject(new Error("no store")),
  };
}

describe("parts", () => {
  const part = (id: string, run: Part["run"]): Part => ({ id, title: id, goals: [], budget_s: 1, run });
  const parts = [
    part("breaks", async ({ store }) => {
      await store(1);
    }),
    part("measures", async ({ findings }) => {
      findings.figures.set("start", 0.4);
    }),
  ];

  test.each([true, false])(
    "go on where one breaks, which is told, each with its time (bounded: %s)",
    async (isBounded) => {
      const lines: string[] = [];
      const bench = benchOf(lines);
      await runParts(bench, parts, isBounded);
      expect(bench.findings.failed).toEqual([{ what: "breaks", reason: "no store" }]);
      expect(bench.findings.figures.get("start")).toBe(0.4);
      expect(bench.findings.parts.map(({ part: id }) => id)).toEqual(["breaks", "measures"]);
      expect(lines).toContain("  BROKEN: no store");
    },
  );
});
