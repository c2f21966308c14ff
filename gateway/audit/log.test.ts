import { spawn } from "node:child_process";
import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmdirSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { AuditLog, AuditRecord } from "./audit.ts";
import { AuditError, createAuditLog } from "./log.ts";
import { verifyAudit } from "./verify.ts";

const WRITER = fileURLToPath(new URL("log.writer.ts", import.meta.url));
const NOON = Date.UTC(2026, 0, 31, 12);
const INTACT = { broken: [] };
const JOURNAL = "gateway.2026-01-31.000001.journal";
const NEXT_DAY_JOURNAL = "gateway.2026-02-01.000001.journal";
const LEAVES = "gateway.000001.leaves";

const RECORD: AuditRecord = {
  interaction: "search-type",
  outcome: "success",
  requestId: "request-1",
  client: "gp-demo",
  organization: "Y99999",
  purpose: "TREAT",
  agreement: "gp-leeds/1",
  legalBasis: "6(1)(e)",
  tokenId: "token-1",
  query: "patient.identifier=9990000018&note=\u2028ë",
  patients: ["patient-1"],
  released: ["Observation/o-1/1"],
  withheld: { count: 2, rules: ["objection"] },
  detail: "one page",
};

let directory = "";
let now = NOON;
let logs: AuditLog[] = [];

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "audit-"));
  now = NOON;
});
afterEach(async () => {
  for (const log of logs) await log.close();
  logs = [];
  rmSync(directory, { recursive: true });
});

async function openLog(change: { process?: string; fileBytesMax?: number } = {}): Promise<AuditLog> {
  const log = await createAuditLog({ directory, process: "gateway", clock: () => now, ...change });
  logs.push(log);
  return log;
}

const named = (requestId: string): AuditRecord => ({ ...RECORD, requestId });

function textOf(kind: "leaves" | "journal"): string {
  const names = readdirSync(directory).sort();
  return names
    .filter((name) => name.endsWith(`.${kind}`))
    .map((name) => readFileSync(join(directory, name), "utf8"))
    .join("")
    .replaceAll("\0", "");
}

/** The journal's payload lines, its leaf lines, or the leaves that were filed. */
function linesOf(kind: "payloads" | "leaves" | "filed"): readonly string[] {
  const lines = textOf(kind === "filed" ? "leaves" : "journal")
    .split("\n")
    .slice(0, -1);
  return kind === "filed" ? lines : lines.filter((_, n) => n % 2 === (kind === "payloads" ? 0 : 1));
}

describe("append", () => {
  test("resolves after the journal holds the record and its leaf", async () => {
    const log = await openLog();
    for (let n = 1; n <= 3; n += 1) {
      await log.append(named(`request-${n}`));
      expect(linesOf("leaves")).toHaveLength(n);
      expect(linesOf("payloads").at(-1)).toContain(`"request-${n}"`);
    }
  });

  test("the leaf says who, what, why and when, and the payload all that may name a person", async () => {
    await (await openLog()).append(RECORD);
    const { leaf } = JSON.parse(linesOf("leaves")[0] ?? "");
    expect(leaf).toEqual({
      agreement: "gp-leeds/1",
      client: "gp-demo",
      interaction: "search-type",
      legalBasis: "6(1)(e)",
      organization: "Y99999",
      outcome: "success",
      payload: expect.stringMatching(/^[\w-]{43}$/),
      previous: "",
      process: "gateway",
      purpose: "TREAT",
      sequence: 1,
      time: NOON,
    });
    expect(Object.keys(leaf)).toEqual(Object.keys(leaf).toSorted());
    const { requestId, tokenId, query, patients, released, withheld, detail } = RECORD;
    expect(JSON.parse(linesOf("payloads")[0] ?? "")).toEqual({
      salt: expect.stringMatching(/^[\w-]{22}$/),
      payload: { requestId, tokenId, query, patients, released, withheld, detail },
    });
  });

  test.each([
    ["a ten-digit number", "9990000018"],
    ["such a number within a word", "client-9990000018"],
    ["a pupil number", "Z395000190001"],
    ["free text", "Ada Ashdown, born 2020"],
    ["a very long word", "a".repeat(65)],
  ])("a client id that is %s goes to the payload", async (_, client) => {
    await (await openLog()).append({ ...RECORD, client });
    expect(linesOf("leaves")[0]).not.toContain(client);
    expect(linesOf("payloads")[0]).toContain(client);
  });

  test.each(["gp-demo", "0d5c7e54-3d0b-4b1e-9a77-123456789012", "vendor.example_1"])(
    "a client id such as registers hold stays in the leaf: %s",
    async (client) => {
      await (await openLog()).append({ ...RECORD, client });
      expect(linesOf("leaves")[0]).toContain(`"${client}"`);
    },
  );

  test("equal records have different commitments, since each has its salt", async () => {
    const log = await openLog();
    await Promise.all([log.append(RECORD), log.append(RECORD)]);
    const commitments = linesOf("leaves").map((line) => JSON.parse(line).leaf.payload);
    expect(new Set(commitments).size).toBe(2);
  });

  test("records at the same time are all kept, in the order in which they came", async () => {
    const log = await openLog();
    const ids = Array.from({ length: 3_000 }, (_, n) => `request-${n}`);
    await Promise.all(ids.map((id) => log.append(named(id))));
    expect(linesOf("payloads").map((line) => JSON.parse(line).payload.requestId)).toEqual(ids);
    expect(await verifyAudit(directory)).toMatchObject({ records: 3_000, broken: [] });
  });

  test("a clock that goes back is held still", async () => {
    const log = await openLog();
    await log.append(RECORD);
    now -= 60_000;
    await log.append(RECORD);
    expect(linesOf("leaves").map((line) => JSON.parse(line).leaf.time)).toEqual([NOON, NOON]);
    expect(await verifyAudit(directory)).toMatchObject(INTACT);
  });

  test("a record that is too long is refused alone", async () => {
    const log = await openLog();
    const results = await Promise.allSettled([
      log.append(named("before")),
      log.append({ ...RECORD, query: "q".repeat(200_000) }),
      log.append(named("after")),
    ]);
    expect(results.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
    expect(await verifyAudit(directory)).toMatchObject({ records: 2, broken: [] });
  });

  test("a closed log has written what was queued, gives back what was written ahead, and takes nothing more", async () => {
    const log = await openLog();
    const pending = Promise.all([log.append(named("a")), log.append(named("b"))]);
    await log.close();
    await pending;
    for (const name of readdirSync(directory).filter((entry) => !entry.endsWith(".lock"))) {
      expect(readFileSync(join(directory, name)).at(-1)).toBe(10);
    }
    await expect(log.append(RECORD)).rejects.toThrow("closed");
    expect(await verifyAudit(directory)).toMatchObject({ records: 2, broken: [] });
  });
});

describe("leaves", () => {
  test("are filed beside the answers, without a record to follow", async () => {
    const log = await openLog();
    await log.append(RECORD);
    await expect.poll(() => linesOf("filed")).toEqual(linesOf("leaves"));
    expect(await verifyAudit(directory)).toMatchObject({ records: 1, broken: [], unfiled: [] });
  });

  test("are all filed when the log is closed, in the order of the chain", async () => {
    const log = await openLog();
    await Promise.all(Array.from({ length: 2_000 }, (_, n) => log.append(named(`request-${n}`))));
    await log.close();
    expect(linesOf("filed")).toHaveLength(2_000);
    expect(linesOf("filed")).toEqual(linesOf("leaves"));
  });

  test.each<[string, (lines: readonly string[]) => readonly string[]]>([
    ["none", () => []],
    ["some", (lines) => lines.slice(0, 700)],
    ["all but the last", (lines) => lines.slice(0, -1)],
    ["some and a torn one", (lines) => [...lines.slice(0, 700), lines[700]?.slice(0, 200) ?? ""]],
  ])("that only the journals hold are filed on opening, where the file has %s", async (_, keep) => {
    const log = await openLog({ fileBytesMax: 300_000 });
    const half = Array.from({ length: 1_000 }, (__, n) => named(`request-${n}`));
    await Promise.all(half.map((record) => log.append(record)));
    now += 86_400_000;
    await Promise.all(half.map((record) => log.append(record)));
    await log.close();
    const lines = linesOf("filed");
    for (const name of readdirSync(directory)) if (name.endsWith(".leaves")) rmSync(join(directory, name));
    writeFileSync(join(directory, LEAVES), keep(lines.map((line) => `${line}\n`)).join(""));
    const unfiled = (await verifyAudit(directory)).unfiled;
    expect(unfiled.at(-1)).toMatch(/^gateway\.2026-02-01\./);

    await (await openLog()).close();
    expect(linesOf("filed")).toEqual(lines);
    expect(await verifyAudit(directory)).toMatchObject({ records: 2_000, broken: [], unfiled: [] });
  });

  test("that cannot be filed stop the log, and are filed once the cause is gone", async () => {
    const log = await openLog({ fileBytesMax: 500 });
    const blocked = join(directory, "gateway.000002.leaves");
    mkdirSync(blocked);
    await expect
      .poll(() => log.append(named("acknowledged")).then(String, (error: unknown) => error))
      .toBeInstanceOf(AuditError);
    await expect(log.append(named("refused"))).rejects.toThrow("cannot be written");
    rmdirSync(blocked);
    expect((await verifyAudit(directory)).unfiled).not.toEqual([]);
    await log.append(named("after"));
    await log.close();
    expect(linesOf("filed")).toEqual(linesOf("leaves"));
    expect(await verifyAudit(directory)).toMatchObject({ broken: [], unfiled: [] });
  });
});

describe("files", () => {
  test("a file that is full is followed by another, and the chain goes on through them", async () => {
    for (let n = 0; n < 5; n += 1) {
      const log = await openLog({ fileBytesMax: 1_500 });
      for (let m = 0; m < 6; m += 1) await log.append(RECORD);
      await log.close();
    }
    const names = readdirSync(directory);
    expect(names.filter((name) => name.endsWith(".leaves")).length).toBeGreaterThan(3);
    expect(names.filter((name) => name.endsWith(".journal")).length).toBeGreaterThan(5);
    expect(await verifyAudit(directory)).toMatchObject({ records: 30, broken: [], unfiled: [] });
  });

  test("a day whose leaves are filed can be purged, and the chain stays whole", async () => {
    const log = await openLog();
    await log.append(RECORD);
    now += 86_400_000;
    await log.append(RECORD);
    await log.close();
    expect(readdirSync(directory).filter((name) => name.endsWith(".journal"))).toEqual([JOURNAL, NEXT_DAY_JOURNAL]);
    rmSync(join(directory, JOURNAL));
    expect(await verifyAudit(directory)).toMatchObject({ records: 2, broken: [], unfiled: [] });
    await (await openLog()).append(RECORD);
    expect(await verifyAudit(directory)).toMatchObject({ records: 3, broken: [] });
  });

  test("the chain goes on when every day was purged", async () => {
    await (await openLog()).append(RECORD);
    for (const log of logs) await log.close();
    rmSync(join(directory, JOURNAL));
    await (await openLog()).append(RECORD);
    expect(await verifyAudit(directory)).toMatchObject({ records: 2, broken: [] });
  });

  test("records of two days that queued together go to their own days", async () => {
    const log = await openLog();
    const first = log.append(named("today"));
    const second = log.append(named("still today"));
    now += 86_400_000;
    await Promise.all([first, second, log.append(named("tomorrow"))]);
    const read = (day: string) => readFileSync(join(directory, `gateway.${day}.000001.journal`), "utf8");
    expect(read("2026-01-31")).toContain("still today");
    expect(read("2026-02-01")).toContain("tomorrow");
    expect(read("2026-01-31")).not.toContain("tomorrow");
  });

  test("each process has a chain of its own, and two cannot share a name", async () => {
    const [one, two] = [await openLog({ process: "one" }), await openLog({ process: "two" })];
    await Promise.all([one.append(RECORD), two.append(RECORD), one.append(RECORD)]);
    await expect(openLog({ process: "one" })).rejects.toThrow("name of its own");
    await one.close();
    await (await openLog({ process: "one" })).append(RECORD);
    expect(await verifyAudit(directory)).toMatchObject({ records: 4, broken: [] });
  });

  test.each(["", "Gateway", "../gateway", "a.b", "a".repeat(33)])("the process name %j is refused", async (process) => {
    await expect(openLog({ process })).rejects.toThrow("lower-case letters");
  });
});

describe("after a restart", () => {
  test("the chain goes on, also from an empty file behind a full one", async () => {
    for (let n = 0; n < 4; n += 1) {
      const log = await openLog({ fileBytesMax: 500 });
      await log.append(RECORD);
      await log.append(RECORD);
      await log.close();
    }
    expect(await verifyAudit(directory)).toMatchObject({ records: 8, broken: [] });
    const last = readdirSync(directory).findLast((name) => name.endsWith(".leaves")) ?? "";
    const next = last.replace(/\d{6}/, (part) => String(Number(part) + 1).padStart(6, "0"));
    appendFileSync(join(directory, next), "");
    appendFileSync(join(directory, "gateway.2026-01-31.000009.journal"), "");
    await (await openLog({ fileBytesMax: 500 })).append(RECORD);
    expect(await verifyAudit(directory)).toMatchObject({ records: 9, broken: [] });
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
    const log = await openLog();
    await log.append(RECORD);
    await log.append(RECORD);
    await log.close();
    appendFileSync(join(directory, name), written === "again" ? `${linesOf("leaves")[1]}\n` : written);

    await (await openLog()).append(named("after"));
    expect(await verifyAudit(directory)).toMatchObject({ records: 3, broken: [] });
    const aside = readdirSync(directory).filter((entry) => entry.includes(".torn-"));
    expect(aside).toEqual([expect.stringContaining(`${name}.torn-`)]);
    expect(linesOf("payloads").at(-1)).toContain('"after"');
  });

  test("a record whose leaf and payload do not belong together was torn", async () => {
    const log = await openLog();
    await log.append(named("first"));
    await log.append(named("second"));
    await log.close();
    const path = join(directory, JOURNAL);
    writeFileSync(path, readFileSync(path, "utf8").replace('"second"', '"\0\0\0\0\0\0"'));
    truncateSync(join(directory, LEAVES), `${linesOf("filed")[0]}\n`.length);
    await (await openLog()).append(named("after"));
    expect(linesOf("payloads")).toHaveLength(2);
    expect(await verifyAudit(directory)).toMatchObject({ records: 2, broken: [] });
  });

  test("kill -9 loses no acknowledged record and leaves a whole chain, time after time", async () => {
    const acknowledged: string[] = [];
    for (const count of [1, 200, 2_000]) acknowledged.push(...(await killedAfter(count)));
    await (await openLog()).append(named("after"));
    const { records, broken } = await verifyAudit(directory);
    expect(broken).toEqual([]);
    for (const log of logs) await log.close();
    expect(linesOf("filed")).toEqual(linesOf("leaves"));
    expect(records).toBeGreaterThan(acknowledged.length);
    const kept = new Set(linesOf("payloads").map((line) => JSON.parse(line).payload.requestId));
    expect(acknowledged.filter((requestId) => !kept.has(requestId))).toEqual([]);
  });
});

describe("when the files cannot be written", () => {
  test("every append is refused, and taken again once the cause is gone", async () => {
    const log = await openLog({ fileBytesMax: 500 });
    await log.append(named("before"));
    const blocked = join(directory, "gateway.2026-01-31.000002.journal");
    mkdirSync(blocked);
    const refused = await Promise.allSettled([log.append(named("a")), log.append(named("b")), log.append(named("c"))]);
    for (const result of refused) {
      expect(result).toMatchObject({ status: "rejected", reason: expect.any(AuditError) });
    }
    await expect(log.append(named("d"))).rejects.toThrow("cannot be written");
    rmdirSync(blocked);
    await log.append(named("after"));
    expect(textOf("journal")).toContain('"after"');
    expect(await verifyAudit(directory)).toMatchObject({ records: 2, broken: [] });
  });

  test.runIf(process.platform === "linux")("a full disk refuses every record until there is room", async () => {
    const log = await openLog();
    const full = join(directory, JOURNAL);
    symlinkSync("/dev/full", full);
    const refused = await Promise.allSettled(["a", "b", "c"].map((id) => log.append(named(id))));
    expect(refused.map(({ status }) => status)).toEqual(["rejected", "rejected", "rejected"]);
    await expect(log.append(named("d"))).rejects.toThrow("cannot be written");
    rmSync(full);
    await log.append(named("after"));
    expect(linesOf("payloads")).toHaveLength(1);
    expect(await verifyAudit(directory)).toMatchObject(INTACT);
  });

  test("a directory that was moved away refuses every record until it is back, and nothing is lost", async () => {
    const log = await openLog();
    await log.append(named("before"));
    const away = `${directory}-away`;
    renameSync(directory, away);
    await expect(log.append(named("a"))).rejects.toThrow("cannot be written");
    await expect(log.append(named("b"))).rejects.toThrow("cannot be written");
    renameSync(away, directory);
    await log.append(named("after"));
    expect(await verifyAudit(directory)).toMatchObject({ broken: [] });
    expect(textOf("journal")).toContain('"before"');
    expect(textOf("journal")).toContain('"after"');
  });

  test("a directory that was removed refuses every record, and made anew goes on and shows for ever what is missing", async () => {
    const log = await openLog();
    await log.append(named("before"));
    rmSync(directory, { recursive: true });
    await expect(log.append(named("a"))).rejects.toThrow("cannot be written");
    mkdirSync(directory);
    await log.append(named("after"));
    const { broken } = await verifyAudit(directory);
    expect(broken).toContainEqual(expect.objectContaining({ reason: expect.stringContaining("1 was expected") }));
  });

  test.runIf(process.platform === "linux")(
    "a journal that is replaced by another file refuses the next record",
    async () => {
      const log = await openLog();
      await log.append(named("before"));
      const journal = join(directory, JOURNAL);
      writeFileSync(`${journal}.new`, readFileSync(journal));
      renameSync(`${journal}.new`, journal);
      await expect(log.append(named("a"))).rejects.toThrow("cannot be written");
      await log.append(named("after"));
      expect(await verifyAudit(directory)).toMatchObject({ broken: [] });
    },
  );

  test("a directory that cannot be made is an error at start", async () => {
    appendFileSync(join(directory, "file"), "");
    const log = createAuditLog({ directory: join(directory, "file", "audit"), process: "gateway", clock: () => now });
    await expect(log).rejects.toThrow();
  });
});

/** Runs the writer, kills it once it has acknowledged so many records, and answers with all that it acknowledged. */
async function killedAfter(count: number): Promise<readonly string[]> {
  const writer = spawn(process.execPath, [WRITER, directory, "100000"], { stdio: ["ignore", "pipe", "inherit"] });
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
