import { createHash } from "node:crypto";
import type { RedisArgument } from "redis";

/**
 * `{ timeout: undefined }`, which takes the client's default away: it costs three quarters of the throughput, and the link
 * keeps the deadline. Its types know no such value.
 */
export const NO_TIMEOUT = Object.defineProperty({}, "timeout", { value: undefined, enumerable: true });

/** A Lua script, sent whole only to a server that does not have it yet. */
export interface Script {
  readonly text: string;
  readonly sha1: string;
}

export function toScript(text: string): Script {
  return { text, sha1: createHash("sha1").update(text).digest("hex") };
}

/** The few commands that are used; each concerns one slot of a cluster. */
export interface RedisCommands {
  get(name: string): Promise<string | undefined>;
  /** Whether it was set: with `onlyNew` not when there is one already. */
  set(name: string, value: string, options: { readonly life_ms: number; readonly onlyNew?: true }): Promise<boolean>;
  remove(name: string): Promise<void>;
  /** All keys in one slot. */
  run(script: Script, keys: readonly string[], values: readonly string[]): Promise<unknown>;
}

/** One server, or the masters of one cluster, connected. Once it is lost it is opened anew; it does not mend itself. */
export interface RedisServer extends RedisCommands {
  /** Of all masters. */
  ping(): Promise<true>;
  /**
   * What differs whenever data may be others than were acknowledged: a server started anew, or one that has taken another's
   * place. Rejects while one does not answer, is a replica, or while masters do not agree who holds what.
   */
  incarnation(): Promise<string>;
  close(): void;
}

/** Told that a connection was lost or made, or that what answers is not, or no longer, what may be asked. */
export type Lost = () => void;

/** A replica after a failover, a cluster without enough masters, a server that reads its file: the answer is about itself. */
const UNFIT = /\bREADONLY\b|^(?:CLUSTERDOWN|MASTERDOWN|LOADING)\b/;

/** What one client and a cluster have in common. */
interface Client {
  get(name: RedisArgument): Promise<string | Buffer | null>;
  set(
    name: RedisArgument,
    value: RedisArgument,
    options: { readonly expiration: { readonly type: "PX"; readonly value: number }; readonly condition?: "NX" },
  ): Promise<string | Buffer | null>;
  unlink(name: RedisArgument): Promise<unknown>;
  evalSha(sha1: RedisArgument, options: { readonly keys: string[]; readonly arguments: string[] }): Promise<unknown>;
  eval(text: RedisArgument, options: { readonly keys: string[]; readonly arguments: string[] }): Promise<unknown>;
}

export function toCommands(client: Client, lost: Lost): RedisCommands {
  const watched = async <T>(reply: Promise<T>): Promise<T> => {
    try {
      return await reply;
    } catch (error) {
      if (error instanceof Error && UNFIT.test(error.message)) lost();
      throw error;
    }
  };
  return {
    async get(name) {
      const value = await watched(client.get(name));
      return value === null ? undefined : String(value);
    },
    async set(name, value, { life_ms, onlyNew }) {
      const expiration = { type: "PX" as const, value: Math.ceil(life_ms) };
      const options = onlyNew ? { expiration, condition: "NX" as const } : { expiration };
      return (await watched(client.set(name, value, options))) !== null;
    },
    async remove(name) {
      await watched(client.unlink(name));
    },
    async run(script, keys, values) {
      const given = { keys: [...keys], arguments: [...values] };
      try {
        return await watched(client.evalSha(script.sha1, given));
      } catch (error) {
        if (!(error instanceof Error) || !error.message.startsWith("NOSCRIPT")) throw error;
        return watched(client.eval(script.text, given));
      }
    },
  };
}

interface Informed {
  info(section: string): Promise<unknown>;
}

/**
 * Which run of a master this is, and of which history: a replica that takes over begins a history of its own, and so does a
 * former master that takes over again without having been started anew.
 */
export async function runOf(client: Informed): Promise<string> {
  const [server, replication] = (await Promise.all([client.info("server"), client.info("replication")])).map(String);
  const [, run] = /^run_id:([0-9a-f]+)/m.exec(server ?? "") ?? [];
  const [, history] = /^master_replid:([0-9a-f]+)/m.exec(replication ?? "") ?? [];
  if (run === undefined || history === undefined) throw new Error("The server does not say which run of it this is.");
  if (!/^role:master/m.test(replication ?? "")) throw new Error("The server is a replica.");
  return `${run} ${history}`;
}
