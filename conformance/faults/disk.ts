import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { appendFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { FaultOptions } from "./options.ts";
import { findOnPath } from "./processes.ts";

/** Room for the demonstration and what a run stores and records, and little enough to be filled in a moment. */
const SIZE_MB = 768;
const SIZE_MB_A_MINUTE = 64;
const PART = Buffer.alloc(1_048_576, 1);

/** Where the gateway keeps its data, and a way to leave it no room. */
export interface Disk {
  readonly directory: string;
  /** How it is made full, for whoever reads what was done; absent: it cannot be, and why. */
  readonly way: string | undefined;
  readonly reason?: string;
  /** Of these processes, where the way is one of processes. */
  fill(pids: readonly number[]): Promise<void>;
  free(pids: readonly number[]): Promise<void>;
  /** Gives it as much room as there is, for what is made of the data after the run. */
  widen(): void;
  remove(): void;
}

/**
 * A file system of its own in memory for root on Linux, filled by a file. Else, where `prlimit` is, no file may grow
 * beyond what it is: every write of the gateway's processes fails. Else nothing.
 */
export function createDisk({ disk: way, minutes }: Pick<FaultOptions, "disk" | "minutes">): Disk {
  const directory = mkdtempSync(join(tmpdir(), "faults-"));
  if (process.platform !== "linux") return plain(directory, "only known on Linux");
  const size_MB = Math.ceil(SIZE_MB + minutes * SIZE_MB_A_MINUTE);
  if (way !== "limit" && process.getuid?.() === 0 && isMounted(directory, size_MB)) return inMemory(directory, size_MB);
  if (way === "mount") return plain(directory, "nothing can be mounted");
  const prlimit = findOnPath("prlimit");
  return prlimit === undefined ? plain(directory, "neither root nor prlimit") : limited(directory, prlimit);
}

function isMounted(directory: string, size_MB: number): boolean {
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", `size=${size_MB}m,mode=700`, "tmpfs", directory], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

function inMemory(directory: string, size_MB: number): Disk {
  const filler = join(directory, "filler");
  const remove = (): void => {
    process.off("exit", remove);
    execFileSync("umount", ["-l", directory], { stdio: "ignore" });
    rmSync(directory, { recursive: true, force: true });
  };
  process.on("exit", remove);
  return {
    directory,
    way: `a file system of ${size_MB} MB, filled by a file`,
    async fill() {
      for (let size = PART.length; size >= 1; ) {
        try {
          await appendFile(filler, PART.subarray(0, size));
        } catch {
          size = Math.floor(size / 16);
        }
      }
    },
    free: () => rm(filler, { force: true }),
    widen: () => {
      execFileSync("mount", ["-o", "remount,size=90%", directory], { stdio: "ignore" });
    },
    remove,
  };
}

function limited(directory: string, prlimit: string): Disk {
  const limit = (pids: readonly number[], bytes: string) => {
    // The soft limit alone: who lowers the hard one may not raise it again.
    for (const pid of pids) execFileSync(prlimit, ["--pid", String(pid), `--fsize=${bytes}:`], { stdio: "ignore" });
  };
  return {
    ...plain(directory, ""),
    way: "the processes may write no file (RLIMIT_FSIZE)",
    fill: async (pids) => limit(pids, "0"),
    free: async (pids) => limit(pids, "unlimited"),
  };
}

function plain(directory: string, reason: string): Disk {
  return {
    directory,
    way: undefined,
    reason,
    fill: async () => {},
    free: async () => {},
    widen: () => {},
    remove: () => rmSync(directory, { recursive: true, force: true }),
  };
}
