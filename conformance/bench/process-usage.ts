import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { promisify } from "node:util";

const CLOCK_TICKS_PER_S = 100;
const execute = promisify(execFile);

/** Resident memory of a process, in MB of 2^20 bytes. */
export async function residentMemory(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, "utf8").catch(() => undefined);
  const kilobytes = status === undefined ? await ps(pid, "rss=") : (/^VmRSS:\s+(\d+)/m.exec(status)?.[1] ?? "");
  return Number(kilobytes) / 1024;
}

/** CPU time that a process has used so far, in seconds, its own and the system's on its behalf. */
export async function cpuTime(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => undefined);
  if (stat === undefined) return secondsFrom(await ps(pid, "cputime="));
  // The command stands in brackets and may hold spaces; utime and stime are the 12th and 13th field after it.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) / CLOCK_TICKS_PER_S;
}

async function ps(pid: number, field: string): Promise<string> {
  const { stdout } = await execute("ps", ["-o", field, "-p", String(pid)]);
  return stdout.trim();
}

/** `[days-]hours:minutes:seconds[.hundredths]` as seconds. */
export function secondsFrom(text: string): number {
  const [, days = "0", clock = "0"] = /^(?:(\d+)-)?([\d:.]+)$/.exec(text) ?? [];
  const seconds = clock.split(":").reduce((sum, part) => sum * 60 + Number(part), 0);
  return Number(days) * 86_400 + seconds;
}
