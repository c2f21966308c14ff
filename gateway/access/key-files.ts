import { readFile, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import type { Config } from "../config.ts";
import { LIMITS } from "../limits.ts";
import { createFileShelf, type KeyShelf } from "./key-shelf.ts";
import { createPrivateJwk, formatStoredKey, parsePrivateJwk, parseStoredKey, type SigningKey } from "./signing-key.ts";

/**
 * Signing keys: one text a key, numbered, never changed. Each number is taken once, so that of several processes that
 * would make the next key one does and all read the same.
 */

export interface KeyFile {
  readonly number: number;
  /** On the shelf. */
  readonly name: string;
  readonly key: SigningKey;
}

export type KeyFolder = Pick<Config, "dataDir" | "mode"> & {
  /** Where keys lie that several machines share; absent: under DATA_DIR/keys. */
  readonly shelf?: KeyShelf;
};

export function shelfOf({ dataDir, shelf }: Omit<KeyFolder, "mode">): KeyShelf {
  return shelf ?? createFileShelf(join(dataDir, "keys"));
}

/** Each mode has a folder of its own, so that no token of a demonstration is good in production on the same shelf. */
function folderOf({ mode }: Pick<KeyFolder, "mode">): string {
  return `access-token.${mode}`;
}

/** Ascending by number. */
export async function readKeyFiles(where: KeyFolder): Promise<readonly KeyFile[]> {
  const folder = folderOf(where);
  const found = (await shelfOf(where).read(folder)).filter(({ name }) => FILE_NAME.test(name));
  const read = found.map(async ({ name, text }) => ({
    number: Number.parseInt(name, 10),
    name: `${folder}/${name}`,
    key: await parseStoredKey(text),
  }));
  return await Promise.all(read);
}

const FILE_NAME = /^\d{6}\.jwk\.json$/;

/** Makes the key of a number, unless there is one; gives what stands there then. */
export async function addKey(where: KeyFolder, number: number, from_ms: number): Promise<void> {
  await shelfOf(where).ensure(toName(where, number), async () => formatStoredKey(createPrivateJwk(), from_ms));
}

/**
 * The first key. Where there is a key from before keys were rotated, or from before machines shared them, it goes on from
 * that, whose tokens stay good.
 */
export async function ensureFirstKey(where: KeyFolder, now_ms: number): Promise<void> {
  if (where.shelf !== undefined) {
    if ((await readKeyFiles(where)).length > 0) return;
    for (const { name, text } of await createFileShelf(join(where.dataDir, "keys")).read(folderOf(where))) {
      if (FILE_NAME.test(name)) await where.shelf.ensure(`${folderOf(where)}/${name}`, async () => text);
    }
    if ((await readKeyFiles(where)).length === 0) await addKey(where, 1, now_ms);
    return;
  }
  const single = join(where.dataDir, "keys", `access-token.${where.mode}.jwk.json`);
  await shelfOf(where).ensure(toName(where, 1), async () => {
    const text = await readFile(single, "utf8").catch(() => undefined);
    if (text === undefined) return formatStoredKey(createPrivateJwk(), now_ms);
    return formatStoredKey(parsePrivateJwk(text), (await stat(single)).mtimeMs);
  });
  await rm(single, { force: true });
}

function toName(where: KeyFolder, number: number): string {
  return `${folderOf(where)}/${String(number).padStart(6, "0")}.jwk.json`;
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
