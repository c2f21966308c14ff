import type { Client } from "pg";
import { prepareSchema, type SchemaOptions, withSchemaLock } from "./schema.ts";

/**
 * What the machines have in common, beside the tables of the store, which these are no part of: none of it is moved with
 * a store, and each may be emptied while no gateway runs; secrets are then made anew, and tokens end.
 */
const TABLES = `
-- The fence: written by whoever has told of a change, read with every question that something near would answer. Not
-- logged, so that it costs no flush: a crash empties it, and numbers that are new make all that anybody holds void.
CREATE UNLOGGED TABLE IF NOT EXISTS store_fence (
  one BIGINT PRIMARY KEY CHECK (one = 1),
  changes BIGINT NOT NULL,
  era BIGINT NOT NULL,
  server BIGINT NOT NULL,
  taken BIGINT NOT NULL
) WITH (fillfactor = 10);
-- ('access-token.production/000001.jwk.json', 'mQ3…': nonce, tag and AES-256-GCM of it under a key from IDENTITY_KEY)
CREATE TABLE IF NOT EXISTS store_secret (name TEXT COLLATE "C" PRIMARY KEY, sealed TEXT NOT NULL);
-- ('5f0c91d2a4be', 'gateway-a', 1, 1, 'https://gateway.example', 1769860800000, 1769860799000): a data directory, and when it was heard of last
CREATE TABLE IF NOT EXISTS store_machine (
  id TEXT COLLATE "C" PRIMARY KEY,
  host TEXT NOT NULL,
  has_redis BIGINT NOT NULL,
  has_register BIGINT NOT NULL,
  base_url TEXT NOT NULL,
  at BIGINT NOT NULL,
  copied_at BIGINT
) WITH (fillfactor = 50);
-- ('5f0c91d2a4be/gateway', 0): a chain of the audit log
CREATE TABLE IF NOT EXISTS store_number (name TEXT COLLATE "C" PRIMARY KEY, number BIGINT NOT NULL UNIQUE);
-- ('5f0c91d2a4be', 'gateway.2026-01-31.000001.journal', 48211, '…}}\\n'): how far it was copied, and its last bytes
CREATE TABLE IF NOT EXISTS store_file (
  machine TEXT COLLATE "C" NOT NULL,
  name TEXT COLLATE "C" NOT NULL,
  bytes BIGINT NOT NULL,
  tail TEXT NOT NULL,
  PRIMARY KEY (machine, name)
) WITH (fillfactor = 50);
-- Bytes of those files on their way, for a day.
CREATE TABLE IF NOT EXISTS store_part (
  machine TEXT COLLATE "C" NOT NULL,
  name TEXT COLLATE "C" NOT NULL,
  start BIGINT NOT NULL,
  bytes BYTEA NOT NULL,
  at BIGINT NOT NULL,
  PRIMARY KEY (machine, name, start)
);
-- Files of which somebody lacks what is on its way no more.
CREATE TABLE IF NOT EXISTS store_wish (
  machine TEXT COLLATE "C" NOT NULL,
  name TEXT COLLATE "C" NOT NULL,
  PRIMARY KEY (machine, name)
);
`;

/** Makes the store's tables, and these, where they are not there. @throws SchemaError as `prepareSchema` */
export async function prepareCommons(client: Client, options: SchemaOptions = {}): Promise<void> {
  await prepareSchema(client, options);
  const found = await client.query("SELECT to_regclass('store_wish') AS newest");
  if (found.rows[0]?.newest != null) return;
  await withSchemaLock(client, () => client.query(TABLES));
}
