import { SaxesParser } from "saxes";
import { describe, expect, test } from "vitest";
import type { Comparison } from "./compare.ts";
import { addComparison, createFindings } from "./findings.ts";
import { GOALS, judge, judgeGoal } from "./goals.ts";
import { isKept, toReport } from "./report.ts";
import { figuresOf } from "./sustain.ts";
import { escapeXml, shareOfGoal, toSvg } from "./svg.ts";
import { toTables } from "./table.ts";

const MACHINE = {
  cpu: 'A <fast> & "odd" one',
  cores: 2,
  memory_GB: 24,
  node: "v26",
  system: "linux x64",
  loadAtStart: 0.1,
};
const FACTS = { name: "server <script>&'", started: new Date(0), size: "short", machine: MACHINE, load: "wrk" };
const ALL = new Set(GOALS.map(({ id }) => id));

const COMPARISON: Comparison = {
  ...{ id: "search", of: "gateway", against: "static", connections: 16, rounds: [] },
  ...{ rateRatio: 0.55, rate_per_s: 12_000, other_per_s: 22_000, cpuRatio: 2, cpu_us: 40, other_cpu_us: 20 },
  ...{ load_cpu_us: 10, p50_ms: 1, p95_ms: 2, p99_ms: 3, verified: 50, failures: 0, wrong: [] },
};

describe("a goal", () => {
  test.each([
    { id: "search-rate", figure: 0.5, verdict: "met" },
    { id: "search-rate", figure: 0.49, verdict: "missed" },
    { id: "start", figure: 0.5, verdict: "met" },
    { id: "start", figure: 0.51, verdict: "missed" },
    { id: "ingest", figure: 14_999, verdict: "missed" },
    { id: "postgres-search", figure: 0.65, verdict: "met" },
    { id: "sustain-failures", figure: 1, verdict: "missed" },
    { id: "read-rate", figure: Number.NaN, verdict: "missed" },
    { id: "growth-search", figure: undefined, verdict: "not measured" },
  ])("$id with $figure is $verdict", ({ id, figure, verdict }) => {
    const goal = GOALS.find((each) => each.id === id);
    expect(goal && judgeGoal(goal, figure)).toBe(verdict);
  });

  test("has an id of its own", () => {
    expect(ALL.size).toBe(GOALS.length);
  });

  test("has a bar as long as the mark where it is just met, whatever its direction", () => {
    for (const goal of GOALS.filter((each) => each.goal > 0))
      expect(shareOfGoal({ goal, figure: goal.goal, verdict: "met" })).toBe(1);
  });
});

describe("a run", () => {
  test("is kept where goals are met or were not measured", () => {
    const findings = createFindings();
    addComparison(findings, COMPARISON, { "search-rate": 0.55 });
    expect(isKept(toReport(findings, FACTS, ALL))).toBe(true);
  });

  test.each([
    { name: "a goal is missed", spoil: { rateRatio: 0.2 } },
    { name: "an answer was wrong", spoil: { failures: 1, wrong: ["another child's Observation"] } },
    { name: "no answer was verified", spoil: { verified: 0 } },
  ])("is not kept where $name", ({ spoil }) => {
    const findings = createFindings();
    const comparison = { ...COMPARISON, ...spoil };
    addComparison(findings, comparison, { "search-rate": comparison.rateRatio });
    expect(isKept(toReport(findings, FACTS, ALL))).toBe(false);
  });

  test("has no figure of a workload with a single failure", () => {
    const findings = createFindings();
    addComparison(findings, { ...COMPARISON, failures: 1 }, { "search-rate": 0.9 });
    const report = toReport(findings, FACTS, ALL);
    expect(report.goals.find(({ goal }) => goal.id === "search-rate")).toMatchObject({ verdict: "not measured" });
    expect(report.workloads).toEqual([]);
  });

  test("says of each goal what was wanted, what came, and what that means", () => {
    const findings = createFindings();
    addComparison(findings, COMPARISON, { "search-rate": 0.55, "search-cpu": 2.5 });
    const text = toTables(toReport(findings, FACTS, ALL), []);
    expect(text).toMatch(/search a child, rate of static +≥ 0\.5 × +0\.55 × +met\n/);
    expect(text).toMatch(/search a child, CPU of static +≤ 2\.2 × +2\.50 × +missed\n/);
    expect(text).toMatch(/read by id, rate of static +≥ 0\.6 × +– +not measured\n/);
  });

  test("stands in one table with a peer", () => {
    const findings = createFindings();
    addComparison(findings, COMPARISON);
    const peer = {
      name: "peer",
      workloads: [{ id: "read", rate_per_s: 900, rateRatio: 0.05, p50_ms: 9, p95_ms: 20, p99_ms: 60 }],
    } as const;
    const text = toTables(toReport(findings, FACTS, ALL), [peer]);
    expect(text).toMatch(/search +12000 \(0\.550\) 3\.00 +–/);
    expect(text).toMatch(/read +– +900 \(0\.050\) 60\.0/);
  });
});

describe("a sustained load", () => {
  const look = (at_s: number, resident_MB: number, files = 40) => ({ at_s, resident_MB, files });
  const load = {
    requests: 1,
    failures: 0,
    verified: 1,
    wrong: [],
    seconds: 1,
    load_cpu_s: 0,
    p50_ms: 2,
    p95_ms: 4,
    p99_ms: 8,
    late_p50_ms: 0,
    late_p99_ms: 0,
  };
  const shape = { minutes: 10, best_per_s: 10, rate_per_s: 8, load, heapBefore_MB: 50, heapAfter_MB: 51 };

  test("has not grown where caches fill at first and memory then stays", () => {
    const looks = Array.from({ length: 60 }, (_each, n) => look(n, n < 10 ? 100 + n * 5 : 150));
    expect(figuresOf({ ...shape, looks })).toMatchObject({
      "sustain-memory": 1,
      "sustain-p99": 4,
      "sustain-failures": 0,
    });
  });

  test("has grown where memory and files go on and on", () => {
    const looks = Array.from({ length: 60 }, (_each, n) => look(n, 100 + n * 2, 40 + n));
    const figures = figuresOf({ ...shape, looks });
    expect(figures["sustain-memory"]).toBeGreaterThan(1.1);
    expect(figures["sustain-files"]).toBeGreaterThan(1.1);
  });
});

describe("the picture", () => {
  const findings = createFindings();
  addComparison(findings, COMPARISON, { "search-rate": 0.55, "search-cpu": 2.5 });
  for (const id of ["one", "two", "three"])
    findings.curves.push({
      id,
      title: `${id} < & >`,
      unit: "ms",
      points: [
        { observations: 10, value: 1 },
        { observations: 100, value: 2 },
      ],
    });
  findings.curves.push({ id: "none", title: "of one size", unit: "MB", points: [{ observations: 10, value: 0 }] });
  const svg = toSvg(toReport(findings, FACTS, ALL));

  test("is well-formed, and says what it is called as it is", () => {
    const texts: string[] = [];
    const elements: string[] = [];
    const parser = new SaxesParser();
    parser.on("error", (error) => {
      throw error;
    });
    parser.on("text", (text) => texts.push(text));
    parser.on("opentag", ({ name }) => elements.push(name));
    parser.write(svg).close();
    expect(texts).toContain(FACTS.name);
    expect(texts).toContain("one < & >");
    expect(elements).not.toContain("script");
    expect(elements.filter((each) => each === "circle")).toHaveLength(7);
  });

  test("has a bar for every goal and no number that is none", () => {
    expect(svg.match(/<rect /g)).toHaveLength(1 + judge(new Map()).length);
    expect(svg).not.toMatch(/NaN|Infinity|undefined/);
  });

  test("escapes what XML reads as its own, and drops what it forbids", () => {
    expect(escapeXml(`<a b="c">&'\u0000\u001f\ufffe`)).toBe("&lt;a b=&quot;c&quot;&gt;&amp;&apos;");
  });
});
