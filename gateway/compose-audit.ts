import { createHmac, createPrivateKey, createPublicKey, generateKeyPairSync, sign } from "node:crypto";
import { join } from "node:path";
import { z } from "zod";
import { RELEASE } from "#profiles/release.ts";
import { ensureIdentityKey } from "./access/gateway-keys.ts";
import { ensureFile } from "./access/private-file.ts";
import type { AuditLog } from "./audit/audit.ts";
import { AuditNameTaken, takeLock } from "./audit/lock.ts";
import { createAuditLog } from "./audit/log.ts";
import { type HeadSigner, thumbprintOf } from "./audit/tree-head.ts";
import { type Config, ConfigError } from "./config.ts";
import type { Logger } from "./log.ts";

export function auditDirectory({ dataDir }: Pick<Config, "dataDir">): string {
  return join(dataDir, "audit");
}

/** What decides now, which is known only once all of it is read: the log is opened beside that. */
export interface Deciding {
  policy?: () => number;
  labels?: () => string;
  /** Of what was read and decided on, as `Store.settled` says. */
  settled?: () => Promise<void> | undefined;
}

export interface AuditRooms {
  readonly config: Config;
  /** Name of the chain. */
  readonly process: string;
  readonly log: Pick<Logger, "error">;
  readonly deciding?: Deciding;
}

export interface OwnAudit {
  readonly audit: AuditLog;
  /** Name of the chain, and of the index that this process searches. */
  readonly chain: string;
  /** Lets processes in again that may not be beside this one. */
  release(): void;
}

/** More processes than one machine has a use for. */
const PROCESSES_MAX = 64;

/**
 * Opens for a gateway the first chain of the data directory that no other process writes: `gateway`, `gateway-2` and so
 * on. Without a Redis between them several are a mistake of the operator.
 */
export async function openOwnAudit(rooms: Omit<AuditRooms, "process">): Promise<OwnAudit> {
  const { redisUrl, workers, processes = PROCESSES_MAX } = rooms.config;
  // Beside all of them there is, for a moment, a worker that is about to take over from another.
  const most = redisUrl === undefined ? 1 : processes + (workers > 1 ? 1 : 0);
  const { release } = enter(rooms.config);
  for (let n = 1; n <= most; n++) {
    const chain = n === 1 ? "gateway" : `gateway-${n}`;
    try {
      return { chain, audit: await openAudit({ ...rooms, process: chain }), release };
    } catch (error) {
      if (error instanceof AuditNameTaken) continue;
      release();
      throw error;
    }
  }
  release();
  const inUse = redisUrl === undefined ? "its audit log is in use" : `${most} processes use it`;
  throw new ConfigError([`DATA_DIR: ${inUse}; more than GATEWAY_PROCESSES says may not`]);
}

/** A process without a Redis is alone: it would not hear what another one writes, nor that one what it does. */
function enter({ dataDir, redisUrl }: Config): { release(): void } {
  try {
    return takeLock(join(dataDir, "processes.lock"), { isShared: redisUrl !== undefined });
  } catch (error) {
    if (!(error instanceof AuditNameTaken)) throw error;
    throw new ConfigError([
      redisUrl === undefined
        ? "DATA_DIR: another process uses it; several need REDIS_URL"
        : "DATA_DIR: a process without REDIS_URL uses it; several need REDIS_URL, each of them",
    ]);
  }
}

/** A chain of the data directory, signed for by a key of its own. */
export async function openAudit({ config, process, log, deciding = {} }: AuditRooms): Promise<AuditLog> {
  const [signer, identityKey] = await Promise.all([ensureHeadSigner(config), ensureIdentityKey(config)]);
  const { headCopies } = config.audit;
  return createAuditLog({
    directory: auditDirectory(config),
    process,
    clock: Date.now,
    numberKey: createHmac("sha256", identityKey.export()).update("audit numbers").digest(),
    rules: createRules(deciding),
    before: () => deciding.settled?.(),
    heads: {
      signer,
      ...(headCopies !== undefined && { copies: headCopies }),
      onFault: (error) => log.error({ error }, "the audit log's tree head could not be signed or copied"),
    },
  });
}

/** The engine is versioned as the software is, lists of labels and the register each by themselves. */
function createRules(deciding: Deciding): () => string {
  let made:
    | { readonly text: string; readonly labels: string | undefined; readonly policy: number | undefined }
    | undefined;
  return () => {
    const labels = deciding.labels?.();
    const policy = deciding.policy?.();
    if (made?.labels === labels && made?.policy === policy && made !== undefined) return made.text;
    const text = [
      `engine-${RELEASE.version}`,
      ...(labels === undefined ? [] : [labels]),
      ...(policy === undefined ? [] : [`policy-${policy}`]),
    ].join(" ");
    made = { text, labels, policy };
    return text;
  };
}

const STORED = z.strictObject({ kty: z.literal("OKP"), crv: z.literal("Ed25519"), x: z.string(), d: z.string() });

/**
 * The key under DATA_DIR/keys that tree heads are signed with, made at first start. Moved away, it is followed by another
 * at the next start; the public halves of all of them stay beside the log.
 */
export async function ensureHeadSigner({ dataDir, mode }: Pick<Config, "dataDir" | "mode">): Promise<HeadSigner> {
  const text = await ensureFile(join(dataDir, "keys", `audit-head.${mode}.jwk.json`), async () => {
    const { privateKey } = generateKeyPairSync("ed25519");
    return `${JSON.stringify(privateKey.export({ format: "jwk" }))}\n`;
  });
  const { d, ...publicJwk } = STORED.parse(JSON.parse(text));
  const key = createPrivateKey({ key: { ...publicJwk, d }, format: "jwk" });
  // A file whose halves do not belong together would sign what nobody can verify.
  if (createPublicKey(key).export({ format: "jwk" }).x !== publicJwk.x)
    throw new Error("The audit head key is damaged.");
  return { kid: thumbprintOf(publicJwk), publicJwk, sign: (bytes) => sign(null, bytes, key) };
}
