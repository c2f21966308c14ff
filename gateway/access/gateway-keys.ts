import { createSecretKey, type KeyObject, randomBytes } from "node:crypto";
import { join } from "node:path";
import type { Config } from "../config.ts";
import { LIMITS } from "../limits.ts";
import {
  addKey,
  endedAt,
  ensureFirstKey,
  type KeyFile,
  type KeyFolder,
  readKeyFiles,
  shelfOf,
  signingAt,
} from "./key-files.ts";
import { ensureFile } from "./private-file.ts";
import type { SigningKey } from "./signing-key.ts";

/** The gateway's signing keys, the next and the former ones with them. */
export interface GatewayKeys {
  /** What new tokens are signed with now. */
  signing(): SigningKey;
  /** All that a token may be signed with which is good now or soon; what is published. */
  published(): readonly SigningKey[];
  /** Changes whenever the keys do. */
  generation(): string;
  /** Also looks for a key that another process has made since, once a second at most. */
  find(kid: string): SigningKey | undefined | Promise<SigningKey | undefined>;
  /** Reads what other processes did, and makes the next key when it is time. */
  refresh(): Promise<void>;
  close(): void;
}

export interface GatewayKeysOptions extends KeyFolder {
  /** Milliseconds since 1970. */
  readonly clock: () => number;
}

/** Keys of every process on the same DATA_DIR, or the same database; made at first start, read again every half a minute. */
export async function openGatewayKeys({ clock, ...where }: GatewayKeysOptions): Promise<GatewayKeys> {
  await ensureFirstKey(where, clock());
  let files: readonly KeyFile[] = [];
  let readAt_ms = Number.NEGATIVE_INFINITY;
  let reading: Promise<void> | undefined;
  let generation = "";

  const read = async (): Promise<void> => {
    files = await advance(where, clock());
    readAt_ms = clock();
    generation = files.map(({ key }) => key.kid).join(" ");
  };
  const refresh = (): Promise<void> => {
    reading ??= read().finally(() => {
      reading = undefined;
    });
    return reading;
  };
  const known = (kid: string) => files.find(({ key }) => key.kid === kid)?.key;

  await refresh();
  // A disk that cannot be read for a while takes no key away that is known.
  const timer = setInterval(() => void refresh().catch(() => {}), LIMITS.key_refresh_ms).unref();
  return {
    signing() {
      const file = signingAt(files, clock());
      if (file === undefined) throw new Error("there is no signing key");
      return file.key;
    },
    generation: () => generation,
    published: () => files.map(({ key }) => key),
    find(kid) {
      const key = known(kid);
      if (key !== undefined || clock() - readAt_ms < LIMITS.key_look_up_ms_min) return key;
      return refresh().then(
        () => known(kid),
        () => undefined,
      );
    },
    refresh,
    close: () => clearInterval(timer),
  };
}

/** The keys as they stand, once the next one is made if it is time and those that have ended are gone. */
async function advance(where: KeyFolder, now_ms: number): Promise<readonly KeyFile[]> {
  const files = await readKeyFiles(where);
  const newest = files.at(-1);
  if (newest === undefined) throw new Error("there is no signing key");
  const next_ms = newest.key.from_ms + LIMITS.signing_key_life_ms;
  if (next_ms - LIMITS.key_published_before_ms <= now_ms) {
    await addKey(where, newest.number + 1, Math.max(next_ms, now_ms + LIMITS.key_published_before_ms));
    return readKeyFiles(where);
  }
  const ended = endedAt(files, now_ms);
  await removeAll(where, ended);
  return files.filter((file) => !ended.includes(file));
}

async function removeAll(where: KeyFolder, files: readonly KeyFile[]): Promise<void> {
  const shelf = shelfOf(where);
  await Promise.all(files.map(({ name }) => shelf.remove(name)));
}

export interface Rotated {
  readonly kid: string;
  readonly from_ms: number;
}

/**
 * Makes the next key: used once every process and every cache has seen it, or, `atOnce`, now, and then those before it
 * are taken away and their tokens void. Where a next key waits already it is that one.
 */
export async function rotateKeys(
  where: KeyFolder,
  now_ms: number,
  { atOnce }: { readonly atOnce: boolean },
): Promise<Rotated> {
  await ensureFirstKey(where, now_ms);
  const files = await readKeyFiles(where);
  const waiting = files.at(-1);
  const isWaiting = waiting !== undefined && files.length > 1 && waiting.key.from_ms > now_ms;
  if (!isWaiting || atOnce) {
    const from_ms = atOnce ? now_ms : now_ms + LIMITS.key_published_before_ms;
    await addKey(where, (waiting?.number ?? 0) + 1, from_ms);
  }
  if (atOnce) await removeAll(where, files);
  const made = (await readKeyFiles(where)).at(-1);
  if (made === undefined) throw new Error("there is no signing key");
  return { kid: made.key.kid, from_ms: made.key.from_ms };
}

/** What nonces of DPoP are made with: the same in every process. */
export async function ensureNonceKey(where: KeyFolder): Promise<KeyObject> {
  const name = `dpop-nonce.${where.mode}.key`;
  const text = await shelfOf(where).ensure(name, async () => randomBytes(32).toString("base64"));
  return createSecretKey(Buffer.from(text, "base64"));
}

/** IDENTITY_KEY where it is set (always so in production), else the demonstration's own, made at first start. */
export async function ensureIdentityKey({
  dataDir,
  identityKey,
}: Pick<Config, "dataDir" | "identityKey">): Promise<KeyObject> {
  if (identityKey !== undefined) return identityKey;
  const text = await ensureFile(join(dataDir, "keys", "identity.demonstration.key"), async () =>
    randomBytes(32).toString("base64"),
  );
  return createSecretKey(Buffer.from(text, "base64"));
}
