import { constants } from "node:fs";
import { type FileHandle, mkdir, open, readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import type { CopiedFile, FileCopies } from "../store/commons.ts";
import { listAuditFiles } from "./files.ts";

const TAIL_BYTES = 64;
const PART_BYTES = 262_144;
const LINE_FEED = 10;

/** What of a log is copied: all that shows that it is whole; no index, and no lock. */
const COPIED = /^[A-Za-z0-9][\w.-]*\.(?:journal|leaves|heads|jwk)$/;
const MACHINE = /^[0-9a-f]{12}$/;

/** Sends on what the processes of this machine have written to the log. One process of a machine does it. */
export function createLogSender({
  directory,
  machine,
  copies,
}: {
  readonly directory: string;
  readonly machine: string;
  readonly copies: FileCopies;
}): () => Promise<void> {
  let sent: Map<string, CopiedFile> | undefined;
  /** Files whose processes write others by now, and which were sent to their ends. */
  const finished = new Set<string>();

  async function sendFile(name: string, known: CopiedFile | undefined): Promise<CopiedFile | undefined> {
    const handle = await open(join(directory, name), "r");
    try {
      let at = known ?? { name, bytes: 0, tail: "" };
      // What a crash had left behind was cut off, or the file was put there anew.
      if ((await tailOf(handle, at.bytes)) !== at.tail) {
        await copies.forget(machine, name);
        at = { name, bytes: 0, tail: "" };
      }
      for (;;) {
        const bytes = await wholeLines(handle, at.bytes, name.endsWith(".jwk"));
        if (bytes.length === 0) return at;
        const end = at.bytes + bytes.length;
        const next = { name, bytes: end, tail: await tailOf(handle, end) };
        await copies.add(machine, { name, start: at.bytes, bytes }, next);
        at = next;
      }
    } finally {
      await handle.close();
    }
  }

  async function sendAgain(name: string): Promise<void> {
    const end = sent?.get(name)?.bytes ?? 0;
    const handle = await open(join(directory, name), "r");
    try {
      for (let start = 0; start < end; start += PART_BYTES) {
        const bytes = await readAt(handle, start, Math.min(PART_BYTES, end - start));
        await copies.add(machine, { name, start, bytes });
      }
    } finally {
      await handle.close();
    }
  }

  return async function send() {
    sent ??= new Map((await copies.files(machine)).map((file) => [file.name, file]));
    const names = (await readdir(directory)).filter((name) => COPIED.test(name)).sort();
    for (const name of [...sent.keys()].filter((one) => !names.includes(one))) {
      await copies.forget(machine, name);
      sent.delete(name);
    }
    const growing = await growingFiles(directory);
    for (const name of names) {
      if (finished.has(name)) continue;
      const isOver = /\.(?:journal|leaves)$/.test(name) && !growing.has(name);
      const at = await sendFile(name, sent.get(name)).catch(ignoreMissing);
      if (at === undefined) continue;
      sent.set(name, at);
      if (isOver) finished.add(name);
    }
    for (const name of await copies.wishes(machine)) await sendAgain(name).catch(ignoreMissing);
  };
}

/** The newest of each kind and process: the others are written no more. */
async function growingFiles(directory: string): Promise<ReadonlySet<string>> {
  const newest = new Map((await listAuditFiles(directory)).map((file) => [`${file.kind} ${file.process}`, file.path]));
  return new Set([...newest.values()].map((path) => path.slice(directory.length + 1)));
}

/** A purge takes files away at any time. */
function ignoreMissing(error: unknown): undefined {
  if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
  throw error;
}

/**
 * Fetches what a machine has sent of its log into a folder of its own, so that it is searched and verified as any log is.
 * Several processes may do it at once: all write the same bytes to the same places.
 *
 * @returns whether all that it has sent is there
 */
export async function fetchLog(copies: FileCopies, others: string, machine: string): Promise<boolean> {
  if (!MACHINE.test(machine)) throw new Error("A machine has another name than machines have.");
  const folder = join(others, machine);
  const files = (await copies.files(machine)).filter(({ name }) => COPIED.test(name));
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const there = new Set(files.map(({ name }) => name));
  // Of a machine that has sent nothing, in this database, what was fetched before may be all that is left.
  if (files.length === 0) return true;
  for (const name of await readdir(folder)) if (!there.has(name)) await rm(join(folder, name), { force: true });
  /** Of these later files have to wait, so that a later one is never there without the one before it. */
  const waiting = new Set<string>();
  for (const file of files) {
    const line = `${file.name.replace(/\..*/s, "")} ${/\w+$/.exec(file.name)}`;
    if (waiting.has(line)) continue;
    if (!(await fetchFile(copies, { folder, machine, file }))) waiting.add(line);
  }
  return waiting.size === 0;
}

interface Fetching {
  readonly folder: string;
  readonly machine: string;
  readonly file: CopiedFile;
}

async function fetchFile(copies: FileCopies, { folder, machine, file }: Fetching): Promise<boolean> {
  const { name, bytes: end, tail } = file;
  const path = join(folder, name);
  let at = (await stat(path).catch(() => undefined))?.size ?? 0;
  if (at > end) {
    await rm(path, { force: true });
    at = 0;
  }
  if (at < end) at = await fetchParts(copies, { folder, machine, file }, at);
  const isWhole = at === end && (await tailIn(path, end)) === tail;
  if (isWhole) return true;
  // Bytes that are not those of the file any more are fetched anew, whole.
  if (at === end) await rm(path, { force: true });
  await copies.wish(machine, name);
  return false;
}

async function fetchParts(copies: FileCopies, { folder, machine, file }: Fetching, from: number): Promise<number> {
  // Never cut short: another process may be writing the same into it.
  const handle = await open(join(folder, file.name), constants.O_RDWR | constants.O_CREAT, 0o600);
  try {
    let at = from;
    for (;;) {
      const parts = await copies.parts(machine, file.name, at);
      const before = at;
      for (const { start, bytes } of parts) {
        if (start > at || at >= file.bytes) break;
        const wanted = bytes.subarray(at - start, file.bytes - start);
        // On a disk that is nearly full less may be written than was given: what follows is asked for again, from there.
        at += (await handle.write(wanted, 0, wanted.length, at)).bytesWritten;
      }
      if (at === before || at >= file.bytes) return at;
    }
  } finally {
    await handle.close();
  }
}

async function tailIn(path: string, end: number): Promise<string> {
  const handle = await open(path, "r");
  try {
    return await tailOf(handle, end);
  } finally {
    await handle.close();
  }
}

async function tailOf(handle: FileHandle, end: number): Promise<string> {
  const start = Math.max(0, end - TAIL_BYTES);
  return (await readAt(handle, start, end - start)).toString("hex");
}

/** Lines that are complete; of a file without lines all that there is. What is written ahead is no line. */
async function wholeLines(handle: FileHandle, start: number, isOneText: boolean): Promise<Buffer> {
  for (let length = PART_BYTES; ; length *= 2) {
    const bytes = await readAt(handle, start, length);
    if (isOneText) return bytes;
    const zero = bytes.indexOf(0);
    const content = zero < 0 ? bytes : bytes.subarray(0, zero);
    const end = content.lastIndexOf(LINE_FEED) + 1;
    if (end > 0 || content.length < length) return content.subarray(0, end);
  }
}

async function readAt(handle: FileHandle, start: number, length: number): Promise<Buffer> {
  const buffer = Buffer.allocUnsafeSlow(length);
  const { bytesRead } = await handle.read(buffer, 0, length, start);
  return buffer.subarray(0, bytesRead);
}
