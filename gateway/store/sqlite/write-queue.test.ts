import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openConnection } from "./connection.ts";
import { createWriteQueue } from "./write-queue.ts";

const NORMAL = 1;
const FULL = 2;

test("a commit is flushed unless all works in it may be flushed later, and one that is not flushes what came before", async () => {
  const directory = mkdtempSync(join(tmpdir(), "queue-"));
  const connection = openConnection(join(directory, "store.sqlite"));
  const queue = createWriteQueue(connection, { clock: () => 0, onCommit: () => undefined });
  const safety = async () => connection.database.prepare("PRAGMA synchronous").get()?.synchronous;
  const later = () => queue.add(safety, { flush: "later" });
  const now = () => queue.add(safety);
  try {
    expect(await Promise.all([later(), later(), now(), later(), now()])).toEqual([NORMAL, NORMAL, FULL, FULL, FULL]);
    expect(await Promise.all([later()])).toEqual([NORMAL]);
    expect(await Promise.all([now()])).toEqual([FULL]);
  } finally {
    await queue.close();
    connection.database.close();
    rmSync(directory, { recursive: true });
  }
});
