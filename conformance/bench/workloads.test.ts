import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { text } from "../json.ts";
import { startSmallServer } from "../mutants/small-server.ts";
import { targetAt } from "./bench.ts";
import { makeDay } from "./day-workload.ts";
import { childrenOn, type Made, removeFrom } from "./foreign.ts";
import { closedLoop } from "./load.ts";
import { type Known, learnOf, makeReads, searchesOnce } from "./read-workloads.ts";
import { isSkipped, type Skipped, type Target, type Workload } from "./workload.ts";
import { makeWrites } from "./write-workloads.ts";

let server: Awaited<ReturnType<typeof startSmallServer>>;
let target: Target;
let made: Made;
let known: readonly Known[];

beforeAll(async () => {
  server = await startSmallServer();
  target = targetAt(server.base, "");
  made = await childrenOn(target, { base: server.base, token: "", patients: [], mayWrite: true }, 12);
  known = await learnOf(target, made.children);
});

afterAll(() => server.stop());

function done(workload: Workload | Skipped | undefined): Workload {
  if (workload === undefined || isSkipped(workload)) throw new Error(workload?.reason ?? "no workload");
  return workload;
}

describe("children on another server", () => {
  test("are made with NHS numbers of the test range, each with one of its own", () => {
    const numbers = made.children.map(({ identifier }) => identifier.value);
    expect(new Set(numbers).size).toBe(12);
    expect(numbers.every((each) => /^999\d{7}$/.test(each))).toBe(true);
    expect(known).toHaveLength(12);
  });

  test("may be named instead", async () => {
    const [first] = made.children;
    const foreign = { base: server.base, token: "", patients: [first?.id ?? ""], mayWrite: false };
    expect(await childrenOn(target, foreign, 12)).toEqual({ children: [first], addresses: [] });
  });
});

describe("reads", () => {
  test("ask for another child each time, the same for the same seed", async () => {
    const options = { wanted: ["search"], draws: 40, seed: 1 } as const;
    const [one, other] = [await makeReads(target, known, options), await makeReads(target, known, options)];
    const bodies = done(one[0]).requests.map(({ body }) => body);
    expect(done(other[0]).requests.map(({ body }) => body)).toEqual(bodies);
    expect(new Set(bodies).size).toBeGreaterThan(5);
    expect(bodies.some((each, place) => place > 0 && each === bodies[place - 1])).toBe(false);
  });

  test("leave out what the server does not do, and say so", async () => {
    expect(await makeReads(target, known, { wanted: ["everything"], draws: 4, seed: 1 })).toEqual([
      { id: "everything", reason: "answered 404" },
    ]);
  });

  test("with no child twice are one for each, by which nobody can be confused", () => {
    const once = searchesOnce(target.path, known);
    expect(new Set(once.map(({ body }) => body)).size).toBe(known.length);
    const others = { entry: [{ resource: { resourceType: "Observation", subject: { reference: "Patient/none" } } }] };
    expect(once[0]?.verify?.(200, others)).toBe("another child's Observation");
  });

  test("are right under load as they were when they were prepared", async () => {
    const wanted = ["search", "search-code", "read", "by-patient", "by-identifier", "by-name", "population"] as const;
    for (const workload of await makeReads(target, known, { wanted, draws: 20, seed: 2 })) {
      const { requests } = done(workload);
      const tokens = { reader: "", writer: "" };
      const result = await closedLoop({ base: target.origin, requests, tokens, duration_s: 0.1, connections: 2 });
      expect({ id: workload.id, ...result }).toMatchObject({ failures: 0, wrong: [] });
      expect(result.verified).toBeGreaterThan(0);
    }
  });
});

describe("the GP's day", () => {
  test("looks up, searches three times, turns a page, and now and then corrects a weight, so that nothing grows", async () => {
    const day = done(await makeDay(target, known, { visits: 40, seed: 3, writer: target }));
    const kinds = new Map<string, number>();
    for (const { method, path } of day.requests) {
      const kind = method === "GET" ? "page" : method === "PUT" ? "write" : path.replace(/^.*\/(\w+)\/_search$/, "$1");
      kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
    }
    expect(Object.fromEntries(kinds)).toEqual({ Patient: 40, Observation: 120, page: 40, write: 4 });
    const writes = day.requests.filter(({ method }) => method === "PUT");
    expect(writes[0]?.path).toBe(writes[1]?.path);
    expect(writes[0]?.body).not.toBe(writes[1]?.body);
    expect(writes[2]?.path).not.toBe(writes[1]?.path);
  });

  test("of who may not write has none", async () => {
    const day = done(await makeDay(target, known, { visits: 20, seed: 3, writer: undefined }));
    expect(day.requests.some(({ method }) => method === "PUT")).toBe(false);
  });
});

describe("writes", () => {
  test("never send two contents of one resource in turn", async () => {
    const [create, update, transaction] = await makeWrites(target, ["create", "update", "transaction"], "run", 5);
    const { requests } = done(update);
    expect(requests).toHaveLength(10);
    expect(requests[0]?.path).toBe(requests[5]?.path);
    expect(requests[0]?.body).not.toBe(requests[5]?.body);
    expect(new Set(requests.slice(0, 5).map(({ path }) => path)).size).toBe(5);
    expect([done(create), done(transaction)].map((each) => each.requests.length)).toEqual([5, 5]);
  });
});

describe("in the end", () => {
  test("what was made is deleted, and what is kept is counted", async () => {
    expect(await removeFrom(target, [...made.addresses, "Patient/never-was"])).toBeLessThanOrEqual(1);
    const { response } = await target.send("GET", made.addresses[0] ?? "");
    expect(text(response.json, "resourceType")).toBe("OperationOutcome");
    expect(response.status).toBe(410);
  });
});
