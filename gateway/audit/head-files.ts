import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { readTail } from "./segment.ts";
import { type HeadKeys, parseHeadLine, type SignedHead, toHeadKey } from "./tree-head.ts";

const HEADS = /^([a-z0-9][a-z0-9-]*)\.heads$/;
const KEY = /^head-key\.([\w-]{43})\.jwk$/;
const COPY = /^([a-z0-9][a-z0-9-]*)\.\d{16}\.head$/;

export function headsPath(directory: string, process: string): string {
  return join(directory, `${process}.heads`);
}

/** Where a tree stood at its newest head: may be deleted, and is made again from the leaves. */
export function treePath(directory: string, process: string): string {
  return join(directory, `${process}.tree`);
}

export function keyPath(directory: string, kid: string): string {
  return join(directory, `head-key.${kid}.jwk`);
}

export interface HeadsFile {
  readonly path: string;
  readonly process: string;
}

export async function listHeadsFiles(directory: string): Promise<readonly HeadsFile[]> {
  return (await readdir(directory)).sort().flatMap((name) => {
    const [, process] = HEADS.exec(name) ?? [];
    return process === undefined ? [] : [{ path: join(directory, name), process }];
  });
}

export interface KeptKeys {
  readonly keys: HeadKeys;
  /** Names of files that should hold a key, and hold none, or another. */
  readonly damaged: readonly string[];
}

/** The public keys that are kept beside a log. Whoever could replace all of it could replace them as well. */
export async function readKeptKeys(directory: string): Promise<KeptKeys> {
  const keys = new Map();
  const damaged: string[] = [];
  for (const name of (await readdir(directory)).sort()) {
    const [, kid] = KEY.exec(name) ?? [];
    if (kid === undefined) continue;
    const found = toHeadKey(await readFile(join(directory, name), "utf8"));
    if (found?.kid === kid) keys.set(kid, found.key);
    else damaged.push(name);
  }
  return { keys, damaged };
}

/** Twice the longest head. */
const TAIL_BYTES = 131_072;

/** The newest head of a process, as far as the end of its file shows one. */
export async function readNewestHead(path: string): Promise<SignedHead | undefined> {
  const { tail } = await readTail(path, TAIL_BYTES);
  const lines = tail.toString("utf8").split("\n");
  for (const line of lines.toReversed()) {
    const found = parseHeadLine(line);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Each head is a file of its own, which is never written again: what a write-once store takes. */
export async function copyHead(directory: string, { head, own }: SignedHead, line: string): Promise<void> {
  await mkdir(directory, { recursive: true });
  const path = join(directory, `${head.process}.${String(own.size).padStart(16, "0")}.head`);
  try {
    await writeFile(path, `${line}\n`, { flag: "wx", mode: 0o400, flush: true });
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
  }
}

export interface HeadCopy {
  readonly name: string;
  readonly head: SignedHead | undefined;
}

export async function readCopies(directory: string): Promise<readonly HeadCopy[]> {
  const copies: HeadCopy[] = [];
  for (const name of (await readdir(directory)).filter((one) => COPY.test(one)).sort()) {
    const text = await readFile(join(directory, name), "utf8");
    copies.push({ name: basename(name), head: text.endsWith("\n") ? parseHeadLine(text.slice(0, -1)) : undefined });
  }
  return copies;
}
