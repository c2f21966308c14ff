import { randomUUID } from "node:crypto";
import { Client } from "pg";
import { startOwnPostgres } from "./test-server.ts";

/** A database for one test. */
export interface TestDatabase {
  readonly name: string;
  readonly url: string;
  drop(): Promise<void>;
}

export interface TestPostgres {
  /** Of a database on it in which nothing is to be left. */
  readonly url: string;
  /** A new database, a copy of `template` where one is named. */
  createDatabase(template?: string): Promise<TestDatabase>;
}

let started: Promise<TestPostgres> | undefined;

/**
 * A real PostgreSQL for tests, one for all tests of a process: the one of `DATABASE_URL`, else one of our own, which ends
 * with the process.
 * @throws Error that says what to do when there is none
 */
export function startTestPostgres(): Promise<TestPostgres> {
  started ??= start();
  return started;
}

async function start(): Promise<TestPostgres> {
  const { DATABASE_URL: given = "" } = process.env;
  const url = given === "" ? (await startOwnPostgres()).url : given;
  return { url, createDatabase: (template) => createDatabase(url, template) };
}

/** Of any server, as one that a test has started for itself. */
export async function createDatabase(server: string, template?: string): Promise<TestDatabase> {
  const name = `test_${randomUUID().replaceAll("-", "")}`;
  await administrate(server, `CREATE DATABASE ${name}${template === undefined ? "" : ` TEMPLATE ${template}`}`);
  const url = new URL(server);
  url.pathname = `/${name}`;
  return {
    name,
    url: url.href,
    drop: () => administrate(server, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`),
  };
}

/** Runs one statement on a connection of its own. */
export async function administrate(url: string, sql: string): Promise<void> {
  const client = new Client({ connectionString: url });
  client.on("error", () => {});
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}
