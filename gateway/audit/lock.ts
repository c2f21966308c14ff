import { DatabaseSync } from "node:sqlite";

/**
 * Holds a file for this process alone until it is released or the process ends, however it ends. SQLite's lock is the
 * one lock of the operating system that Node reaches without a package.
 *
 * @throws when somebody else holds it
 */
export function takeLock(path: string): { release(): void } {
  const database = new DatabaseSync(path, { timeout: 0 });
  try {
    database.exec("BEGIN EXCLUSIVE");
  } catch (cause) {
    database.close();
    throw new Error("Another process writes this audit log: each process needs a name of its own.", { cause });
  }
  return { release: () => database.close() };
}
