import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { verifyAudit } from "./audit/verify.ts";
import { auditDirectory, openOwnAudit } from "./compose-audit.ts";
import { ConfigError, loadConfig } from "./config.ts";

let directory = "";
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "processes-"));
});
afterEach(() => rm(directory, { recursive: true }));

const SHARED = { REDIS_URL: "redis://127.0.0.1:1" };
const log = { error: () => undefined };
const RECORD = { interaction: "read", outcome: "success", requestId: "r", client: "gp-demo" } as const;

function open(more: Readonly<Record<string, string>>) {
  return openOwnAudit({ config: loadConfig({ DATA_DIR: directory, ...more }), log });
}

test("processes that share a Redis write each a chain of their own, and take it up again", async () => {
  const shared = { ...SHARED, GATEWAY_PROCESSES: "2" };
  const opened = [await open(shared), await open(shared)];
  expect(opened.map(({ chain }) => chain)).toEqual(["gateway", "gateway-2"]);
  await expect(open(shared)).rejects.toBeInstanceOf(ConfigError);
  await Promise.all(opened.map(({ audit }) => audit.append(RECORD)));
  await Promise.all(opened.map(({ audit }) => audit.close()));
  const again = await open(shared);
  await again.audit.append(RECORD);
  await again.audit.close();
  expect(again.chain).toBe("gateway");
  expect(await verifyAudit(auditDirectory({ dataDir: directory }))).toMatchObject({ records: 3, broken: [] });
});

test("workers have a chain more than there are processes: one of them may be about to take over from another", async () => {
  const shared = { ...SHARED, GATEWAY_PROCESSES: "2", GATEWAY_WORKERS: "2" };
  const opened = [await open(shared), await open(shared), await open(shared)];
  expect(opened.map(({ chain }) => chain)).toEqual(["gateway", "gateway-2", "gateway-3"]);
  await expect(open(shared)).rejects.toBeInstanceOf(ConfigError);
  await opened[0]?.audit.close();
  const successor = await open(shared);
  expect(successor.chain).toBe("gateway");
  await Promise.all([...opened.slice(1), successor].map(({ audit }) => audit.close()));
});

async function close({ audit, release }: Awaited<ReturnType<typeof open>>): Promise<void> {
  await audit.close();
  release();
}

test.each<[string, string, Readonly<Record<string, string>>, Readonly<Record<string, string>>]>([
  ["without", "one without", {}, {}],
  ["with", "one without", SHARED, {}],
  ["without", "one with", {}, SHARED],
])("a process %s a Redis beside %s is told so, and may start once that has ended", async (_, __, own, others) => {
  const other = await open(others);
  const second: unknown = await open(own).catch((error: unknown) => error);
  expect(second).toBeInstanceOf(ConfigError);
  expect(String(second)).toContain("REDIS_URL");
  await close(other);
  await close(await open(own));
});

test("a process without a Redis does not take the place of the first of several while others go on", async () => {
  const [first, other] = [await open(SHARED), await open(SHARED)];
  await close(first);
  await expect(open({})).rejects.toBeInstanceOf(ConfigError);
  await close(other);
  const alone = await open({});
  expect(alone.chain).toBe("gateway");
  await close(alone);
});
