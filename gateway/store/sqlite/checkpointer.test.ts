import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { createCheckpointer } from "./checkpointer.ts";
import { type Connection, openConnection } from "./connection.ts";

const CHANGES_MAX = 100;
/** The thread may have to wait for a processor for long. */
const STARVED_MS = 120_000;

describe("the thread that copies the log", () => {
  let directory = "";
  let path = "";
  let writer: Connection;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), "checkpoints-"));
    path = join(directory, "store.sqlite");
    writer = openConnection(path);
    writer.database.exec("PRAGMA wal_autocheckpoint = 0; PRAGMA wal_checkpoint(TRUNCATE)");
  });
  afterEach(() => {
    writer.database.close();
    rmSync(directory, { recursive: true });
  });

  const write = (rows: number): void => {
    writer.database.exec("BEGIN");
    for (let n = 0; n < rows; n += 1) {
      writer
        .statement("INSERT INTO receipt (id, source, body) VALUES (hex(randomblob(16)), 's', hex(randomblob(500)))")
        .run();
    }
    writer.database.exec("COMMIT");
  };

  test("does not start for little, and starts when much is written on end", async () => {
    const checkpointer = createCheckpointer(writer, { path, changesMax: CHANGES_MAX });
    const commit = (rows: number): boolean => {
      write(rows);
      checkpointer.committed();
      return checkpointer.isAtWork;
    };
    expect([commit(CHANGES_MAX - 1), commit(1), commit(CHANGES_MAX - 1), commit(1)]).toEqual([
      false,
      false,
      false,
      true,
    ]);
    await checkpointer.close();
    expect(checkpointer.isAtWork).toBe(false);
  });

  test("brings what was committed into the file while the writer goes on, and lets go of it at the end", async () => {
    const checkpointer = createCheckpointer(writer, { path, changesMax: 1 });
    const commit = (rows: number): void => {
      write(rows);
      checkpointer.committed();
    };
    const before = statSync(path).size;
    commit(1_000);
    const logSize = () => statSync(`${path}-wal`).size;
    const longest = logSize();
    await vi.waitFor(() => {
      commit(2);
      // Where all is in the file, the writer begins its log anew instead of making it longer.
      const size = logSize();
      commit(2);
      expect(logSize()).toBe(size);
    }, STARVED_MS);
    expect(longest).toBeGreaterThan(1_000_000);
    expect(statSync(path).size).toBeGreaterThan(before + 1_000_000);
    await checkpointer.close();
    expect(writer.statement("PRAGMA integrity_check").get()).toEqual({ integrity_check: "ok" });
  });

  test("is not started again once it was closed", async () => {
    const checkpointer = createCheckpointer(writer, { path, changesMax: 1 });
    await checkpointer.close();
    for (let n = 0; n < 3; n += 1) {
      write(2);
      checkpointer.committed();
    }
    expect(checkpointer.isAtWork).toBe(false);
  });
});
