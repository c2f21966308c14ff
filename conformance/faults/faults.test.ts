import { describe, expect, test } from "vitest";
import { isGood } from "./journal.ts";
import { parseFaultOptions } from "./options.ts";
import { wellFrom } from "./recovery.ts";
import { toSummary } from "./report.ts";
import { runFaults } from "./run.ts";

/** All of it, and longer, by `npm run faults`. */
const SHORT = ["--minutes", "0.02", "--rate", "20", "--hold", "1", "--workers", "2"];
const ONLY = ["worker-killed", "redis-restarted", "disk-full"];

test("with a worker killed, Redis restarted and the disk full, nothing is lost, wrong or unrecorded", async () => {
  const options = parseFaultOptions([...SHORT, "--only", ONLY.join(",")]);
  if (typeof options === "string") throw new Error(options);
  const lines: string[] = [];
  // How soon it is well again is measured by the command, on a machine of its own.
  const report = await runFaults({ options, patience: 20, say: (line) => lines.push(line) });
  const told = [...lines, toSummary(report)].join("\n");
  expect(report.violations, told).toEqual([]);
  expect(
    report.done.filter(({ verdict }) => verdict === "failed"),
    told,
  ).toEqual([]);
  expect(report.done.map(({ id }) => id)).toEqual(ONLY);
  expect(report.readBack).toBeGreaterThan(10);
  expect(report.audited).toBeGreaterThan(report.counts.good);
});

describe("the options", () => {
  test.each([
    ["a fault by name", ["--only", "disk-full", "redis-hung"], ["disk-full", "redis-hung"]],
    [
      "several with commas",
      ["--only", "disk-full,redis-hung", "--only", "worker-killed"],
      ["disk-full", "redis-hung", "worker-killed"],
    ],
    ["all", [], []],
  ])("choose %s", (_, args, only) => {
    expect(parseFaultOptions(args)).toMatchObject({ only: expect.arrayContaining(only), engine: "sqlite", workers: 2 });
  });

  test.each([
    ["an unknown fault", ["--only", "flood"], "flood"],
    ["an unknown engine", ["--engine", "oracle"], "--engine"],
    ["no number", ["--minutes", "soon"], "--minutes"],
    ["half a worker", ["--workers", "1.5"], "--workers"],
    ["what belongs to nothing", ["disk-full"], "disk-full"],
    ["an unknown option", ["--fast"], "--fast"],
  ])("refuse %s and name it", (_, args, named) => {
    expect(parseFaultOptions(args)).toContain(named);
  });
});

describe("all is well again", () => {
  const asked = (from: number, status?: number) => ({
    ...{ requestId: `r${from}`, client: "gp-demo", from, until: from + 5 },
    ...(status !== undefined && { status }),
    what: { kind: "read", item: "c1", shown: 1 } as const,
  });
  const good = Array.from({ length: 30 }, (_, index) => asked(1_000 + index * 50, 200));

  test.each([
    ["at once, when nothing went wrong since", good, 1_000],
    ["after the last that went wrong", [...good.slice(0, 5), asked(1_220, 503), ...good.slice(5)], 1_221],
    ["as soon as enough are answered again", [asked(1_000, 200), ...good.slice(12)], 1_100],
    ["not while the second is not over", good.slice(0, 10), undefined],
    ["not while too few are answered", good.filter((_, index) => index % 5 === 0), undefined],
  ])("%s", (_, all, from) => {
    const until = Math.max(...all.map((one) => one.from));
    expect(all.some(isGood)).toBe(true);
    expect(wellFrom(all, { since: 1_000, until, rate: 20 })).toBe(from);
  });
});
