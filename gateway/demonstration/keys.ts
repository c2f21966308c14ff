import { generateKeyPairSync } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { JWK } from "jose";
import { calculateJwkThumbprint } from "jose/jwk/thumbprint";
import { z } from "zod";
import { DEMONSTRATION_MARK } from "../access/client-key.ts";
import { ensureFile } from "../access/private-file.ts";
import { DEMONSTRATION_CLIENTS, type DemonstrationClient } from "./clients.ts";

export interface DemonstrationKey {
  readonly privateJwk: JWK;
  readonly publicJwk: JWK;
}

const PRIVATE_JWK = z.strictObject({
  kty: z.literal("EC"),
  crv: z.literal("P-384"),
  x: z.string(),
  y: z.string(),
  d: z.string(),
  alg: z.literal("ES384"),
  use: z.literal("sig"),
  kid: z.string(),
  [DEMONSTRATION_MARK]: z.literal(true),
});

/**
 * The keys of the demonstration's clients, made at first start into DATA_DIR/demonstration, readable by their owner
 * alone, one file a client. Marked, so that production can refuse them.
 */
export async function ensureDemonstrationKeys(dataDir: string): Promise<Readonly<Record<string, DemonstrationKey>>> {
  const keys = await Promise.all(
    DEMONSTRATION_CLIENTS.map(async (client) => [client, await ensureKey(dataDir, client)] as const),
  );
  return Object.fromEntries(keys);
}

/** The key of one client, or `undefined` when the demonstration has not made it yet. */
export async function readDemonstrationKey(dataDir: string, client: string): Promise<DemonstrationKey | undefined> {
  if (!isDemonstrationClient(client)) return undefined;
  try {
    return toKey(await readFile(fileOf(dataDir, client), "utf8"));
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  }
}

/** RFC 7638 thumbprints of all keys that the demonstration made under this directory; none when it never ran. */
export async function demonstrationThumbprints(dataDir: string): Promise<ReadonlySet<string>> {
  const directory = join(dataDir, "demonstration");
  const files = (await readdir(directory).catch(() => [])).filter((file) => file.endsWith(".jwk.json"));
  const keys = await Promise.all(files.map(async (file) => toKey(await readFile(join(directory, file), "utf8"))));
  return new Set(await Promise.all(keys.map(({ publicJwk }) => calculateJwkThumbprint(publicJwk))));
}

function isDemonstrationClient(client: string): client is DemonstrationClient {
  return DEMONSTRATION_CLIENTS.some((known) => known === client);
}

async function ensureKey(dataDir: string, client: DemonstrationClient): Promise<DemonstrationKey> {
  return toKey(
    await ensureFile(fileOf(dataDir, client), async () => {
      const jwk = generateKeyPairSync("ec", { namedCurve: "P-384" }).privateKey.export({ format: "jwk" });
      const kid = await calculateJwkThumbprint(jwk);
      return `${JSON.stringify({ ...jwk, alg: "ES384", use: "sig", kid, [DEMONSTRATION_MARK]: true }, undefined, 2)}\n`;
    }),
  );
}

function toKey(text: string): DemonstrationKey {
  const privateJwk = PRIVATE_JWK.parse(JSON.parse(text));
  const { d: _private, ...publicJwk } = privateJwk;
  return { privateJwk, publicJwk };
}

function fileOf(dataDir: string, client: DemonstrationClient): string {
  return join(dataDir, "demonstration", `${client}.jwk.json`);
}
