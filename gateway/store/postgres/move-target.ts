import type { Client } from "pg";
import type { Digest } from "../move/digest.ts";
import type { RowBuffer } from "../move/rows.ts";
import { MoveError, RowsInTheWay, type Target } from "../move/side.ts";
import type { Span, Table } from "../move/table.ts";
import { copyIn } from "./copy.ts";
import { PostgresError, toStoreError } from "./errors.ts";
import { isInUse, openForMove } from "./move-connection.ts";
import { digestOf, readTables, sayCondition } from "./move-tables.ts";
import { APPLICATION, checkSchema, MOVING, prepareSchema, SCHEMA } from "./schema.ts";
import { SHARED_TABLES, TABLES_BY_RECORD, tableStatements } from "./tables.ts";

const ROW_IS_THERE = "23505";

/** A database that a store is moved into. */
export interface PostgresTarget extends Target {
  readonly tables: readonly Table[];
  /**
   * From now on no gateway starts on it, until `release`.
   * @throws MoveError where it holds another store, or one that was changed since it was moved
   */
  begin(source: string): Promise<void>;
}

/**
 * Makes the tables where there are none, unless the two sides are only compared: nothing is changed then.
 *
 * @throws MoveError, SchemaError, StoreUnavailableError, PostgresError
 */
export async function openPostgresTarget(
  url: string,
  { isOnlyCompared }: { readonly isOnlyCompared: boolean },
): Promise<PostgresTarget> {
  const client = await openForMove(url);
  try {
    const isBegun = await isMoving(client);
    if (isOnlyCompared) {
      if (!isBegun && (await checkSchema(client)) !== "ready") {
        throw new MoveError("DATABASE_URL holds no store of this gateway's version: there is nothing to compare with.");
      }
      return new OpenTarget(client, await readTables(client));
    }
    if (await isInUse(client)) {
      throw new MoveError("A gateway runs on the database of DATABASE_URL: stop it, then try again.");
    }
    if (!isBegun) await prepareSchema(client);
    await client.query(
      `SET synchronous_commit = off; SET maintenance_work_mem = '256MB';
       CREATE TABLE IF NOT EXISTS store_move (source TEXT NOT NULL, number BIGINT)`,
    );
    return new OpenTarget(client, await readTables(client));
  } catch (error) {
    await client.end().catch(() => {});
    throw error;
  }
}

/** Whether a move into it was begun, and not ended. */
async function isMoving(client: Client): Promise<boolean> {
  const found = await client.query("SELECT to_regclass($1) AS place", [`${SCHEMA}.store_schema`]);
  if (found.rows[0]?.place === null) return false;
  const marked = await client.query("SELECT version FROM store_schema WHERE application = $1", [MOVING]);
  return marked.rows.length > 0;
}

/** Indexes that are made when their table is full: much sooner done than to keep them while it fills. */
const INDEXES = tableStatements().flatMap((statement) => {
  const [, index, table] = /^CREATE (?:UNIQUE )?INDEX (\w+) ON (\w+)/.exec(statement) ?? [];
  return index === undefined || table === undefined ? [] : [{ index, table, statement }];
});

class OpenTarget implements PostgresTarget {
  readonly tables: readonly Table[];
  readonly #client: Client;

  constructor(client: Client, tables: readonly Table[]) {
    this.#client = client;
    this.tables = tables;
  }

  async begin(source: string): Promise<void> {
    const marked = await this.#client.query<{ readonly source: string; readonly number: string | null }>(
      "SELECT source, number FROM store_move",
    );
    const [mark] = marked.rows;
    if (mark?.source !== source && !(await this.#isEmpty())) {
      throw new MoveError(
        "The database of DATABASE_URL holds another store, or part of one: give the gateway an empty database.",
      );
    }
    if (mark !== undefined && mark.number !== null && mark.number !== (await this.#changes())) {
      throw new MoveError(
        "A gateway has worked on the database of DATABASE_URL since the store was moved there: what it wrote would be lost.",
      );
    }
    await this.#inTransaction(async () => {
      await this.#client.query("UPDATE store_schema SET application = $1", [MOVING]);
      await this.#client.query("DELETE FROM store_move");
      await this.#client.query("INSERT INTO store_move (source) VALUES ($1)", [source]);
    });
  }

  async isEmpty({ name }: Table): Promise<boolean> {
    return (await this.#client.query(`SELECT 1 FROM ${name} LIMIT 1`)).rows.length === 0;
  }

  digest(table: Table, span: Span): Promise<Digest> {
    return digestOf(this.#client, table, span);
  }

  async replace(table: Table, span: Span, rows: RowBuffer | undefined): Promise<void> {
    const condition = await sayCondition(this.#client, table, span);
    await this.#inTransaction(async () => {
      await this.#client.query(`DELETE FROM ${table.name} ${condition}`);
      if (rows !== undefined) await this.add(table, rows);
    });
  }

  async add({ name, columns }: Table, rows: RowBuffer): Promise<void> {
    const into = `${name} (${columns.map((column) => column.name).join(", ")})`;
    try {
      await copyIn(this.#client, { into, rows: rows.bytes });
    } catch (error) {
      if (error instanceof PostgresError && error.code === ROW_IS_THERE) throw new RowsInTheWay();
      throw error;
    }
  }

  async clear({ name }: Table): Promise<void> {
    await this.#client.query(`DELETE FROM ${name}`);
  }

  async beginFilling({ name }: Table): Promise<void> {
    for (const { index, table } of INDEXES) {
      if (table === name) await this.#client.query(`DROP INDEX IF EXISTS ${index}`);
    }
  }

  async endFilling({ name }: Table): Promise<void> {
    for (const { table, statement } of INDEXES) {
      if (table === name) await this.#client.query(statement.replace("INDEX", "INDEX IF NOT EXISTS"));
    }
  }

  async release(): Promise<void> {
    await this.#client.query("SET synchronous_commit = on");
    await this.#inTransaction(async () => {
      for (const { table, column } of await this.#numbered()) {
        await this.#client.query(
          `SELECT setval(pg_get_serial_sequence('${table}', '${column}'), coalesce(max(${column}), 1), max(${column}) IS NOT NULL)
           FROM ${table}`,
        );
      }
      await this.#client.query("UPDATE store_move SET number = (SELECT number FROM store_change)");
      await this.#client.query("UPDATE store_schema SET application = $1", [APPLICATION]);
    });
    await this.#client.query(`ANALYZE ${this.tables.map(({ name }) => name).join(", ")}`);
  }

  async close(): Promise<void> {
    await this.#client.end();
  }

  async #isEmpty(): Promise<boolean> {
    for (const table of this.tables) if (!(await this.isEmpty(table))) return false;
    return true;
  }

  async #changes(): Promise<string | undefined> {
    return (await this.#client.query<{ readonly number: string }>("SELECT number FROM store_change")).rows[0]?.number;
  }

  /** Columns whose next number the database knows. */
  async #numbered(): Promise<readonly { readonly table: string; readonly column: string }[]> {
    const found = await this.#client.query<{ readonly table: string; readonly column: string }>(
      `SELECT table_name AS table, column_name AS column FROM information_schema.columns
       WHERE table_schema = $1 AND column_default LIKE 'nextval%'`,
      [SCHEMA],
    );
    const own = new Set([...SHARED_TABLES, ...TABLES_BY_RECORD.map(([table]) => table)]);
    return found.rows.filter(({ table }) => own.has(table));
  }

  async #inTransaction(work: () => Promise<void>): Promise<void> {
    await this.#client.query("BEGIN");
    try {
      await work();
      await this.#client.query("COMMIT");
    } catch (error) {
      await this.#client.query("ROLLBACK").catch(() => {});
      throw error instanceof MoveError || error instanceof RowsInTheWay ? error : toStoreError(error);
    }
  }
}
