import { appendFile, mkdir, mkdtemp, readdir, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { openCommons } from "../store/postgres/commons.ts";
import { startTestPostgres, type TestDatabase } from "../store/postgres/test-postgres.ts";
import { createAuditIndex } from "./audit-index.ts";
import { createLogSender, fetchLog } from "./copies.ts";
import { createAuditLog } from "./log.ts";
import { verifyAudit } from "./verify.ts";

const MACHINE = "5f0c91d2a4be";
const JOURNAL = "gateway.2026-01-31.000001.journal";

let database: TestDatabase;
let commons: Awaited<ReturnType<typeof openCommons>>;
let home: string;
let directory: string;
let others: string;

beforeEach(async () => {
  database = await (await startTestPostgres()).createDatabase();
  commons = await openCommons(database);
  home = await mkdtemp(join(tmpdir(), "copies-"));
  directory = join(home, "audit");
  others = join(home, "audit-others");
  await mkdir(directory);
});
afterEach(async () => {
  await commons.close();
  await database.drop();
  await rm(home, { recursive: true });
});

const sender = () => createLogSender({ directory, machine: MACHINE, copies: commons.copies });
const fetched = () => fetchLog(commons.copies, others, MACHINE);
const copyOf = (name: string) => readFile(join(others, MACHINE, name), "utf8");
const own = (name: string) => join(directory, name);

describe("a copy", () => {
  test("holds complete lines alone, and grows as the file does", async () => {
    const send = sender();
    await writeFile(own(JOURNAL), "one\ntwo\nha\0\0\0\0");
    await send();
    expect(await fetched()).toBe(true);
    expect(await copyOf(JOURNAL)).toBe("one\ntwo\n");
    await writeFile(own(JOURNAL), "one\ntwo\nhalf\nnext\n\0\0");
    await send();
    expect(await fetched()).toBe(true);
    expect(await copyOf(JOURNAL)).toBe("one\ntwo\nhalf\nnext\n");
  });

  test("goes on where it was when another process sends, or fetches", async () => {
    await writeFile(own(JOURNAL), "one\n");
    await sender()();
    await fetched();
    await appendFile(own(JOURNAL), "two\n");
    await sender()();
    await Promise.all([fetched(), fetched(), fetched()]);
    expect(await fetched()).toBe(true);
    expect(await copyOf(JOURNAL)).toBe("one\ntwo\n");
  });

  test("holds a line that is longer than what is read at a time, and many parts", async () => {
    const long = `${"x".repeat(600_000)}\n`;
    const many = Array.from({ length: 9_000 }, (_, n) => `${n} ${"y".repeat(500)}\n`).join("");
    await writeFile(own(JOURNAL), long + many);
    await sender()();
    expect(await fetched()).toBe(true);
    expect(await copyOf(JOURNAL)).toBe(long + many);
  });

  test("goes when its file goes, and nothing of it stays on its way", async () => {
    const send = sender();
    await writeFile(own(JOURNAL), "one\n");
    await writeFile(own("gateway.000001.leaves"), "leaf\n");
    await send();
    await fetched();
    await rm(own(JOURNAL));
    await send();
    expect(await fetched()).toBe(true);
    expect(await readdir(join(others, MACHINE))).toEqual(["gateway.000001.leaves"]);
    expect(await commons.copies.parts(MACHINE, JOURNAL, 0)).toEqual([]);
  });

  test("follows what a crash has cut off and others have written in its place", async () => {
    const send = sender();
    await writeFile(own(JOURNAL), "one\ntwo\nthree\n");
    await send();
    await fetched();
    await truncate(own(JOURNAL), 4);
    await appendFile(own(JOURNAL), "TWO\nTHREE\nfour\n");
    await send();
    await fetched();
    await send();
    expect(await fetched()).toBe(true);
    expect(await copyOf(JOURNAL)).toBe("one\nTWO\nTHREE\nfour\n");
  });

  test("of what has gone from its way long ago is sent again for who comes later, and what is missing is said", async () => {
    const send = sender();
    await writeFile(own(JOURNAL), "one\n");
    await send();
    await commons.copies.sweep(MACHINE, -1_000);
    expect(await fetched()).toBe(false);
    await send();
    expect(await fetched()).toBe(true);
    expect(await copyOf(JOURNAL)).toBe("one\n");
  });

  test("of a later file waits for the one before it", async () => {
    const send = sender();
    const later = "gateway.2026-02-01.000001.journal";
    await writeFile(own(JOURNAL), "one\n");
    await send();
    await commons.copies.sweep(MACHINE, -1_000);
    await writeFile(own(later), "two\n");
    await send();
    expect(await fetched()).toBe(false);
    expect(await readdir(join(others, MACHINE))).not.toContain(later);
    await send();
    expect(await fetched()).toBe(true);
    expect(await copyOf(later)).toBe("two\n");
  });

  test.each(["../../evil.journal", "gateway.lock", "gateway.index.sqlite"])("is never made of %s", async (name) => {
    await commons.copies.add(MACHINE, { name, start: 0, bytes: Buffer.from("x\n") }, { name, bytes: 2, tail: "780a" });
    expect(await fetched()).toBe(true);
    expect(await readdir(join(others, MACHINE))).toEqual([]);
    await expect(fetchLog(commons.copies, others, "../audit")).rejects.toThrow("another name");
  });
});

test("in another database nothing that was fetched before is lost, and the index is made anew with its numbers", async () => {
  const [here, there] = [MACHINE, "0a1b2c3d4e5f"];
  const foreign = join(home, "foreign");
  const record = { interaction: "read", outcome: "success", requestId: "r", client: "far" } as const;
  for (const place of [foreign, directory]) {
    const log = await createAuditLog({ directory: place, process: "gateway", clock: Date.now });
    await log.append(record);
    await log.close();
  }
  await createLogSender({ directory: foreign, machine: there, copies: commons.copies })();
  const numbers = new Map([[`${there}/gateway`, 1]]);
  const index = createAuditIndex({
    directory,
    process: "gateway",
    others: {
      directory: others,
      machine: here,
      numberOf: async (chain) => numbers.get(chain) ?? 0,
      fetch: async () => ((await fetchLog(commons.copies, others, there)) ? [] : ["host"]),
    },
  });
  await index.catchUp();
  const before = await index.scan({}, undefined, 10);
  expect(before.map(({ position }) => Math.floor(position / 2 ** 40))).toEqual([0, 1]);
  for (const { name } of await commons.copies.files(there)) await commons.copies.forget(there, name);
  numbers.set(`${there}/gateway`, 1).set(`${here}/gateway-2`, 1).set(`${there}/gateway`, 2);
  const log = await createAuditLog({ directory, process: "gateway-2", clock: Date.now });
  await log.append(record);
  await log.close();
  await index.catchUp();
  const after = await index.scan({}, undefined, 10);
  expect(after.map(({ position }) => Math.floor(position / 2 ** 40))).toEqual([0, 1, 2]);
  expect(before.every(({ id }) => after.some((one) => one.id === id))).toBe(true);
  await index.close();
});

test("the log of another machine verifies, and both indexes find the same at the same places", async () => {
  const foreign = join(home, "foreign");
  const record = (client: string) => ({ interaction: "read", outcome: "success", requestId: "r", client }) as const;
  for (const [place, client] of [
    [foreign, "far"],
    [directory, "near"],
  ] as const) {
    const log = await createAuditLog({ directory: place, process: "gateway", clock: Date.now });
    for (let n = 0; n < 5; n += 1) await log.append(record(client));
    await log.close();
  }
  const [here, there] = [MACHINE, "0a1b2c3d4e5f"];
  await createLogSender({ directory: foreign, machine: there, copies: commons.copies })();
  await createLogSender({ directory, machine: here, copies: commons.copies })();
  const indexOn = (log: string, machine: string, from: string) => {
    const folder = join(home, `others-of-${machine}`);
    const others = {
      directory: folder,
      machine,
      numberOf: (chain: string) => commons.machines.numberOf(chain),
      fetch: async () => ((await fetchLog(commons.copies, folder, from)) ? [] : ["host"]),
    };
    return createAuditIndex({ directory: log, process: "gateway", others });
  };
  const indexes = [indexOn(directory, here, there), indexOn(foreign, there, here)];
  const found = await Promise.all(
    indexes.map(async (index) => {
      await index.catchUp();
      expect(index.missing()).toEqual([]);
      return index.scan({ order: "newest-first" }, undefined, 100);
    }),
  );
  expect(found[0]).toHaveLength(10);
  expect(found[0]).toEqual(found[1]);
  const verified = await verifyAudit(join(home, `others-of-${here}`, there));
  expect([verified.broken, verified.records]).toEqual([[], 5]);
  await Promise.all(indexes.map((index) => index.close()));
});
