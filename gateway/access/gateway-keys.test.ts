import { mkdir, mkdtemp, readdir, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { calculateJwkThumbprint } from "jose";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { LIMITS } from "../limits.ts";
import { type GatewayKeys, openGatewayKeys, rotateKeys } from "./gateway-keys.ts";
import { createPrivateJwk, toJwks } from "./signing-key.ts";

const START_ms = Date.parse("2026-11-22T12:00:00Z");
const HOUR_ms = 3_600_000;

let dataDir: string;
let clock_ms: number;
let opened: GatewayKeys[];

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), "keys-"));
  clock_ms = START_ms;
  opened = [];
});
afterEach(async () => {
  for (const keys of opened) keys.close();
  await rm(dataDir, { recursive: true });
});

async function open(mode: "demonstration" | "production" = "production"): Promise<GatewayKeys> {
  const keys = await openGatewayKeys({ dataDir, mode, clock: () => clock_ms });
  opened.push(keys);
  return keys;
}

const where = () => ({ dataDir, mode: "production" }) as const;
const kidsOf = (keys: GatewayKeys) => keys.published().map(({ kid }) => kid);

describe("the gateway's keys", () => {
  test("are made once, one a mode, stay between starts and are for their owner alone", async () => {
    const { kid } = (await open()).signing();
    expect((await open()).signing().kid).toBe(kid);
    expect((await open("demonstration")).signing().kid).not.toBe(kid);
    const { mode } = await stat(join(dataDir, "keys", "access-token.production", "000001.jwk.json"));
    expect(mode & 0o777).toBe(0o600);
  });

  test("are published by their thumbprint and without their private part", async () => {
    const { keys } = toJwks((await open()).published());
    expect(keys).toEqual([
      {
        kty: "EC",
        crv: "P-256",
        x: expect.any(String),
        y: expect.any(String),
        alg: "ES256",
        use: "sig",
        kid: expect.any(String),
      },
    ]);
    for (const { kid, ...key } of keys) expect(await calculateJwkThumbprint(key)).toBe(kid);
  });

  test("take over the one of before they were rotated, whose tokens stay good", async () => {
    const jwk = createPrivateJwk();
    const single = join(dataDir, "keys", "access-token.production.jwk.json");
    await mkdir(join(dataDir, "keys"));
    await writeFile(single, `${JSON.stringify(jwk)}\n`);
    const { d: _, ...point } = jwk;
    expect((await open()).signing().kid).toBe(await calculateJwkThumbprint(point));
    await expect(stat(single)).rejects.toThrow("ENOENT");
    expect((await open()).signing().kid).toBe(await calculateJwkThumbprint(point));
  });

  test("are the same in processes that start together", async () => {
    const processes = await Promise.all([open(), open(), open(), open()]);
    expect(new Set(processes.map((keys) => keys.signing().kid)).size).toBe(1);
  });
});

describe("by time", () => {
  test("the next key is published an hour before it is used, the former one until its last token has ended", async () => {
    const keys = await open();
    const first = keys.signing().kid;
    clock_ms = START_ms + LIMITS.signing_key_life_ms - HOUR_ms - 1;
    await keys.refresh();
    expect(kidsOf(keys)).toEqual([first]);

    clock_ms += 1;
    await keys.refresh();
    const [, second = ""] = kidsOf(keys);
    expect(kidsOf(keys)).toEqual([first, second]);
    expect(keys.signing().kid).toBe(first);

    clock_ms += HOUR_ms;
    expect(keys.signing().kid).toBe(second);
    clock_ms += LIMITS.access_token_life_s * 1_000;
    await keys.refresh();
    expect(kidsOf(keys)).toEqual([first, second]);

    clock_ms += LIMITS.clock_skew_s * 1_000 + LIMITS.key_refresh_ms;
    await keys.refresh();
    expect(kidsOf(keys)).toEqual([second]);
    expect(await readdir(join(dataDir, "keys", "access-token.production"))).toEqual(["000002.jwk.json"]);
  });

  test("several processes make one next key", async () => {
    const processes = await Promise.all([open(), open(), open()]);
    clock_ms = START_ms + LIMITS.signing_key_life_ms;
    await Promise.all(processes.map((keys) => keys.refresh()));
    await Promise.all(processes.map((keys) => keys.refresh()));
    expect(new Set(processes.map((keys) => kidsOf(keys).join(" "))).size).toBe(1);
    expect(processes.map((keys) => keys.published().length)).toEqual([2, 2, 2]);
  });

  test("a gateway that slept through the change publishes the next key for an hour all the same", async () => {
    const { kid } = (await open()).signing();
    clock_ms = START_ms + 3 * LIMITS.signing_key_life_ms;
    const keys = await open();
    expect(keys.signing().kid).toBe(kid);
    expect(keys.published().map(({ from_ms }) => from_ms)).toEqual([START_ms, clock_ms + HOUR_ms]);
  });
});

describe("by command", () => {
  test("the next key waits an hour, and asked for again it is the same one", async () => {
    const keys = await open();
    const { kid } = keys.signing();
    const rotated = await rotateKeys(where(), clock_ms, { atOnce: false });
    expect(rotated.from_ms).toBe(clock_ms + HOUR_ms);
    expect(await rotateKeys(where(), clock_ms, { atOnce: false })).toEqual(rotated);
    await keys.refresh();
    expect(kidsOf(keys)).toEqual([kid, rotated.kid]);
    expect(keys.signing().kid).toBe(kid);
    clock_ms += HOUR_ms;
    expect(keys.signing().kid).toBe(rotated.kid);
  });

  test("at once takes away those before it, one that waits included, and says that something changed", async () => {
    const keys = await open();
    const before = keys.generation();
    await rotateKeys(where(), clock_ms, { atOnce: false });
    const rotated = await rotateKeys(where(), clock_ms, { atOnce: true });
    await keys.refresh();
    expect(kidsOf(keys)).toEqual([rotated.kid]);
    expect(keys.signing().kid).toBe(rotated.kid);
    expect(keys.generation()).not.toBe(before);
  });

  test("a key that another process made is looked for when it is named, once a second", async () => {
    const keys = await open();
    const first = await rotateKeys(where(), clock_ms, { atOnce: true });
    expect(await keys.find(first.kid)).toBeUndefined();
    clock_ms += LIMITS.key_look_up_ms_min;
    expect((await keys.find(first.kid))?.kid).toBe(first.kid);
    const second = await rotateKeys(where(), clock_ms, { atOnce: true });
    expect(keys.find(second.kid)).toBeUndefined();
  });
});
