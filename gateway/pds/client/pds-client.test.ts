import { randomUUID } from "node:crypto";
import { afterEach, describe, expect, test } from "vitest";
import { API_KEY, BRISK, createWorld, KEY_ID, KEYS, known, told, type World } from "../pds.fixtures.ts";
import { createBreaker } from "./breaker.ts";
import { createPdsClient } from "./pds-client.ts";
import { parseRetryAfter } from "./retry-after.ts";
import { createTurns } from "./turns.ts";

const ONE = "9990000018";

let world: World | undefined;
afterEach(async () => {
  await world?.close();
  world = undefined;
});

const tokensOf = ({ standIn }: World) => standIn.arrivals().filter(({ kind }) => kind === "token");

test("a hundred children need one token between them", async () => {
  world = await createWorld([known(ONE)]);
  const { tracer } = world;
  const days = Array.from({ length: 100 }, (_, n) => new Date(Date.UTC(2021, 0, n + 1)).toISOString().slice(0, 10));
  await Promise.all(days.map((birthDate) => tracer.trace(told({ birthDate }))));
  expect(tokensOf(world)).toHaveLength(1);
});

test("a token is left before it ends", async () => {
  let now = Date.now();
  world = await createWorld([known(ONE)], { server: { clock: () => now }, tracer: { clock: () => now } });
  await world.tracer.trace(told());
  now += 560_000;
  await world.tracer.trace(told({ postcode: "" }));
  expect(tokensOf(world)).toHaveLength(1);
  now += 15_000;
  expect(await world.tracer.trace(told({ given: "Annabelle" }))).toMatchObject({ kind: "found" });
  expect(tokensOf(world)).toHaveLength(2);
});

test("a token that was taken back is renewed once for all who wait, and each question is asked again", async () => {
  world = await createWorld([known(ONE)]);
  const { tracer, standIn } = world;
  await tracer.trace(told());
  standIn.revokeTokens();
  const before = tokensOf(world).length;
  const again = await Promise.all([ONE, "9990000026", "9990000034"].map((number) => tracer.byNumber(number)));
  expect(again.map(({ kind }) => kind)).toEqual(["found", "none", "none"]);
  expect(tokensOf(world).length - before).toBe(1);
});

test.each([
  { title: "another key", credentials: { keyId: "gateway-2" } },
  { title: "another application", credentials: { apiKey: "somebody-else" } },
])("$title: no token, no question, failed", async ({ credentials }) => {
  world = await createWorld([known(ONE)]);
  const { standIn } = world;
  const all = { tokenUrl: standIn.tokenUrl, apiKey: API_KEY, keyId: KEY_ID, key: KEYS.privateKey };
  const client = createPdsClient({
    baseUrl: standIn.baseUrl,
    credentials: { ...all, ...credentials },
    coordination: { takeTurn: async () => 0 },
    clock: Date.now,
    ids: randomUUID,
    random: Math.random,
    limits: BRISK,
  });
  const within = { correlationId: randomUUID(), deadline: performance.now() + 60_000 };
  expect(await client.ask({ kind: "read", nhsNumber: ONE }, within)).toEqual({
    kind: "failed",
    reason: "token-refused",
  });
  expect(world.questions()).toEqual([]);
});

test("a question and its repetitions have one request id, all questions about a child one correlation id", async () => {
  const fault = ({ kind, number }: { kind: string; number: number }) =>
    kind === "search" && number === 0 ? ({ kind: "status", status: 503 } as const) : undefined;
  world = await createWorld([], { server: { fault }, tracer: { endUserOds: "Y12345" } });
  await world.tracer.trace(told());
  const asked = world.standIn.arrivals().filter(({ kind }) => kind === "search");
  const ids = asked.map(({ requestId }) => requestId);
  expect([ids.length, ids[0] === ids[1], ids[1] === ids[2]]).toEqual([3, true, false]);
  expect(new Set(asked.map(({ correlationId }) => correlationId)).size).toBe(1);
  expect(asked.every(({ endUserOds }) => endUserOds === "Y12345")).toBe(true);
});

test.each([
  { title: "seconds", retryAfter: () => "1" },
  { title: "a date", retryAfter: () => new Date(Date.now() + 1_500).toUTCString() },
])("told to come back later ($title), nobody calls until then", async ({ retryAfter }) => {
  const fault = ({ kind, number }: { kind: string; number: number }) =>
    kind === "search" && number === 0
      ? ({ kind: "status", status: 429, headers: { "retry-after": retryAfter() } } as const)
      : undefined;
  const heard = Promise.withResolvers<void>();
  world = await createWorld([known(ONE)], { server: { fault }, tracer: { onCall: () => heard.resolve() } });
  const { tracer } = world;
  const first = tracer.trace(told());
  // The second child comes while the first has been told to wait.
  await heard.promise;
  const outcomes = await Promise.all([first, tracer.trace(told({ birthDate: "2021-05-15" }))]);
  expect(outcomes).toMatchObject([{ kind: "found" }, { kind: "none" }]);
  const [refused, ...later] = world.standIn.arrivals().filter(({ kind }) => kind === "search");
  // Dates have no milliseconds: at least half a second of the one and a half is left.
  expect(later.every(({ at }) => at - (refused?.at ?? 0) > 450)).toBe(true);
});

test("a register that does not answer is left alone after five failures", async () => {
  world = await createWorld([], {
    server: { fault: ({ kind }) => (kind === "search" ? { kind: "status", status: 500 } : undefined) },
    tracer: { limits: { ...BRISK, breaker_failures_max: 5 } },
  });
  const { tracer } = world;
  for (let n = 1; n <= 4; n++) await tracer.trace(told({ birthDate: `2021-05-0${n}` }));
  expect(world.questions()).toHaveLength(5);
  expect(tracer.state()).toBe("open");
  expect(await tracer.trace(told())).toMatchObject({
    kind: "failed",
    reason: "circuit-open",
    retryAfter_ms: expect.any(Number),
  });
});

test("calls end as counted words", async () => {
  const outcomes: string[] = [];
  const fault = ({ kind, number }: { kind: string; number: number }) =>
    kind === "search" && number === 0 ? ({ kind: "reset" } as const) : undefined;
  world = await createWorld([known(ONE)], {
    server: { fault },
    tracer: { onCall: (outcome) => outcomes.push(outcome) },
  });
  await world.tracer.trace(told());
  expect(outcomes).toEqual(["network", "answered"]);
});

describe("the breaker", () => {
  function createTimed() {
    let now = 0;
    const breaker = createBreaker({ now: () => now, failures_max: 2, open_ms: 100, open_ms_max: 300 });
    const call = (how: "success" | "failure" | "neither"): boolean => {
      const pass = breaker.enter();
      if ("settle" in pass) pass.settle(how);
      return "settle" in pass;
    };
    return { breaker, call, later: (ms: number) => (now += ms) };
  }

  test("opens at failures without a success between them", () => {
    const { breaker, call } = createTimed();
    for (const how of ["failure", "success", "failure", "neither"] as const) call(how);
    expect(breaker.state()).toBe("closed");
    call("failure");
    expect([breaker.state(), call("success")]).toEqual(["open", false]);
  });

  test("lets one probe through, whose failure keeps it open twice as long, up to a bound", () => {
    const { breaker, call, later } = createTimed();
    call("failure");
    call("failure");
    later(100);
    expect(breaker.state()).toBe("half-open");
    const probe = breaker.enter();
    expect(call("success")).toBe(false);
    if ("settle" in probe) probe.settle("failure");
    later(199);
    expect(call("success")).toBe(false);
    later(1);
    expect(call("failure")).toBe(true);
    later(299);
    expect(call("success")).toBe(false);
    later(1);
    expect([call("success"), breaker.state()]).toEqual([true, "closed"]);
  });

  test("a probe that says nothing lets the next one through", () => {
    const { breaker, call, later } = createTimed();
    call("failure");
    call("failure");
    later(100);
    call("neither");
    expect([breaker.state(), call("success"), breaker.state()]).toEqual(["half-open", true, "closed"]);
  });
});

test.each([
  { header: "120", is: 120_000 },
  { header: "0", is: 0 },
  { header: " 5 ", is: 5_000 },
  { header: "Thu, 01 Jan 1970 00:01:00 GMT", is: 60_000 },
  { header: "Wed, 31 Dec 1969 23:59:59 GMT", is: 0 },
  { header: "-1", is: undefined },
  { header: "1.5", is: undefined },
  { header: "soon", is: undefined },
  { header: "", is: undefined },
  { header: null, is: undefined },
])("Retry-After $header is $is ms", ({ header, is }) => {
  expect(parseRetryAfter(header, 0)).toBe(is);
});

test("a turn that was heard of too late is not used", async () => {
  let asked = 0;
  const turns = createTurns({
    takeTurn: async () => {
      if (asked++ === 0) await new Promise((resolve) => setTimeout(resolve, 130));
      return 0;
    },
  });
  expect([await turns.take(performance.now() + 5_000), asked > 1]).toEqual([0, true]);
});

test("who would wait past the deadline is told how long, and does not", async () => {
  const turns = createTurns({ takeTurn: async () => 60_000 });
  expect(await turns.take(performance.now() + 1_000)).toBe(60_000);
});
