import { createServer, type Server } from "node:http";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { GOALS, judgeGoal } from "./goals.ts";
import { closedLoop, median, percentile } from "./load.ts";
import { cpuTime, residentMemory, secondsFrom } from "./process-usage.ts";
import { startCeiling } from "./start-ceiling.ts";
import { createWrkLoad, toLua } from "./wrk.ts";

const seen: string[] = [];
let server: Server;
let base: string;

beforeAll(async () => {
  server = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk) => {
      body += chunk;
    });
    request.on("end", () => {
      seen.push(`${request.method} ${request.url} ${request.headers["x-case"] ?? ""} ${body}`);
      response.statusCode = request.url === "/fails" ? 500 : 200;
      response.end("{}");
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  base = `http://127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}`;
});

afterAll(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

const REQUESTS = [
  { method: "POST", path: "/one", headers: { "x-case": 'a "quoted" é' }, body: "k=ä&v=\\1%7C" },
  { method: "GET", path: "/two?a=%2B", headers: {} },
] as const;

describe("a load", () => {
  test("of our own sends the requests in turn and counts answers", async () => {
    seen.length = 0;
    const result = await closedLoop({ base, requests: REQUESTS, duration_s: 0.2, connections: 2 });
    expect(result.requests).toBe(seen.length);
    expect(result.failures).toBe(0);
    expect(new Set(seen.map((each) => each.split(" ")[1]))).toEqual(new Set(["/one", "/two?a=%2B"]));
    expect(result.p99_ms).toBeGreaterThanOrEqual(result.p50_ms);
  });

  test("counts failures apart", async () => {
    const requests = [{ method: "GET", path: "/fails", headers: {} }] as const;
    const result = await closedLoop({ base, requests, duration_s: 0.05, connections: 1 });
    expect(result.failures).toBe(result.requests);
  });

  test("by wrk sends the same bytes as our own", async () => {
    const load = await createWrkLoad();
    if (load === undefined) return expect(toLua(REQUESTS)).toContain("wrk.format");
    seen.length = 0;
    const result = await load({ base, requests: REQUESTS, duration_s: 1, connections: 2 });
    expect(result.failures).toBe(0);
    expect(result.requests).toBeGreaterThan(10);
    expect(seen).toContain("GET /two?a=%2B  ");
    expect(seen.find((each) => each.startsWith("POST"))).toContain("k=ä&v=\\1%7C");
  });
});

describe("the ceiling", () => {
  test("answers each request with the next of its bodies, as FHIR JSON", async () => {
    const ceiling = await startCeiling(['{"a":1}', '{"b":2}']);
    try {
      const answers = [
        await fetch(`${ceiling.base}/x`),
        await fetch(`${ceiling.base}/y`, { method: "POST", body: "k=v" }),
      ];
      expect(answers.map(({ status }) => status)).toEqual([200, 200]);
      expect(new Set(await Promise.all(answers.map((answer) => answer.text())))).toEqual(
        new Set(['{"a":1}', '{"b":2}']),
      );
      expect(answers[0]?.headers.get("content-type")).toContain("application/fhir+json");
    } finally {
      await ceiling.stop();
    }
  });
});

describe("the figures", () => {
  test.each([
    { id: "search-rate", measured: 0.5, verdict: "met" },
    { id: "search-rate", measured: 0.4, verdict: "above the floor" },
    { id: "search-rate", measured: 0.34, verdict: "missed" },
    { id: "start", measured: 0.4, verdict: "met" },
    { id: "start", measured: 0.9, verdict: "above the floor" },
    { id: "ingest", measured: 14_999, verdict: "missed" },
    { id: "read-rate", measured: Number.NaN, verdict: "missed" },
  ])("judge $measured for $id as $verdict", ({ id, measured, verdict }) => {
    const goal = GOALS.find((each) => each.id === id);
    expect(goal && judgeGoal(goal, measured)).toBe(verdict);
  });

  test.each([
    { values: [3, 1, 2], percent: 50, expected: 2 },
    { values: [1, 2, 3, 4], percent: 50, expected: 2 },
    { values: [5], percent: 99, expected: 5 },
    { values: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10], percent: 99, expected: 10 },
  ])("take percentile $percent of $values", ({ values, percent, expected }) => {
    expect(percentile(values, percent)).toBe(expected);
  });

  test("have no median of nothing", () => {
    expect(median([])).toBeNaN();
  });

  test("see this process's own memory and CPU", async () => {
    expect(await residentMemory(process.pid)).toBeGreaterThan(10);
    expect(await cpuTime(process.pid)).toBeGreaterThan(0);
  });

  test.each([
    ["00:01:05", 65],
    ["1-02:00:00", 93_600],
    ["0:03.50", 3.5],
  ])("read the clock of ps, %s", (text, seconds) => {
    expect(secondsFrom(text)).toBe(seconds);
  });
});
