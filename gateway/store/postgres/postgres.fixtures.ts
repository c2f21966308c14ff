import { Client } from "pg";
import { SCHEMA } from "./schema.ts";
import { SHARED_TABLES, TABLES_BY_RECORD } from "./tables.ts";

/** As the tables were when they were made: much sooner done than to make them, or a database, anew. */
export async function emptyTables(url: string): Promise<void> {
  const tables = [...SHARED_TABLES, ...TABLES_BY_RECORD.map(([table]) => table), "store_writer"];
  await ask(
    url,
    `SET search_path = ${SCHEMA}; ${tables.map((table) => `DELETE FROM ${table}`).join("; ")};
     SELECT setval(c.oid::regclass, 1, false) FROM pg_class c
     WHERE c.relkind = 'S' AND c.relnamespace = '${SCHEMA}'::regnamespace`,
  );
}

/** Runs statements on a connection of its own; answers with the rows of the last. */
export async function ask(url: string, sql: string): Promise<readonly Record<string, unknown>[]> {
  const client = new Client({ connectionString: url });
  client.on("error", () => {});
  await client.connect();
  try {
    const results = [await client.query(sql)].flat();
    return results.at(-1)?.rows ?? [];
  } finally {
    await client.end();
  }
}
