import { type KeyObject, randomBytes } from "node:crypto";
import { hostname } from "node:os";
import { join } from "node:path";
import { ensureIdentityKey } from "./access/gateway-keys.ts";
import { createSealedShelf, type KeyShelf, removeUnopened, type Seal, SealError } from "./access/key-shelf.ts";
import { ensureFile } from "./access/private-file.ts";
import { type Config, ConfigError } from "./config.ts";
import { createEntrySeal } from "./identity/cache/entry-seal.ts";
import { LIMITS } from "./limits.ts";
import type { Logger } from "./log.ts";
import type { Commons, KnownMachine, Machine } from "./store/commons.ts";

/** What a gateway over a database shares with those on other machines. */
export interface Machines {
  readonly commons: Commons;
  readonly shelf: KeyShelf;
  /** Of the data directory, and so of all processes that use it. */
  readonly id: string;
  /** The others that were ever heard of, as of a few seconds ago. */
  others(): readonly KnownMachine[];
  /** Says once more that this one is there, and tells the others as they are now. */
  meet(): Promise<readonly KnownMachine[]>;
  /** `isWhole`: all that this one has written is with the others. */
  close(isWhole: boolean): Promise<void>;
}

interface MachineRooms {
  readonly config: Config;
  readonly identityKey: KeyObject;
  readonly log: Pick<Logger, "error">;
}

/**
 * Opens what the machines over a database share, and says that this one is there.
 *
 * @throws ConfigError when this machine lacks what it needs beside the others that are there
 */
export async function openMachines({ config, identityKey, log }: MachineRooms): Promise<Machines | undefined> {
  if (config.databaseUrl === undefined) return undefined;
  const commons = await openCommons(config.databaseUrl);
  try {
    const { machines } = commons;
    const shelf = await openShelf(config, { commons, identityKey });
    const machine = await toMachine(config);
    let known = await machines.meet(machine);
    const problems = problemsBeside(machine, known);
    if (problems.length > 0) {
      await machines.leave(machine.id);
      throw new ConfigError(problems);
    }
    const others = () => known.filter(({ id }) => id !== machine.id);
    const meet = async (): Promise<readonly KnownMachine[]> => {
      known = await machines.meet(machine);
      return others();
    };
    const timer = setInterval(() => {
      meet().catch((error: unknown) => log.error({ error }, "the other machines could not be told of this one"));
    }, LIMITS.machine_heard_ms);
    timer.unref();
    return {
      commons,
      shelf,
      id: machine.id,
      others,
      meet,
      async close(isWhole) {
        clearInterval(timer);
        if (isWhole) await machines.leave(machine.id).catch(() => {});
        await commons.close();
      },
    };
  } catch (error) {
    await commons.close();
    throw error;
  }
}

/** The shelf for a command beside the gateway, which is no machine of its own; `undefined` where keys lie in DATA_DIR. */
export async function withShelf<T>(
  { config, isLost = false }: { readonly config: Config; readonly isLost?: boolean },
  work: (shelf: KeyShelf | undefined) => Promise<T>,
): Promise<T> {
  if (config.databaseUrl === undefined) return work(undefined);
  const identityKey = await ensureIdentityKey(config);
  const commons = await openCommons(config.databaseUrl);
  try {
    // Whoever makes all keys anew needs none of those that no key opens.
    if (isLost) await removeUnopened(commons.secrets, sealsOf(config, identityKey));
    return await work(await openShelf(config, { commons, identityKey }));
  } finally {
    await commons.close();
  }
}

async function openCommons(url: string): Promise<Commons> {
  // Its client is read only where it is used.
  const [{ openCommons: open }, { isOfDatabase }] = await Promise.all([
    import("./store/postgres/commons.ts"),
    import("./store/postgres/postgres.ts"),
  ]);
  try {
    return await open({ url });
  } catch (error) {
    if (!isOfDatabase(error)) throw error;
    throw new ConfigError([`DATABASE_URL: ${error.message}`]);
  }
}

function sealsOf({ otherIdentityKey }: Config, identityKey: KeyObject): readonly [Seal, ...Seal[]] {
  const others = otherIdentityKey === undefined ? [] : [createEntrySeal(otherIdentityKey)];
  return [createEntrySeal(identityKey), ...others];
}

async function openShelf(
  config: Config,
  { commons, identityKey }: { readonly commons: Commons; readonly identityKey: KeyObject },
): Promise<KeyShelf> {
  const shelf = createSealedShelf(commons.secrets, sealsOf(config, identityKey));
  try {
    await shelf.read(`access-token.${config.mode}`);
  } catch (error) {
    if (!(error instanceof SealError)) throw error;
    throw new ConfigError([
      config.identityKey === undefined
        ? "IDENTITY_KEY: expected: the keys in the database are sealed with one that is not in this DATA_DIR; give all machines the same"
        : "IDENTITY_KEY: the keys in the database are sealed with another one; all machines need the same, and the one before " +
          "in IDENTITY_KEY_OTHER while it is replaced. Where it is lost: npm run -s keys -- rotate --at-once makes new ones, and tokens end",
    ]);
  }
  return shelf;
}

async function toMachine({ dataDir, redisUrl, registerFile, baseUrl }: Config): Promise<Machine> {
  const text = await ensureFile(join(dataDir, "machine"), async () => `${randomBytes(6).toString("hex")}\n`);
  return {
    id: text.trim(),
    host: hostname(),
    hasRedis: redisUrl !== undefined,
    hasRegister: registerFile !== undefined,
    baseUrl,
  };
}

/** What this machine would need to work beside the others that are there. */
function problemsBeside(machine: Machine, known: readonly KnownMachine[]): readonly string[] {
  const others = known.filter(({ id, silent_ms }) => id !== machine.id && silent_ms < LIMITS.machine_silence_ms);
  return others.flatMap((other) => [
    ...(machine.hasRedis && other.hasRedis ? [] : [toRedisProblem(machine, other)]),
    ...(machine.hasRegister && other.hasRegister
      ? []
      : [
          `REGISTER_FILE: expected on every machine: ${other.host} uses this database too, and a demonstration is one machine's`,
        ]),
    ...(machine.baseUrl === other.baseUrl
      ? []
      : [
          `BASE_URL: ${other.host} uses this database as ${other.baseUrl}; tokens and links of one machine would not hold on the other`,
        ]),
  ]);
}

function toRedisProblem({ hasRedis }: Machine, { host }: KnownMachine): string {
  return hasRedis
    ? `REDIS_URL: ${host} uses this database without it; start that one with the same REDIS_URL first, or stop it`
    : `REDIS_URL: expected: ${host} uses this database too, and machines hear of each other's changes through Redis alone`;
}
