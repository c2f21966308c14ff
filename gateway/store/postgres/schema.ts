import type { Client } from "pg";
import { SHARED_TABLES, TABLES_BY_RECORD, tableStatements } from "./tables.ts";

/** Grows by one with every change to the tables; begins with the version of the embedded engine whose tables they are. */
export const SCHEMA_VERSION = 9;

/** The tables lie in a schema of their own, beside whatever else the database holds. */
export const SCHEMA = "early_years_gateway";

export const APPLICATION = "early-years-gateway";
/** What the tables are said to be of while a store is being moved into them, so that no gateway starts on them. */
export const MOVING = "early-years-gateway, being moved";

/** Any number that no other program is likely to lock: "EYFG". */
const LOCK = 0x45594647;

/** Thrown at open, when the tables were made by a newer gateway or by something else. */
export class SchemaError extends Error {
  override readonly name = "SchemaError";
}

/** What leads from a version to the next: the first from version 8. */
export type SchemaStep = (client: Client) => Promise<void>;

/** In version 8 bodies were kept as they came, and are read as they are; an earlier gateway cannot read those of version 9. */
const STEPS: readonly SchemaStep[] = [async () => {}];

export interface SchemaOptions {
  /** Into how many parts each table of a child's record is parted by its record, when it is made; 1 when absent. */
  readonly partitions?: number;
  readonly version?: number;
  readonly steps?: readonly SchemaStep[];
}

/**
 * Makes the tables of a new database, or brings those of an earlier version forward, in one transaction: of several
 * processes that open at once the first does it, and the others wait.
 *
 * @throws SchemaError when the tables are of a later version or of another program; nothing is touched then
 */
export async function prepareSchema(client: Client, options: SchemaOptions = {}): Promise<void> {
  try {
    await prepare(client, options);
  } catch (error) {
    throw isOfRights(error) ? new SchemaError(await toAdvice(client)) : error;
  }
}

async function prepare(client: Client, options: SchemaOptions): Promise<void> {
  const { version: wanted = SCHEMA_VERSION, steps = STEPS, partitions = 1 } = options;
  if ((await checkSchema(client, wanted)) === "ready") return;
  await withSchemaLock(client, async () => {
    const found = await checkSchema(client, wanted);
    if (found === "new") await makeTables(client, partitions);
    else if (found !== "ready") for (const step of steps.slice(found - FIRST_VERSION)) await step(client);
    if (found !== "ready") {
      await client.query("DELETE FROM store_schema");
      await client.query("INSERT INTO store_schema (application, version) VALUES ($1, $2)", [APPLICATION, wanted]);
    }
  });
}

/** Not allowed; or, since a schema that may not be used is passed over in the search path, not found. */
function isOfRights(error: unknown): boolean {
  return error instanceof Error && "code" in error && (error.code === "42501" || error.code === "42P01");
}

/** What whoever owns the database is to run, once. */
async function toAdvice(client: Client): Promise<string> {
  const { rows } = await client.query<{ readonly name: string; readonly base: string; readonly made: string }>(
    `SELECT quote_ident(current_user) AS name, quote_ident(current_database()) AS base,
       (SELECT count(*) FROM pg_namespace WHERE nspname = $1) AS made`,
    [SCHEMA],
  );
  const [{ name = "", base = "", made = "0" } = {}] = rows;
  return Number(made) > 0
    ? `The schema ${SCHEMA} is there, and the user may not use it, or its tables, fully. As its owner: ` +
        `ALTER SCHEMA ${SCHEMA} OWNER TO ${name}; where it has tables, REASSIGN OWNED BY whoever made them TO ${name}.`
    : `The user may not make a schema in this database. As its owner: CREATE SCHEMA ${SCHEMA} AUTHORIZATION ${name}; ` +
        `or GRANT CREATE ON DATABASE ${base} TO ${name}.`;
}

/** In one transaction, while no other gateway makes tables. */
export async function withSchemaLock(client: Client, work: () => Promise<unknown>): Promise<void> {
  await client.query("BEGIN");
  try {
    await client.query(`SELECT pg_advisory_xact_lock(${LOCK})`);
    await work();
    await client.query("COMMIT");
  } catch (error) {
    await client.query("ROLLBACK");
    throw error;
  }
}

/** `new`, `ready`, or the earlier version whose tables are there. */
export async function checkSchema(client: Client, wanted = SCHEMA_VERSION): Promise<"new" | "ready" | number> {
  const tables = await client.query<{ readonly name: string }>(
    "SELECT c.relname AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = $1",
    [SCHEMA],
  );
  if (tables.rows.length === 0) return "new";
  const row = tables.rows.some(({ name }) => name === "store_schema")
    ? (await client.query("SELECT * FROM store_schema")).rows[0]
    : undefined;
  if (row?.application === MOVING) {
    throw new SchemaError(
      "A store is being moved into this database: stop the gateway that it comes from, run `npm run move` once more, then start.",
    );
  }
  if (row?.application !== APPLICATION) {
    throw new SchemaError(
      `The database has a schema ${SCHEMA} that belongs to another program: give the gateway a database of its own.`,
    );
  }
  const version = Number(row.version);
  if (version > wanted || !(version >= FIRST_VERSION)) {
    throw new SchemaError(
      `The database has tables of version ${version}; this gateway reads ${wanted}. ` +
        "Start the gateway that wrote them, or give this one another database.",
    );
  }
  return version === wanted ? "ready" : version;
}

export const FIRST_VERSION = 8;

async function makeTables(client: Client, partitions: number): Promise<void> {
  const encoding = await client.query("SELECT current_setting('server_encoding') AS encoding");
  if (encoding.rows[0]?.encoding !== "UTF8") {
    throw new SchemaError("The database is not kept in UTF-8: make one with ENCODING 'UTF8' for the gateway.");
  }
  const made = await client.query("SELECT 1 FROM pg_namespace WHERE nspname = $1", [SCHEMA]);
  // Whoever may not make one in this database may find it made.
  if (made.rows.length === 0) await client.query(`CREATE SCHEMA ${SCHEMA}`);
  await client.query([...tableStatements(partitions), ...(await compression(client, partitions))].join(";\n"));
}

/** Rows too long for a page are compressed by lz4 where the server was built with it: a fifth of the time of its own. */
async function compression(client: Client, partitions: number): Promise<readonly string[]> {
  const found = await client.query(
    "SELECT 1 FROM pg_settings WHERE name = 'default_toast_compression' AND 'lz4' = ANY (enumvals)",
  );
  if (found.rows.length === 0) return [];
  const long = ["resource", "history"];
  const parts = Array.from({ length: partitions > 1 ? partitions : 0 }, (_, n) => `_part_${n}`);
  return long
    .flatMap((table) => ["", ...parts].map((part) => `${table}${part}`))
    .map((table) => `ALTER TABLE ${table} ALTER COLUMN body SET COMPRESSION lz4`);
}

/** What a Citus coordinator is told once, after the gateway has made its tables; the README says what of Citus is not shown. */
export function citusStatements(): readonly string[] {
  const [[first = "", key = ""] = [], ...others] = TABLES_BY_RECORD;
  return [
    ...SHARED_TABLES.map((table) => `SELECT create_reference_table('${table}')`),
    `SELECT create_distributed_table('${first}', '${key}')`,
    ...others.map(
      ([table, column]) => `SELECT create_distributed_table('${table}', '${column}', colocate_with => '${first}')`,
    ),
  ];
}
