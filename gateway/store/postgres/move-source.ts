import type { Client } from "pg";
import { keyOf, RowBuffer, readRow } from "../move/rows.ts";
import { MoveError, type Part, type Source } from "../move/side.ts";
import { toSourceName } from "../move/source-name.ts";
import type { Key, Table } from "../move/table.ts";
import { isInUse, openForMove } from "./move-connection.ts";
import { readSpan, readTables } from "./move-tables.ts";
import { checkSchema } from "./schema.ts";

const PART_ROWS = 4_096;
const PART_BYTES = 4_194_304;

/** A database that a store is moved out of. */
export interface PostgresSource extends Source {
  readonly tables: readonly Table[];
}

/**
 * Opens a store to be moved: so that nobody writes it meanwhile, or, where a gateway runs on it, as it is now.
 *
 * @throws MoveError, SchemaError, StoreUnavailableError, PostgresError
 */
export async function openPostgresSource(url: string): Promise<PostgresSource> {
  const client = await openForMove(url);
  try {
    if ((await checkSchema(client)) !== "ready") {
      throw new MoveError("DATABASE_URL holds no store of this gateway's version: there is nothing to move.");
    }
    const isAtRest = !(await isInUse(client));
    await client.query("BEGIN ISOLATION LEVEL REPEATABLE READ");
    // Every transaction that writes changes this table first.
    if (isAtRest) await client.query("LOCK TABLE store_change IN SHARE MODE");
    const first = await client.query(
      "SELECT key, kind, id_space, patient_id, authority FROM record ORDER BY key LIMIT 1",
    );
    const tables = await readTables(client);
    return new OpenSource(client, { name: toSourceName(first.rows[0]), isAtRest, tables });
  } catch (error) {
    await client.end().catch(() => {});
    throw error;
  }
}

class OpenSource implements PostgresSource {
  readonly name: string;
  readonly isAtRest: boolean;
  readonly tables: readonly Table[];
  readonly #client: Client;

  constructor(client: Client, { name, isAtRest, tables }: Pick<PostgresSource, "name" | "isAtRest" | "tables">) {
    this.#client = client;
    this.name = name;
    this.isAtRest = isAtRest;
    this.tables = tables;
  }

  async *parts(table: Table): AsyncGenerator<Part> {
    let after: Key | undefined;
    for (;;) {
      const rows = new RowBuffer(PART_BYTES);
      let last = 0;
      await readSpan(this.#client, table, { span: { after }, limit: PART_ROWS }, (row) => {
        rows.addRow(row);
        last = row.length;
      });
      if (last === 0) return;
      after = keyOf(table, readRow(table.columns, rows.bytes.subarray(-last)));
      yield { rows, upTo: after };
      if (rows.digest.rows < PART_ROWS) return;
    }
  }

  async close(): Promise<void> {
    await this.#client.end();
  }
}
