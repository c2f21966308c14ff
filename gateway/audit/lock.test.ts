import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { AuditNameTaken, takeLock } from "./lock.ts";

const LOCK = new URL("lock.ts", import.meta.url).href;

let path = "";
const holders: ChildProcess[] = [];
beforeEach(() => {
  path = join(mkdtempSync(join(tmpdir(), "lock-")), "processes.lock");
});
afterEach(async () => {
  for (const holder of holders.splice(0)) await killed(holder);
  rmSync(join(path, ".."), { recursive: true });
});

/** Another process that holds the lock until it is killed. */
async function heldElsewhere(isShared: boolean): Promise<ChildProcess> {
  const script = `import { takeLock } from ${JSON.stringify(LOCK)};
    takeLock(${JSON.stringify(path)}, { isShared: ${isShared} });
    process.stdout.write("held");
    setInterval(() => {}, 1_000);`;
  const holder = spawn(process.execPath, ["--input-type=module", "-e", script], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  holders.push(holder);
  await once(holder.stdout, "data");
  return holder;
}

async function killed(holder: ChildProcess): Promise<void> {
  if (holder.exitCode !== null || holder.signalCode !== null) return;
  const ended = once(holder, "exit");
  holder.kill("SIGKILL");
  await ended;
}

test.each([
  ["alone", "alone", false],
  ["alone", "beside others", false],
  ["beside others", "alone", false],
  ["beside others", "beside others", true],
])("a process that holds it %s lets another hold it %s: %j", async (here, there, isLet) => {
  await heldElsewhere(here === "beside others");
  const take = () => takeLock(path, { isShared: there === "beside others" }).release();
  if (isLet) expect(take).not.toThrow();
  else expect(take).toThrow(AuditNameTaken);
});

test.each([true, false])(
  "nothing is left of a process that was killed, whether it held it beside others or not: %j",
  async (isShared) => {
    await killed(await heldElsewhere(isShared));
    expect(() => takeLock(path).release()).not.toThrow();
  },
);

test("whoever was refused holds nothing up", async () => {
  const first = await heldElsewhere(true);
  expect(() => takeLock(path)).toThrow(AuditNameTaken);
  expect(() => takeLock(path, { isShared: true }).release()).not.toThrow();
  await killed(first);
  expect(() => takeLock(path).release()).not.toThrow();
});
