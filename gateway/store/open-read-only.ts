import { existsSync } from "node:fs";
import { openSqliteReadOnly } from "./sqlite/read-only.ts";
import type { ReadVerbs } from "./store.ts";

/** A store that is read beside whatever runs on it. */
export interface ReadOnlyStore extends ReadVerbs {
  close(): void | Promise<void>;
}

export interface StorePlace {
  /** A PostgreSQL database; absent: the embedded store's file. */
  readonly databaseUrl?: string;
  /** Of the embedded store's file. */
  readonly path: string;
}

/**
 * Opens a store for reading alone, whether a gateway runs on it or not: nothing in it is changed. `undefined` before one was
 * first started.
 *
 * @throws SchemaError when it was written by another version or program
 * @throws StoreUnavailableError when its database cannot be reached
 */
export async function openReadOnly({ databaseUrl, path }: StorePlace): Promise<ReadOnlyStore | undefined> {
  if (databaseUrl === undefined) return existsSync(path) ? openSqliteReadOnly(path) : undefined;
  const { openPostgresReadOnly } = await import("./postgres/read-only.ts");
  return openPostgresReadOnly(databaseUrl);
}
