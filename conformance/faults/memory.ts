import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { promisify } from "node:util";
import type { GatewayProcess } from "./gateway-process.ts";
import type { Memory } from "./report.ts";

/**
 * Of each process what it has taken for itself, in MB of 2^20 bytes. Mapped files are left out: on a file system in memory
 * they would count the store. Where the system does not say, all that is resident.
 */
export async function memoryOf(gateway: Pick<GatewayProcess, "pids">): Promise<readonly Memory[]> {
  return Promise.all((await gateway.pids()).map(async (pid) => ({ pid, MB: (await kilobytesOf(pid)) / 1024 })));
}

async function kilobytesOf(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, "utf8").catch(() => "");
  const own = /^RssAnon:\s+(\d+)/m.exec(status)?.[1];
  if (own !== undefined) return Number(own);
  const { stdout } = await promisify(execFile)("ps", ["-o", "rss=", "-p", String(pid)]).catch(() => ({ stdout: "0" }));
  return Number(stdout.trim());
}
