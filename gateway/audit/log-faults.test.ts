import { spawn } from "node:child_process";
import {
  appendFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmdirSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type LogWorld, recordOf, startLogWorld } from "./log.fixtures.ts";
import { AuditError, createAuditLog } from "./log.ts";
import { verifyAudit } from "./verify.ts";

const WRITER = fileURLToPath(new URL("log.writer.ts", import.meta.url));

const JOURNAL = "gateway.2026-01-31.000001.journal";
const LEAVES = "gateway.000001.leaves";
const RECORD = recordOf("request-1");

let world: LogWorld;

beforeEach(() => {
  world = startLogWorld();
});
afterEach(() => world.close());

describe("after a restart", () => {
  test("the chain goes on, also from an empty file behind a full one", async () => {
    for (let n = 0; n < 4; n += 1) {
      const log = await world.openLog({ fileBytesMax: 500 });
      await log.append(RECORD);
      await log.append(RECORD);
      await log.close();
    }
    expect(await verifyAudit(world.directory)).toMatchObject({ records: 8, broken: [] });
    const last = readdirSync(world.directory).findLast((name) => name.endsWith(".leaves")) ?? "";
    const next = last.replace(/\d{6}/, (part) => String(Number(part) + 1).padStart(6, "0"));
    appendFileSync(join(world.directory, next), "");
    appendFileSync(join(world.directory, "gateway.2026-01-31.000009.journal"), "");
    await (await world.openLog({ fileBytesMax: 500 })).append(RECORD);
    expect(await verifyAudit(world.directory)).toMatchObject({ records: 9, broken: [] });
  });

  const torn = (name: string): [string, string, string | Buffer][] => [
    [name, "half a line", '{"hash":"abc'],
    [name, "half a line and what was written ahead", Buffer.concat([Buffer.from('{"salt":"abc'), Buffer.alloc(5_000)])],
    [name, "a hole and the end of a line", Buffer.concat([Buffer.alloc(600), Buffer.from('"time":1}}\n')])],
    [name, "a whole leaf that continues nothing", `{"hash":"${"A".repeat(43)}","leaf":{}}\n`],
  ];
  test.each<[string, string, string | Buffer]>([
    ...torn(LEAVES),
    ...torn(JOURNAL),
    [JOURNAL, "a payload without its leaf", `{"salt":"${"A".repeat(22)}","payload":{}}\n`],
    [JOURNAL, "a leaf that is there already", "again"],
  ])("a torn write is cut off and put aside: %s, %s", async (name, _, written) => {
    const log = await world.openLog();
    await log.append(RECORD);
    await log.append(RECORD);
    await log.close();
    appendFileSync(join(world.directory, name), written === "again" ? `${world.linesOf("leaves")[1]}\n` : written);

    await (await world.openLog()).append(recordOf("after"));
    expect(await verifyAudit(world.directory)).toMatchObject({ records: 3, broken: [] });
    const aside = readdirSync(world.directory).filter((entry) => entry.includes(".torn-"));
    expect(aside).toEqual([expect.stringContaining(`${name}.torn-`)]);
    expect(world.linesOf("payloads").at(-1)).toContain('"after"');
  });

  test("a record whose leaf and payload do not belong together was torn", async () => {
    const log = await world.openLog();
    await log.append(recordOf("first"));
    await log.append(recordOf("second"));
    await log.close();
    const path = join(world.directory, JOURNAL);
    writeFileSync(path, readFileSync(path, "utf8").replace('"second"', '"\0\0\0\0\0\0"'));
    truncateSync(join(world.directory, LEAVES), `${world.linesOf("filed")[0]}\n`.length);
    await (await world.openLog()).append(recordOf("after"));
    expect(world.linesOf("payloads")).toHaveLength(2);
    expect(await verifyAudit(world.directory)).toMatchObject({ records: 2, broken: [] });
  });

  test("kill -9 loses no acknowledged record and leaves a whole chain, time after time", async () => {
    const acknowledged: string[] = [];
    for (const count of [1, 200, 2_000]) acknowledged.push(...(await killedAfter(count)));
    await (await world.openLog()).append(recordOf("after"));
    const { records, broken } = await verifyAudit(world.directory);
    expect(broken).toEqual([]);
    await world.closeLogs();
    expect(world.linesOf("filed")).toEqual(world.linesOf("leaves"));
    expect(records).toBeGreaterThan(acknowledged.length);
    const kept = new Set(world.linesOf("payloads").map((line) => JSON.parse(line).payload.requestId));
    expect(acknowledged.filter((requestId) => !kept.has(requestId))).toEqual([]);
  });
});

describe("when the files cannot be written", () => {
  test("every append is refused, and taken again once the cause is gone", async () => {
    const log = await world.openLog({ fileBytesMax: 500 });
    await log.append(recordOf("before"));
    const blocked = join(world.directory, "gateway.2026-01-31.000002.journal");
    mkdirSync(blocked);
    const refused = await Promise.allSettled([
      log.append(recordOf("a")),
      log.append(recordOf("b")),
      log.append(recordOf("c")),
    ]);
    for (const result of refused) {
      expect(result).toMatchObject({ status: "rejected", reason: expect.any(AuditError) });
    }
    await expect(log.append(recordOf("d"))).rejects.toThrow("cannot be written");
    rmdirSync(blocked);
    await log.append(recordOf("after"));
    expect(world.textOf("journal")).toContain('"after"');
    expect(await verifyAudit(world.directory)).toMatchObject({ records: 2, broken: [] });
  });

  test.runIf(process.platform === "linux")("a full disk refuses every record until there is room", async () => {
    const log = await world.openLog();
    const full = join(world.directory, JOURNAL);
    symlinkSync("/dev/full", full);
    const refused = await Promise.allSettled(["a", "b", "c"].map((id) => log.append(recordOf(id))));
    expect(refused.map(({ status }) => status)).toEqual(["rejected", "rejected", "rejected"]);
    await expect(log.append(recordOf("d"))).rejects.toThrow("cannot be written");
    rmSync(full);
    await log.append(recordOf("after"));
    expect(world.linesOf("payloads")).toHaveLength(1);
    expect(await verifyAudit(world.directory)).toMatchObject({ broken: [] });
  });

  test("a directory that was moved away refuses every record until it is back, and nothing is lost", async () => {
    const log = await world.openLog();
    await log.append(recordOf("before"));
    const away = `${world.directory}-away`;
    renameSync(world.directory, away);
    await expect(log.append(recordOf("a"))).rejects.toThrow("cannot be written");
    await expect(log.append(recordOf("b"))).rejects.toThrow("cannot be written");
    renameSync(away, world.directory);
    await log.append(recordOf("after"));
    expect(await verifyAudit(world.directory)).toMatchObject({ broken: [] });
    expect(world.textOf("journal")).toContain('"before"');
    expect(world.textOf("journal")).toContain('"after"');
  });

  test("a directory that was removed refuses every record, and made anew goes on and shows for ever what is missing", async () => {
    const log = await world.openLog();
    await log.append(recordOf("before"));
    rmSync(world.directory, { recursive: true });
    await expect(log.append(recordOf("a"))).rejects.toThrow("cannot be written");
    mkdirSync(world.directory);
    await log.append(recordOf("after"));
    const { broken } = await verifyAudit(world.directory);
    expect(broken).toContainEqual(expect.objectContaining({ reason: expect.stringContaining("1 was expected") }));
  });

  test.runIf(process.platform === "linux")(
    "a journal that is replaced by another file refuses the next record",
    async () => {
      const log = await world.openLog();
      await log.append(recordOf("before"));
      const journal = join(world.directory, JOURNAL);
      writeFileSync(`${journal}.new`, readFileSync(journal));
      renameSync(`${journal}.new`, journal);
      await expect(log.append(recordOf("a"))).rejects.toThrow("cannot be written");
      await log.append(recordOf("after"));
      expect(await verifyAudit(world.directory)).toMatchObject({ broken: [] });
    },
  );

  test("a directory that cannot be made is an error at start", async () => {
    appendFileSync(join(world.directory, "file"), "");
    const log = createAuditLog({
      directory: join(world.directory, "file", "audit"),
      process: "gateway",
      clock: () => world.now,
    });
    await expect(log).rejects.toThrow();
  });
});

/** Runs the writer, kills it once it has acknowledged so many records, and answers with all that it acknowledged. */
async function killedAfter(count: number): Promise<readonly string[]> {
  const writer = spawn(process.execPath, [WRITER, world.directory, "100000"], { stdio: ["ignore", "pipe", "inherit"] });
  let output = "";
  let killed = false;
  for await (const chunk of writer.stdout) {
    output += String(chunk);
    if (!killed && output.split("\n").length > count) {
      killed = true;
      writer.kill("SIGKILL");
    }
  }
  const lines = output.split("\n").slice(0, -1);
  expect(lines.length).toBeGreaterThanOrEqual(count);
  return lines;
}
