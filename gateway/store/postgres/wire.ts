import { Client, type QueryResult } from "pg";
import type { Answer, Statement, Value } from "../statements/steps.ts";
import { withoutZero } from "./arrays.ts";
import { ConnectionLostError, toStoreError } from "./errors.ts";
import { type Translated, translate } from "./translate.ts";

/** How long a server may take, in milliseconds. */
export interface WireLimits {
  readonly connectMs: number;
  readonly statementMs: number;
  /** For a transaction to wait for another process's: as long as the embedded engine does. */
  readonly lockMs: number;
  /** How long nothing may be heard of one that was asked something: longer than it lets any statement take. */
  readonly silenceMs: number;
}

export const WIRE_LIMITS: WireLimits = {
  connectMs: 5_000,
  statementMs: 30_000,
  lockMs: 30_000,
  silenceMs: 40_000,
};

/** How often it is looked whether a server has gone silent, in its own time. */
const WATCHES = 20;

export interface WireOptions {
  readonly url: string;
  readonly limits: WireLimits;
  /** What the server lists the connection as. */
  readonly name: string;
  /** The schema whose tables are meant. */
  readonly schema: string;
  /** Counts what is asked; for measurement alone. */
  readonly onAsk?: () => void;
}

/** One connection to the server: statements go out as they are asked for and are answered in their order. */
export interface Wire {
  readonly client: Client;
  readonly isLost: boolean;
  ask(statement: Statement): Promise<Answer>;
  /** One that is translated already, and of which only the end is waited for. */
  put(translated: Pick<Translated, "text" | "name">, values: readonly Value[]): Promise<Answer>;
  /** A statement without parameters, as it stands. */
  send(sql: string): Promise<void>;
  /** Ends it at once; what is under way is told that the connection is lost. */
  drop(): void;
  end(): Promise<void>;
}

/**
 * Joins go in the order in which they are written, through indexes: statements are written so, and a plan that was made
 * while a table was small would otherwise go through all of it when it is large. Plans are made once a statement and kept.
 */
function settings(schema: string): string {
  return `SET search_path = ${schema}; SET bytea_output = hex; SET jit = off; SET plan_cache_mode = force_generic_plan;
    SET join_collapse_limit = 1; SET from_collapse_limit = 1; SET enable_seqscan = off; SET enable_hashjoin = off;
    SET enable_mergejoin = off; SET client_min_messages = error;
    SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'`;
}

/** @throws StoreUnavailableError */
export async function openWire(options: WireOptions): Promise<Wire> {
  let client: Client | undefined;
  try {
    client = createClient(options);
    const wire = new PostgresWire(client, options);
    await client.connect();
    await client.query(settings(options.schema));
    return wire;
  } catch (error) {
    client?.end().catch(() => {});
    throw toStoreError(error);
  }
}

function createClient({ url, name, limits: { connectMs, statementMs, lockMs, silenceMs } }: WireOptions): Client {
  return new Client({
    connectionString: toGivenUrl(url),
    application_name: name,
    connectionTimeoutMillis: connectMs,
    statement_timeout: statementMs,
    lock_timeout: lockMs,
    idle_in_transaction_session_timeout: silenceMs,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
    pipeline: true,
    types: { getTypeParser: parserOf },
  });
}

/**
 * Every mode that asks for TLS is as strict as the strictest, for the client, too; it says so with a warning of its own
 * beside the log unless that is what it is given.
 */
export function toGivenUrl(url: string): string {
  const given = new URL(url);
  const { searchParams } = given;
  const isAlike = ["allow", "prefer", "require", "verify-ca"].includes(searchParams.get("sslmode") ?? "");
  if (!isAlike || searchParams.get("uselibpqcompat") === "true") return url;
  searchParams.set("sslmode", "verify-full");
  return given.href;
}

const INTEGERS = [20, 21, 23, 701];
const BYTES = 17;
const BOOLEAN = 16;

const toNumber = (text: string): number => Number(text);
const toBytes = (text: string): Buffer => Buffer.from(text.slice("\\x".length), "hex");
const toBit = (text: string): number => (text === "t" ? 1 : 0);
const toText = (text: string): string => text;

/** By type, as `pg_type` numbers them. */
function parserOf(type: number): (text: string) => string | number | Buffer {
  if (INTEGERS.includes(type)) return toNumber;
  if (type === BYTES) return toBytes;
  return type === BOOLEAN ? toBit : toText;
}

class PostgresWire implements Wire {
  readonly client: Client;
  readonly #onAsk: (() => void) | undefined;
  readonly #silenceMs: number;
  readonly #watch: NodeJS.Timeout;
  #isLost = false;
  #isCorked = false;
  #unanswered = 0;
  #heardAt = 0;

  constructor(client: Client, { onAsk, limits }: WireOptions) {
    this.client = client;
    this.#onAsk = onAsk;
    this.#silenceMs = limits.silenceMs;
    const lose = (): void => {
      this.#isLost = true;
      clearInterval(this.#watch);
    };
    client.on("error", lose);
    client.on("end", lose);
    this.#watch = setInterval(() => this.#listen(), limits.silenceMs / WATCHES);
    this.#watch.unref();
  }

  get isLost(): boolean {
    return this.#isLost;
  }

  ask({ sql, values, wanted }: Statement): Promise<Answer> {
    return this.#prepared(translate(sql), values, wanted);
  }

  put(translated: Pick<Translated, "text" | "name">, values: readonly Value[]): Promise<Answer> {
    return this.#prepared(translated, values, "write");
  }

  send(sql: string): Promise<void> {
    return new Promise((resolve, reject) => {
      if (!this.#isAsked(reject)) return;
      this.client.query(sql, (error: Error | null | undefined) => {
        if (error) this.#fail(error, reject);
        else this.#hear(resolve, undefined);
      });
    });
  }

  async end(): Promise<void> {
    clearInterval(this.#watch);
    await this.client.end().catch(() => {});
  }

  #prepared(
    { text, name }: Pick<Translated, "text" | "name">,
    values: readonly Value[],
    wanted: Statement["wanted"],
  ): Promise<Answer> {
    const rowMode = wanted === "arrays" ? { rowMode: "array" } : undefined;
    return new Promise((resolve, reject) => {
      if (!this.#isAsked(reject)) return;
      const query = { text, name, values: values.map(toGiven), ...rowMode };
      this.client.query(query, (error: Error | null | undefined, result: QueryResult) => {
        if (error) this.#fail(error, reject);
        else this.#hear(resolve, toAnswer(result, wanted));
      });
    });
  }

  #isAsked(reject: (error: Error) => void): boolean {
    if (this.#isLost) {
      reject(new ConnectionLostError("The database's connection has ended."));
      return false;
    }
    this.#onAsk?.();
    this.#cork();
    if (this.#unanswered++ === 0) this.#heardAt = performance.now();
    return true;
  }

  #hear<T>(resolve: (answer: T) => void, answer: T): void {
    this.#unanswered -= 1;
    this.#heardAt = performance.now();
    resolve(answer);
  }

  #fail(error: unknown, reject: (error: Error) => void): void {
    this.#hear(() => {}, undefined);
    const told = toStoreError(error);
    if (told instanceof ConnectionLostError) this.drop();
    reject(told);
  }

  /** What is asked for in one turn of the event loop leaves in one piece. */
  #cork(): void {
    if (this.#isCorked) return;
    this.#isCorked = true;
    const { stream } = this.client.connection;
    stream.cork();
    process.nextTick(() => {
      this.#isCorked = false;
      stream.uncork();
    });
  }

  #listen(): void {
    if (this.#unanswered > 0 && performance.now() - this.#heardAt > this.#silenceMs) this.drop();
  }

  drop(): void {
    this.#isLost = true;
    clearInterval(this.#watch);
    this.client.connection.stream.destroy();
  }
}

function toAnswer({ rows, rowCount }: QueryResult, wanted: Statement["wanted"]): Answer {
  if (wanted === "row") return rows[0];
  if (wanted === "changes") return rowCount ?? 0;
  return wanted === "write" ? undefined : rows;
}

function toGiven(value: Value): Value {
  return typeof value === "string" ? withoutZero(value) : value;
}
