import { execFile } from "node:child_process";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { promisify } from "node:util";
import { treeOf } from "./clean-up.ts";

const CLOCK_TICKS_PER_S = 100;
const execute = promisify(execFile);

/** Resident memory of a process and all below it, in MB of 2^20 bytes; pages they share are counted for each. */
export async function residentMemory(pid: number): Promise<number> {
  return sumOf(treeOf(pid), (each) => memoryField(each, "VmRSS"));
}

/** The most that was resident since `forgetPeakMemory`, or since the start. */
export async function peakMemory(pid: number): Promise<number> {
  return sumOf(treeOf(pid), (each) => memoryField(each, "VmHWM"));
}

/** From now on counts anew what was resident at most; where the system does not offer it, nothing happens. */
export async function forgetPeakMemory(pid: number): Promise<void> {
  for (const each of treeOf(pid)) await writeFile(`/proc/${each}/clear_refs`, "5").catch(ignore);
}

/** CPU time that a process and all below it have used so far, in seconds, their own and the system's on their behalf. */
export async function cpuTime(pid: number): Promise<number> {
  return sumOf(treeOf(pid), async (each) => {
    const stat = await readFile(`/proc/${each}/stat`, "utf8").catch(() => undefined);
    if (stat === undefined) return secondsFrom(await ps(each, "cputime="));
    return ticks(stat, 11, 12);
  });
}

/** CPU time of this process and of all its children that have ended, in seconds. */
export async function ownCpuTime(): Promise<number> {
  const { user, system } = process.cpuUsage();
  const stat = await readFile("/proc/self/stat", "utf8").catch(() => "");
  return (user + system) / 1e6 + (stat === "" ? 0 : ticks(stat, 13, 14));
}

/** Open file descriptors of a process and all below it; NaN where the system does not tell. */
export async function openFiles(pid: number): Promise<number> {
  return sumOf(treeOf(pid), (each) =>
    readdir(`/proc/${each}/fd`).then(
      (names) => names.length,
      () => Number.NaN,
    ),
  );
}

async function sumOf(pids: readonly number[], figure: (pid: number) => Promise<number>): Promise<number> {
  const figures = await Promise.all(pids.map(figure));
  return figures.reduce((sum, each) => sum + each, 0);
}

async function memoryField(pid: number, field: "VmRSS" | "VmHWM"): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, "utf8").catch(() => undefined);
  if (status === undefined) return Number(await ps(pid, "rss=")) / 1024;
  return Number(new RegExp(`^${field}:\\s+(\\d+)`, "m").exec(status)?.[1] ?? 0) / 1024;
}

/** The command stands in brackets and may hold spaces; fields are counted after it. */
function ticks(stat: string, ...places: readonly number[]): number {
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return places.reduce((sum, place) => sum + Number(fields[place]), 0) / CLOCK_TICKS_PER_S;
}

/** Nothing for a process that has ended meanwhile. */
async function ps(pid: number, field: string): Promise<string> {
  const answered = await execute("ps", ["-o", field, "-p", String(pid)]).catch(() => undefined);
  return answered?.stdout.trim() ?? "0";
}

/** `[days-]hours:minutes:seconds[.hundredths]` as seconds. */
export function secondsFrom(text: string): number {
  const [, days = "0", clock = "0"] = /^(?:(\d+)-)?([\d:.]+)$/.exec(text) ?? [];
  const seconds = clock.split(":").reduce((sum, part) => sum * 60 + Number(part), 0);
  return Number(days) * 86_400 + seconds;
}

/** Some systems do not let a peak be forgotten. */
function ignore(): void {}
