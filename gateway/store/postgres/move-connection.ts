import { Client } from "pg";
import { MoveError } from "../move/side.ts";
import { toStoreError } from "./errors.ts";
import { SCHEMA } from "./schema.ts";
import { toGivenUrl } from "./wire.ts";

/** What the server lists a move's connection as. */
const MOVE_NAME = "early-years-gateway-move";
const CONNECT_MS = 5_000;
/** Any number that no other program is likely to lock: "EYFM". */
const LOCK = 0x4559464d;

/** One connection, and no other move on the same database. @throws MoveError */
export async function openForMove(url: string): Promise<Client> {
  let client: Client | undefined;
  try {
    client = new Client({
      connectionString: toGivenUrl(url),
      application_name: MOVE_NAME,
      connectionTimeoutMillis: CONNECT_MS,
    });
    client.on("error", () => {});
    await client.connect();
    await client.query(
      `SET search_path = ${SCHEMA}; SET client_min_messages = error; SET jit = off;
       SET statement_timeout = 0; SET lock_timeout = 0; SET idle_in_transaction_session_timeout = 0`,
    );
    const taken = await client.query<{ readonly is_ours: boolean }>(`SELECT pg_try_advisory_lock(${LOCK}) AS is_ours`);
    if (taken.rows[0]?.is_ours !== true) throw new MoveError("Another move is under way on this database.");
    return client;
  } catch (error) {
    await client?.end().catch(() => {});
    throw error instanceof MoveError ? error : toStoreError(error);
  }
}

/** Whether a gateway has the store of the database open. */
export async function isInUse(client: Client): Promise<boolean> {
  const found = await client.query(
    `SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()
       AND application_name LIKE 'early-years-gateway%' AND application_name <> $1 LIMIT 1`,
    [MOVE_NAME],
  );
  return found.rows.length > 0;
}
