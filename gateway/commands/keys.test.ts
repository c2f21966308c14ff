import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { openGatewayKeys } from "../access/gateway-keys.ts";
import { runKeys } from "./keys.ts";

const NOW_ms = Date.parse("2026-11-22T12:00:00Z");

let dataDir: string;
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), "keys-command-"));
});
afterEach(() => rm(dataDir, { recursive: true }));

const run = (...given: readonly string[]) => runKeys(given, { DATA_DIR: dataDir }, NOW_ms);

describe("the command", () => {
  test("lists nothing before the first start, and makes nothing by it", async () => {
    expect(await run("list")).toMatchObject({ exit: 0, out: expect.stringMatching(/no key yet/) });
    expect(await run("list")).toMatchObject({ out: expect.stringMatching(/no key yet/) });
  });

  test("names the next key and when it is used, and lists both", async () => {
    const keys = await openGatewayKeys({ dataDir, mode: "demonstration", clock: () => NOW_ms });
    const { kid } = keys.signing();
    keys.close();
    const { exit, out } = await run("rotate");
    const [, next] = /^(\S{43}) is used from 2026-11-22T13:00:00\.000Z on\.\n$/.exec(out) ?? [];
    expect(exit).toBe(0);
    expect((await run("list")).out).toBe(
      `${kid}  2026-11-22T12:00:00.000Z  signing\n${next}  2026-11-22T13:00:00.000Z  next\n`,
    );
  });

  test("leaves one key when it is to hold at once", async () => {
    await run("rotate");
    const { out } = await run("rotate", "--at-once");
    const [kid] = out.split(" ");
    expect((await run("list")).out).toBe(`${kid}  2026-11-22T12:00:00.000Z  signing\n`);
  });

  test("tells nothing of the private part", async () => {
    const told = [await run("rotate"), await run("list"), await run("rotate", "--at-once")];
    expect(told.map(({ out }) => out).join("")).not.toMatch(/"d"|PRIVATE/);
  });
});

test.each([[[]], [["turn"]], [["list", "--at-once"]], [["rotate", "again"]], [["list", "--soon"]]])(
  "%j is misuse, and told so with how it goes",
  async (given) => {
    expect(await run(...given)).toMatchObject({
      exit: 2,
      out: "",
      error: expect.stringMatching(/Usage: npm run -s keys/),
    });
  },
);

test("a wrong configuration is told", async () => {
  expect(await runKeys(["list"], { PORT: "x" }, NOW_ms)).toMatchObject({
    exit: 1,
    error: expect.stringMatching(/PORT/),
  });
});
