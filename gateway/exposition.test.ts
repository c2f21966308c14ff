import { describe, expect, test } from "vitest";
import { combineMetrics, type Metric, toExposition } from "./exposition.ts";
import { createMetrics } from "./metrics.ts";

const counter = (value: number, labels: Readonly<Record<string, string>> = {}): Metric => ({
  ...{ name: "asked_total", help: "Asked.", type: "counter", combining: "sum" },
  samples: [{ name: "asked_total", labels, value }],
});
const gauge = (value: number, combining: Metric["combining"]): Metric => ({
  ...{ name: "up", help: "Up.", type: "gauge", combining },
  samples: [{ name: "up", labels: {}, value }],
});

test("metrics are written as Prometheus reads them, whatever stands in a label", () => {
  expect(toExposition([counter(2, { path: 'a"b\\c\nd', kind: "x" }), gauge(0.5, "sum")])).toBe(
    [
      "# HELP asked_total Asked.",
      "# TYPE asked_total counter",
      'asked_total{path="a\\"b\\\\c\\nd",kind="x"} 2',
      "",
      "# HELP up Up.",
      "# TYPE up gauge",
      "up 0.5",
      "",
    ].join("\n"),
  );
});

describe("metrics of several processes are one", () => {
  test.each([
    { combining: "sum", value: 6 },
    { combining: "min", value: 1 },
    { combining: "max", value: 3 },
  ] as const)("by $combining: $value", ({ combining, value }) => {
    expect(combineMetrics([1, 3, 2].map((one) => [gauge(one, combining)]))).toEqual([gauge(value, combining)]);
  });

  test("label by label, also where one process has not counted what another has", () => {
    const [combined] = combineMetrics([
      [counter(1, { status: "200" })],
      [],
      [counter(2, { status: "404" })],
      [counter(4, { status: "200" })],
    ]);
    expect(combined?.samples.map(({ labels, value }) => [labels.status, value])).toEqual([
      ["200", 5],
      ["404", 2],
    ]);
  });
});

test("a histogram counts in each bucket all that took no longer, and what took longer than any in the last", async () => {
  const counts = { nearHits: 0, farHits: 0, misses: 0, purges: 0, voided: 0, entries: 0 };
  const metrics = createMetrics({
    identityCache: () => "in-process",
    identityCounts: () => counts,
    overdueReviews: async () => 0,
    register: () => ({ version: 1, isRefused: false }),
    limitAlarms: () => 0,
  });
  for (const duration_s of [0.001, 0.0011, 0.3, 7]) metrics.answered("read", 200, duration_s);
  const told = [
    ...(await metrics.render()).matchAll(/_duration_seconds_(\w+)\{(?:le="([^"]+)",)?interaction="read"\} (\S+)/g),
  ];
  expect(told.map(([, part, le, value]) => (le === undefined ? `${part} ${value}` : `${le} ${value}`))).toEqual([
    ...["0.001 1", "0.0025 2", "0.005 2", "0.01 2", "0.025 2", "0.05 2", "0.1 2", "0.25 2", "1 3", "5 3", "+Inf 4"],
    ...["sum 7.3021", "count 4"],
  ]);
});
