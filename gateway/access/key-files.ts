import { readdir, readFile, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import type { Config } from "../config.ts";
import { LIMITS } from "../limits.ts";
import { ensureFile } from "./private-file.ts";
import { createPrivateJwk, formatStoredKey, parsePrivateJwk, parseStoredKey, type SigningKey } from "./signing-key.ts";

/**
 * Signing keys under DATA_DIR/keys: one file a key, numbered, never changed. A file appears whole or not at all and its
 * number is taken once, so that of several processes that would make the next key one does and all read the same.
 */

export interface KeyFile {
  readonly number: number;
  readonly path: string;
  readonly key: SigningKey;
}

export type KeyFolder = Pick<Config, "dataDir" | "mode">;

/** Each mode has a folder of its own, so that no token of a demonstration is good in production on the same directory. */
export function keyFolder({ dataDir, mode }: KeyFolder): string {
  return join(dataDir, "keys", `access-token.${mode}`);
}

/** Ascending by number. */
export async function readKeyFiles(folder: string): Promise<readonly KeyFile[]> {
  const names = (await readdir(folder).catch(() => [])).filter((name) => FILE_NAME.test(name)).sort();
  const read = names.map(async (name): Promise<KeyFile[]> => {
    const path = join(folder, name);
    // Another process may have taken it away since.
    const text = await readFile(path, "utf8").catch(() => undefined);
    return text === undefined ? [] : [{ number: Number.parseInt(name, 10), path, key: await parseStoredKey(text) }];
  });
  return (await Promise.all(read)).flat();
}

const FILE_NAME = /^\d{6}\.jwk\.json$/;

/** Makes the key of a number, unless there is one; gives what stands there then. */
export async function addKey(folder: string, number: number, from_ms: number): Promise<void> {
  await ensureFile(toPath(folder, number), async () => formatStoredKey(createPrivateJwk(), from_ms));
}

/** The first key: the only one of before keys were rotated, where there is one, whose tokens stay good. */
export async function ensureFirstKey(where: KeyFolder, now_ms: number): Promise<void> {
  const single = join(where.dataDir, "keys", `access-token.${where.mode}.jwk.json`);
  const folder = keyFolder(where);
  await ensureFile(toPath(folder, 1), async () => {
    const text = await readFile(single, "utf8").catch(() => undefined);
    if (text === undefined) return formatStoredKey(createPrivateJwk(), now_ms);
    return formatStoredKey(parsePrivateJwk(text), (await stat(single)).mtimeMs);
  });
  await rm(single, { force: true });
}

function toPath(folder: string, number: number): string {
  return join(folder, `${String(number).padStart(6, "0")}.jwk.json`);
}

/** The key that tokens are signed with at an instant: the newest that has begun. */
export function signingAt(files: readonly KeyFile[], now_ms: number): KeyFile | undefined {
  return files.findLast(({ key }) => key.from_ms <= now_ms) ?? files[0];
}

/** Those with which nothing is signed any more that could still be good. */
export function endedAt(files: readonly KeyFile[], now_ms: number): readonly KeyFile[] {
  const kept_ms = (LIMITS.access_token_life_s + LIMITS.clock_skew_s) * 1_000 + LIMITS.key_refresh_ms;
  return files.filter((_, index) => {
    const successor = files[index + 1];
    return successor !== undefined && successor.key.from_ms + kept_ms <= now_ms;
  });
}
