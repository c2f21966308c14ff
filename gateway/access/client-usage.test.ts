import { afterEach, describe, expect, test } from "vitest";
import { type ClientUsage, createClientUsage, type Tallying } from "./client-usage.ts";

const LIMITED = { requestsPerSecond: 3, concurrent: 2, childrenPerHour: 3 };
const ALONE: Tallying = { tally: async () => undefined, state: () => "in-process" };
const AWAY: Tallying = { tally: async () => undefined, state: () => "down" };

let now_ms: number;
let alarms: string[];
const open: ClientUsage[] = [];
afterEach(() => {
  for (const usage of open.splice(0)) usage.close();
});

function started(
  told: { readonly tallying?: Tallying; readonly processes?: number; readonly limits?: typeof LIMITED | "none" } = {},
) {
  now_ms = Date.parse("2026-11-23T12:00:00Z");
  alarms = [];
  const usage = createClientUsage({
    limitsOf: () => told.limits ?? LIMITED,
    tallying: told.tallying ?? ALONE,
    processes: told.processes,
    clock: () => now_ms,
    onAlarm: (client) => alarms.push(client),
  });
  open.push(usage);
  return usage;
}

const admitted = (usage: ClientUsage, count: number, client = "gp"): number =>
  Array.from({ length: count }, () => usage.admit(client, [])).filter((wait) => wait === undefined).length;

describe("requests a second", () => {
  test("are let in up to the limit, and again in the next second", () => {
    const usage = started();
    expect([admitted(usage, 5), usage.admit("gp", [])]).toEqual([3, 1]);
    now_ms += 1_000;
    expect(admitted(usage, 5)).toBe(3);
  });

  test("of one client do not count for another", () => {
    const usage = started();
    expect([admitted(usage, 5), admitted(usage, 5, "hv")]).toEqual([3, 3]);
  });

  test("without a limit are all let in", () => {
    expect(admitted(started({ limits: "none" }), 1_000)).toBe(1_000);
  });

  test.each([
    { processes: 2, limit: 10, expected: 5 },
    { processes: undefined, limit: 12, expected: 3 },
    { processes: 8, limit: 3, expected: 1 },
  ])(
    "keep to a share of $limit while $processes processes cannot hear each other: $expected",
    ({ processes, limit, expected }) => {
      const limits = { ...LIMITED, requestsPerSecond: limit };
      const usage = started({ tallying: AWAY, limits, ...(processes === undefined ? {} : { processes }) });
      expect(admitted(usage, 50)).toBe(expected);
    },
  );
});

describe("requests under way", () => {
  test("are let in up to the limit, and as soon as another ends", () => {
    const usage = started();
    const [first, second, third] = [usage.begin("gp"), usage.begin("gp"), usage.begin("gp")];
    expect([first === undefined, second === undefined, third]).toEqual([false, false, undefined]);
    first?.end();
    first?.end();
    expect([usage.begin("gp") === undefined, usage.begin("gp")]).toEqual([false, undefined]);
  });
});

describe("children an hour", () => {
  const askedOf = (usage: ClientUsage, ...asked: readonly string[]) => {
    now_ms += 1_000;
    return usage.admit("gp", asked);
  };

  test("are refused once the limit of released ones is met, until the client's hour is over", () => {
    const usage = started();
    usage.released("gp", ["a", "b"]);
    expect(askedOf(usage)).toBeUndefined();
    usage.released("gp", ["b", "a", "c"]);
    const wait_s = askedOf(usage) ?? 0;
    expect(wait_s).toBeGreaterThan(0);
    expect(wait_s).toBeLessThanOrEqual(3_600);
    now_ms += wait_s * 1_000;
    expect(askedOf(usage)).toBeUndefined();
  });

  test("count by the identifiers asked for, each once, whoever carries them", () => {
    const usage = started();
    const answers = ["1", "2", "1", "2", "3", "1"].map((number) => askedOf(usage, number) === undefined);
    expect(answers).toEqual([true, true, true, true, false, false]);
  });

  test("raise one alarm an hour", () => {
    const usage = started();
    usage.released("gp", ["a", "b", "c"]);
    for (let at = 0; at < 3; at += 1) askedOf(usage);
    expect(alarms).toEqual(["gp"]);
    now_ms += 3_600_000;
    usage.released("gp", ["a", "b", "c"]);
    askedOf(usage);
    expect(alarms).toEqual(["gp", "gp"]);
  });

  test("known before the others fell silent stay known, and the rest is shared", () => {
    const usage = started({ tallying: AWAY, processes: 2, limits: { ...LIMITED, childrenPerHour: 10 } });
    usage.released("gp", ["a", "b", "c", "d"]);
    expect(askedOf(usage)).toBeUndefined();
    usage.released("gp", ["e"]);
    expect(askedOf(usage)).toBeGreaterThan(0);
  });
});
