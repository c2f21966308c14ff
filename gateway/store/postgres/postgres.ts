import { randomUUID } from "node:crypto";
import type { Client } from "pg";
import type { RecordKey } from "../record.ts";
import { createSqliteStore } from "../sqlite/sqlite.ts";
import { createContext } from "../statements/context.ts";
import { Reader } from "../statements/reader.ts";
import { arrays, row } from "../statements/steps.ts";
import { integer } from "../statements/values.ts";
import type { Store, WriteOptions, WriteTransaction } from "../store.ts";
import { StoreUnavailableError } from "../unavailable.ts";
import { PostgresError, toStoreError } from "./errors.ts";
import { ReadDriver } from "./read-driver.ts";
import { prepareSchema, SCHEMA, SchemaError, type SchemaOptions } from "./schema.ts";
import { Line, Server } from "./server.ts";
import { shareQuestion, shareQuestions } from "./shared-question.ts";
import { WIRE_LIMITS, type WireLimits } from "./wire.ts";
import { createWriteQueue, type WriteQueue } from "./write-queue.ts";

export interface PostgresStoreOptions {
  /** `postgres://user:password@host:port/database`, with the parameters that libpq knows. */
  readonly url: string;
  /** Milliseconds since 1970, for expiry alone. */
  readonly clock?: () => number;
  /** What the server lists the connections as. */
  readonly name?: string;
  /** How many connections read: those that all share for single statements, and those for readings of one moment. */
  readonly readers?: { readonly shared: number; readonly moments: number };
  /** How the tables are made where there are none yet. */
  readonly schema?: Pick<SchemaOptions, "partitions">;
  readonly limits?: Partial<WireLimits>;
  /** Called for each statement that is sent; for measurement alone. */
  readonly onAsk?: () => void;
}

const READERS = { shared: 2, moments: 4 };

/**
 * The engine for several machines: PostgreSQL 14 or newer. Makes its tables, or brings them forward, in a schema of their own.
 *
 * @throws SchemaError when the tables are of a newer gateway or of another program
 * @throws StoreUnavailableError when the server cannot be reached
 */
export async function createPostgresStore(options: PostgresStoreOptions): Promise<Store> {
  const { url, name = "early-years-gateway", onAsk } = options;
  const limits = { ...WIRE_LIMITS, ...options.limits };
  const server = new Server({ url, name, limits, schema: SCHEMA, ...(onAsk === undefined ? {} : { onAsk }) });
  const line = new Line(server);
  try {
    const { client } = await line.open();
    await prepareSchema(client, options.schema);
    return new PostgresStore(server, { line, isCitus: await hasCitus(client) }, options);
  } catch (error) {
    await line.close();
    throw isOfDatabase(error) ? error : toStoreError(error);
  }
}

/** Where its extension is installed, tables may lie on several machines. */
async function hasCitus(client: Client): Promise<boolean> {
  const { rows } = await client.query("SELECT 1 FROM pg_extension WHERE extname = 'citus'");
  return rows.length > 0;
}

/** Whether opening failed for a reason that whoever runs the database can mend; its message says which. */
export function isOfDatabase(error: unknown): error is Error {
  return error instanceof SchemaError || error instanceof StoreUnavailableError || error instanceof PostgresError;
}

/** Reads go over connections of their own, which see committed data only. */
class PostgresStore extends Reader implements Store {
  readonly #server: Server;
  readonly #line: Line;
  readonly #reading: ReadDriver;
  readonly #queue: WriteQueue;
  readonly #changes: () => Promise<number>;
  readonly #versions: (key: RecordKey) => Promise<number | undefined>;

  constructor(
    server: Server,
    { line, isCitus }: { readonly line: Line; readonly isCitus: boolean },
    { readers = READERS, clock = Date.now }: PostgresStoreOptions,
  ) {
    const reading = new ReadDriver(server, readers);
    super(reading);
    this.#server = server;
    this.#line = line;
    this.#reading = reading;
    const context = createContext();
    this.#queue = createWriteQueue({ line, context, clock, mayLook: !isCitus, writer: randomUUID(), groups: 0 });
    this.#changes = shareQuestion(() => readChanges(reading));
    this.#versions = shareQuestions((keys) => readVersions(reading, keys));
  }

  write<T>(work: (transaction: WriteTransaction) => Promise<T>, options?: WriteOptions): Promise<T> {
    return this.#queue.add(work, options);
  }

  changeCounter(): Promise<number> {
    return this.#changes();
  }

  /** Of all who ask at once in one statement: each hit of a cached record asks. */
  override async recordVersion(key: RecordKey): Promise<number | undefined> {
    return this.#versions(key);
  }

  /** What is only for a while stays on this machine. */
  scratch(): Store {
    return createSqliteStore({ path: "", isAlone: true });
  }

  async ping(): Promise<void> {
    const found = await this.#reading.drive(() => row(IS_READING));
    if (found?.is_reading === 0) return;
    // Where another server has taken over, new connections lead to it.
    this.#reading.renew();
    throw new StoreUnavailableError("The database can be read, and not written.");
  }

  async close(): Promise<void> {
    await this.#queue.close();
    this.#server.close();
    await Promise.all([this.#reading.close(), this.#line.close()]);
  }
}

const IS_READING = `SELECT CASE WHEN current_setting('transaction_read_only') = 'off' THEN 0 ELSE 1 END AS is_reading
  FROM store_change WHERE one = 1`;

async function readChanges(reading: ReadDriver): Promise<number> {
  const found = await reading.drive(() => row("SELECT number FROM store_change WHERE one = 1"));
  return integer(found?.number);
}

async function readVersions(reading: ReadDriver, keys: readonly RecordKey[]): Promise<ReadonlyMap<RecordKey, number>> {
  const asked = `{${keys.join(",")}}`;
  const found = await reading.drive(() =>
    arrays("SELECT key, version FROM record WHERE key = ANY (CAST(? AS BIGINT[]))", asked),
  );
  return new Map(found.map(([key, version]) => [integer(key), integer(version)]));
}
