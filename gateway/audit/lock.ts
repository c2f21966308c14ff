import { DatabaseSync } from "node:sqlite";

/** Another process writes under the name. */
export class AuditNameTaken extends Error {
  override readonly name = "AuditNameTaken";
}

/**
 * Holds a file for this process alone, or beside others that hold it so, until it is released or the process ends, however
 * it ends. SQLite's lock is the one lock of the operating system that Node reaches without a package.
 *
 * @throws AuditNameTaken when somebody holds it with whom this process cannot
 */
export function takeLock(path: string, { isShared = false } = {}): { release(): void } {
  const database = new DatabaseSync(path, { timeout: 0 });
  try {
    // A transaction that has read holds the lock that others may hold, too.
    database.exec(isShared ? "BEGIN; SELECT count(*) FROM sqlite_schema" : "BEGIN EXCLUSIVE");
  } catch (cause) {
    database.close();
    throw new AuditNameTaken("Another process writes this audit log: each process needs a name of its own.", { cause });
  }
  return { release: () => database.close() };
}
