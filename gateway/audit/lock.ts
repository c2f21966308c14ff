import { DatabaseSync } from "node:sqlite";

/** Another process writes under the name. */
export class AuditNameTaken extends Error {
  override readonly name = "AuditNameTaken";
}

/**
 * Holds a file for this process alone until it is released or the process ends, however it ends. SQLite's lock is the
 * one lock of the operating system that Node reaches without a package.
 *
 * @throws AuditNameTaken when somebody else holds it
 */
export function takeLock(path: string): { release(): void } {
  const database = new DatabaseSync(path, { timeout: 0 });
  try {
    database.exec("BEGIN EXCLUSIVE");
  } catch (cause) {
    database.close();
    throw new AuditNameTaken("Another process writes this audit log: each process needs a name of its own.", { cause });
  }
  return { release: () => database.close() };
}
