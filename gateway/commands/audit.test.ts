import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createAuditLog } from "../audit/log.ts";
import { ensureHeadSigner, openAudit } from "../compose-audit.ts";
import { loadConfig } from "../config.ts";
import { runAudit } from "./audit.ts";

const LONG_AGO = Date.UTC(2026, 0, 31, 12);
let dataDir = "";
let environment: Readonly<Record<string, string>> = {};
const audit = () => join(dataDir, "audit");

beforeEach(async () => {
  dataDir = mkdtempSync(join(tmpdir(), "audit-command-"));
  environment = { DATA_DIR: dataDir };
  const signer = await ensureHeadSigner({ dataDir, mode: "demonstration" });
  let now = LONG_AGO;
  const old = await createAuditLog({ directory: audit(), process: "gateway", clock: () => now, heads: { signer } });
  for (let n = 0; n < 3; n += 1) {
    now += 1_000;
    await old.append({ interaction: "read", outcome: "success", requestId: `old-${n}`, client: "gp-demo" });
  }
  await old.close();
  const log = await openAudit({ config: loadConfig(environment), process: "gateway", log: { error: () => undefined } });
  await log.append({ interaction: "read", outcome: "success", requestId: "new", client: "gp-demo" });
  await log.close();
});
afterEach(() => rmSync(dataDir, { recursive: true }));

const run = (...given: string[]) => runAudit(given, environment);

test.each([
  [[]],
  [["walk"]],
  [["verify", "--event", "x"]],
  [["prove"]],
  [["prove", "--event", "x", "--from", "1"]],
  [["export", "--from", "2026-01-01", "--until", "2025-01-01", "--out", "x"]],
  [["purge", "--before", "yesterday"]],
])("%j is misuse, and says how it is used", async (given) => {
  expect(await run(...given)).toMatchObject({ exit: 2, error: expect.stringContaining("Usage:") });
});

test("verify says how much was read, and names file, line and reason of a fault", async () => {
  expect(await run("verify")).toEqual({ exit: 0, out: "4 records, 2 signed heads, 0 faults.\n", error: "" });
  const path = join(audit(), "gateway.000001.leaves");
  writeFileSync(path, readFileSync(path, "utf8").replace("gp-demo", "hv-demo"));
  const { exit, error } = await run("verify", "--dir", audit());
  expect(exit).toBe(1);
  expect(error).toMatch(/^gateway\.000001\.leaves, line 1: The leaf does not have the hash/);
});

test("a directory that is not there is told without a stack", async () => {
  expect(await run("verify", "--dir", join(dataDir, "none"))).toMatchObject({
    exit: 1,
    error: expect.stringContaining("ENOENT"),
  });
});

describe("prove", () => {
  test("an event is in the log: checked on another machine, with the public key alone", async () => {
    const { out } = await run("export", "--from", "2026-01-01", "--until", "2026-02-01", "--out", join(dataDir, "out"));
    expect(JSON.parse(out)).toMatchObject({ events: 3 });
    const [first = ""] = readFileSync(join(dataDir, "out", "AuditEvent.ndjson"), "utf8").split("\n");
    const proved = await run("prove", "--event", JSON.parse(first).id);
    const proof = join(dataDir, "proof.json");
    writeFileSync(proof, proved.out);
    const key = join(audit(), readdirSync(audit()).find((name) => name.startsWith("head-key")) ?? "");
    expect(await runAudit(["verify", "--proof", proof, "--key", key], {})).toMatchObject({ exit: 0 });
    writeFileSync(proof, proved.out.replace("gp-demo", "hv-demo"));
    expect(await runAudit(["verify", "--proof", proof, "--key", key], {})).toMatchObject({ exit: 1 });
  });

  test("the log of one head is the beginning of that of another", async () => {
    const proved = await run("prove", "--from", "3", "--to", "4");
    const proof = join(dataDir, "proof.json");
    writeFileSync(proof, proved.out);
    expect(await run("verify", "--proof", proof)).toMatchObject({ exit: 0 });
    expect(await run("prove", "--from", "2")).toMatchObject({ exit: 1 });
  });
});

test("heads tells the newest of each chain", async () => {
  const { heads } = JSON.parse((await run("heads")).out);
  expect(heads).toMatchObject([{ process: "gateway", sequence: 2, chains: [{ chain: "gateway", size: 4 }] }]);
});

describe("export", () => {
  test("writes what its manifest says, once, and is in the log itself", async () => {
    const out = join(dataDir, "out");
    const asked = ["export", "--from", "2026-01-31T12:00:02Z", "--until", "2026-02-01", "--out", out];
    expect(await run(...asked)).toMatchObject({ exit: 0 });
    const text = readFileSync(join(out, "AuditEvent.ndjson"), "utf8");
    const manifest = JSON.parse(readFileSync(join(out, "manifest.json"), "utf8"));
    expect(manifest).toMatchObject({ events: 2, sha256: createHash("sha256").update(text).digest("hex") });
    expect(
      text
        .trimEnd()
        .split("\n")
        .map((line) => JSON.parse(line).resourceType),
    ).toEqual(["AuditEvent", "AuditEvent"]);
    expect(await run(...asked)).toMatchObject({ exit: 1, error: expect.stringContaining("EEXIST") });
    const whole = join(dataDir, "whole");
    await run("export", "--from", "2026-01-01", "--until", "2100-01-01", "--out", whole);
    expect(readFileSync(join(whole, "AuditEvent.ndjson"), "utf8")).toContain('"code":"disclose"');
    expect(await run("verify")).toMatchObject({ exit: 0 });
  });

  test("says in a line that the index of the log cannot be had", async () => {
    mkdirSync(join(audit(), "audit-command.index.sqlite"));
    const asked = ["export", "--from", "2026-01-31", "--until", "2026-02-01", "--out", join(dataDir, "none")];
    expect(await run(...asked)).toMatchObject({
      exit: 1,
      error: "The index of the audit log: unable to open database file.\n",
    });
  });
});

describe("purge", () => {
  test("is not done before somebody says how long details are kept", async () => {
    expect(await run("purge")).toMatchObject({ exit: 1, error: expect.stringContaining("AUDIT_RETENTION_DAYS") });
  });

  test("by a day, or by what is set, deletes past days and is in the log itself", async () => {
    const { out } = await runAudit(["purge"], { ...environment, AUDIT_RETENTION_DAYS: "1" });
    expect(JSON.parse(out).deleted).toEqual(["gateway.2026-01-31.000001.journal"]);
    expect(await run("verify")).toMatchObject({ exit: 0, out: expect.stringContaining("5 records") });
    const journal = readdirSync(audit()).find((name) => name.startsWith("audit-command.2")) ?? "";
    expect(readFileSync(join(audit(), journal), "utf8")).toContain("audit-purge");
    expect(JSON.parse((await run("purge", "--before", "2026-06-01")).out).deleted).toEqual([]);
  });
});
