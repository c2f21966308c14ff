import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdir, readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";

export interface LinkFiles {
  readonly left: string;
  /** Absent: duplicates within the left file are sought. */
  readonly right?: string;
  readonly columns: string;
  readonly pairs: string;
}

export interface LinkRun {
  readonly time_ms: number;
  /** Highest resident memory of the command and its children, undefined where the system does not tell. */
  readonly memory_bytes: number | undefined;
  /** Comparisons a second of the whole run, reading and writing included, of what the command prints. */
  readonly comparisons_per_s: number | undefined;
  readonly output: string;
}

export class LinkFailed extends Error {}

const REPOSITORY = fileURLToPath(new URL("../..", import.meta.url));
const SAMPLE_MS = 250;

interface ProcessStatus {
  readonly pid: number;
  readonly parent: number;
  readonly peak_bytes: number;
}

async function statusOf(pid: string): Promise<ProcessStatus | undefined> {
  const text = await readFile(`/proc/${pid}/status`, "utf8").catch(() => "");
  const number = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+)`, "m").exec(text)?.[1] ?? 0);
  return text === "" ? undefined : { pid: Number(pid), parent: number("PPid"), peak_bytes: number("VmHWM") * 1_024 };
}

/** Highest memory of one process among a process and those it started. */
async function peakMemory(root: number): Promise<number> {
  const pids = (await readdir("/proc").catch(() => [])).filter((name) => /^\d+$/.test(name));
  const statuses = (await Promise.all(pids.map(statusOf))).filter((status) => status !== undefined);
  const known = new Set([root]);
  for (let grown = true; grown; ) {
    const before = known.size;
    for (const { pid, parent } of statuses) if (known.has(parent)) known.add(pid);
    grown = known.size > before;
  }
  return Math.max(0, ...statuses.filter(({ pid }) => known.has(pid)).map(({ peak_bytes }) => peak_bytes));
}

/** The rate as it is printed, or made of the pairs and seconds that are. */
export function comparisonsPerSecond(output: string): number | undefined {
  const total = /([\d.,]*\d) pairs compared, ([\d.]+) s\b/.exec(output);
  if (total !== null) return Number(total[1]?.replaceAll(",", "")) / Number(total[2]);
  const found = /([\d.,]*\d)\s*(k|M)?\s*(?:comparisons|pairs)\s*(?:\/\s*s|a second|per second)/i.exec(output);
  if (found?.[1] === undefined) return undefined;
  const scale = found[2] === "M" ? 1e6 : found[2] === "k" ? 1e3 : 1;
  return Number(found[1].replaceAll(",", "")) * scale;
}

/** Runs `npm run -s link` as anybody would. Throws LinkFailed with what it wrote if it does not end with 0. */
export async function runLink(files: LinkFiles): Promise<LinkRun> {
  const sides = files.right === undefined ? [] : ["--right", files.right];
  const args = [
    "run",
    "-s",
    "link",
    "--",
    "--left",
    files.left,
    ...sides,
    "--columns",
    files.columns,
    "--out",
    files.pairs,
  ];
  const started = performance.now();
  const child = spawn("npm", args, { cwd: REPOSITORY, stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (chunk: Buffer) => {
      output = (output + chunk.toString()).slice(-20_000);
    });
  let peak = 0;
  const sample = async () => {
    peak = Math.max(peak, await peakMemory(child.pid ?? -1));
  };
  const sampling = setInterval(() => void sample(), SAMPLE_MS);
  try {
    const [code] = await once(child, "close");
    if (code !== 0) throw new LinkFailed(`npm run -s link ended with ${code}:\n${output.slice(-2_000)}`);
  } finally {
    clearInterval(sampling);
  }
  return {
    time_ms: performance.now() - started,
    memory_bytes: peak === 0 ? undefined : peak,
    comparisons_per_s: comparisonsPerSecond(output),
    output,
  };
}
