import { readdirSync, readFileSync, rmSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** What this process has started and made and must not leave behind, as a signal ends the whole process. */
const processes = new Set<number>();
const directories = new Set<string>();

/** To be ended with the bench, with all that it started in turn, unless it is released before. */
export function own(pid: number | undefined): void {
  if (pid !== undefined) processes.add(pid);
}

export function release(pid: number | undefined): void {
  if (pid !== undefined) processes.delete(pid);
}

export async function temporaryDirectory(prefix: string): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), prefix));
  directories.add(directory);
  return directory;
}

export async function removeDirectory(directory: string): Promise<void> {
  await rm(directory, { recursive: true, force: true, maxRetries: 3 });
  directories.delete(directory);
}

/** A directory that lives as long as the work with it. */
export async function withDirectory<R>(prefix: string, work: (directory: string) => Promise<R>): Promise<R> {
  const directory = await temporaryDirectory(prefix);
  try {
    return await work(directory);
  } finally {
    await removeDirectory(directory);
  }
}

/** Ends at once, by their ids, whatever still runs. */
export function endProcesses(): void {
  for (const pid of [...processes].flatMap(treeOf)) {
    try {
      process.kill(pid, "SIGKILL");
    } catch {
      // It has ended by itself.
    }
  }
  processes.clear();
}

/** The same, and removes what was made on disk. */
function endAll(): void {
  endProcesses();
  for (const directory of directories) rmSync(directory, { recursive: true, force: true, maxRetries: 3 });
  directories.clear();
}

/** For a command: nothing is left behind after Ctrl-C, SIGTERM, or an error that nobody caught. */
export function endAllOnSignals(onSignal: () => void = () => {}): void {
  for (const [signal, code] of [
    ["SIGINT", 130],
    ["SIGTERM", 143],
    ["SIGHUP", 129],
  ] as const)
    process.on(signal, () => {
      endAll();
      onSignal();
      process.exit(code);
    });
  process.on("exit", endAll);
}

/** A process and all below it, itself first; itself alone where the system does not tell. */
export function treeOf(pid: number): readonly number[] {
  const children = childrenByParent();
  const found = [pid];
  // Grows while it is walked.
  for (const each of found) found.push(...(children.get(each) ?? []));
  return found;
}

function childrenByParent(): ReadonlyMap<number, readonly number[]> {
  const children = new Map<number, number[]>();
  for (const name of namesIn("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    const parent = parentOf(name);
    if (parent === undefined) continue;
    const siblings = children.get(parent);
    if (siblings === undefined) children.set(parent, [Number(name)]);
    else siblings.push(Number(name));
  }
  return children;
}

function namesIn(directory: string): readonly string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}

function parentOf(pid: string): number | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The command stands in brackets and may hold spaces; the parent is the second field after it.
    return Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]);
  } catch {
    return undefined;
  }
}
