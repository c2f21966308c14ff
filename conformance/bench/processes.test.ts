import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { connect } from "node:tls";
import { describe, expect, test } from "vitest";
import { createCertificate } from "./certificate.ts";
import { treeOf } from "./clean-up.ts";
import { heapAfterCollection } from "./heap.ts";
import { cpuTime, openFiles, ownCpuTime, peakMemory, residentMemory, secondsFrom } from "./process-usage.ts";
import { openScript } from "./server.ts";
import { startCeiling } from "./start-ceiling.ts";
import { freePort } from "./start-redis.ts";

describe("a process", () => {
  test("is told of with its memory, CPU and files", async () => {
    expect(await residentMemory(process.pid)).toBeGreaterThan(10);
    expect(await peakMemory(process.pid)).toBeGreaterThan(10);
    expect(await cpuTime(process.pid)).toBeGreaterThan(0);
    expect(await ownCpuTime()).toBeGreaterThan(0);
    expect(await openFiles(process.pid)).toBeGreaterThan(2);
  });

  test("counts with all that it has started", async () => {
    const child = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"]);
    try {
      expect(treeOf(process.pid)).toContain(child.pid);
      expect(treeOf(child.pid ?? 0)).toEqual([child.pid]);
    } finally {
      child.kill("SIGKILL");
      await once(child, "exit");
    }
  });

  test("tells from outside what lives on its heap", async () => {
    const port = await freePort();
    const keep =
      "globalThis.kept = Array.from({ length: 1e6 }, (_, n) => ({ n })); console.log(1); setInterval(() => {}, 1000)";
    const child = spawn(process.execPath, [`--inspect-port=127.0.0.1:${port}`, "-e", keep], {
      stdio: ["ignore", "pipe", "ignore"],
    });
    try {
      await once(child.stdout, "data");
      expect(await heapAfterCollection(child.pid ?? 0, port)).toBeGreaterThan(20);
    } finally {
      child.kill("SIGKILL");
      await once(child, "exit");
    }
  });

  test.each([
    ["00:01:05", 65],
    ["1-02:00:00", 93_600],
    ["0:03.50", 3.5],
  ])("has used %s by the clock of ps", (text, seconds) => {
    expect(secondsFrom(text)).toBe(seconds);
  });
});

describe("what the bench leaves behind", () => {
  test.each(["SIGINT", "SIGTERM"] as const)("is nothing after %s", async (signal) => {
    const script = `
      import { endAllOnSignals, own, temporaryDirectory } from "${new URL("clean-up.ts", import.meta.url)}";
      import { spawn } from "node:child_process";
      endAllOnSignals();
      const directory = await temporaryDirectory("bench-test-");
      const child = spawn(process.execPath, ["-e", "process.on('SIGTERM', () => {}); setInterval(() => {}, 1000)"]);
      own(child.pid);
      console.log(JSON.stringify([directory, child.pid]));
      setInterval(() => {}, 1000);`;
    const bench = spawn(process.execPath, ["--input-type=module", "-e", script], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const [told] = await once(bench.stdout, "data");
    const [directory, pid]: [string, number] = JSON.parse(String(told));
    expect(existsSync(directory)).toBe(true);
    bench.kill(signal);
    await once(bench, "exit");
    expect(existsSync(directory)).toBe(false);
    await expect.poll(() => isRunning(pid)).toBe(false);
  });
});

describe("the ceiling", () => {
  test("answers each request with the next of its bodies, as FHIR JSON", async () => {
    const ceiling = await startCeiling(['{"a":1}', '{"b":2}']);
    try {
      const answers = [
        await fetch(`${ceiling.base}/x`),
        await fetch(`${ceiling.base}/y`, { method: "POST", body: "k=v" }),
      ];
      expect(answers.map(({ status }) => status)).toEqual([200, 200]);
      const bodies = await Promise.all(answers.map((answer) => answer.text()));
      expect(new Set(bodies)).toEqual(new Set(['{"a":1}', '{"b":2}']));
      expect(answers[0]?.headers.get("content-type")).toContain("application/fhir+json");
    } finally {
      await ceiling.stop();
    }
  });

  test("is the same behind TLS, with a certificate made for the run", async () => {
    const ceiling = await startCeiling(['{"a":1}']);
    const front = await openScript("tls-front.ts", [new URL(ceiling.base).port]);
    try {
      const socket = connect({ host: "127.0.0.1", port: Number(new URL(front.base).port), rejectUnauthorized: false });
      await once(socket, "secureConnect");
      expect(socket.getPeerCertificate().subjectaltname).toBe("IP Address:127.0.0.1");
      socket.write("GET /x HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n");
      const parts: Buffer[] = [];
      for await (const part of socket) parts.push(part);
      expect(Buffer.concat(parts).toString()).toContain('{"a":1}');
    } finally {
      await front.stop();
      await ceiling.stop();
    }
  });

  test("has a key of its own each time", () => {
    expect(createCertificate().cert).not.toBe(createCertificate().cert);
  });
});

/** What has ended and was not asked about by its parent yet does not run. */
function isRunning(pid: number): boolean {
  const told = existsSync(`/proc/${pid}/stat`) ? readFileSync(`/proc/${pid}/stat`, "utf8") : undefined;
  if (told !== undefined) return !/\) [ZX] /.test(told);
  if (existsSync("/proc/self/stat")) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
