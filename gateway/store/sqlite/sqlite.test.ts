import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { StoredResource } from "../record.ts";
import { idHash } from "../statements/read.ts";
import { storeCases } from "../store.cases.ts";
import { createSqliteStore } from "./sqlite.ts";

const WRITER = fileURLToPath(new URL("sqlite.writer.ts", import.meta.url));

storeCases("SQLite", async () => {
  const directory = mkdtempSync(join(tmpdir(), "store-"));
  const path = join(directory, "store.sqlite");
  const store = createSqliteStore({ path });
  return {
    store,
    reopen: async () => createSqliteStore({ path }),
    async close() {
      await store.close();
      rmSync(directory, { recursive: true });
    },
  };
});

describe("the SQLite file", () => {
  let path = "";
  beforeEach(() => {
    path = join(mkdtempSync(join(tmpdir(), "store-")), "store.sqlite");
  });
  afterEach(() => rmSync(join(path, ".."), { recursive: true }));

  test("a store that is alone counts its own commits, and each is counted when its writer is told", async () => {
    const store = createSqliteStore({ path, isAlone: true });
    const before = await store.changeCounter();
    await store.write((transaction) => transaction.createChild("child-1", ""));
    expect(await store.changeCounter()).not.toBe(before);
    const after = await store.changeCounter();
    await expect(store.write(() => Promise.reject(new Error("no")))).rejects.toThrow("no");
    await store.record(1);
    expect(await store.changeCounter()).toBeGreaterThanOrEqual(after);
    await store.close();
  });

  test("no index is of the rows where a text is equal to another, since statements that bind it would be prepared each time", async () => {
    await createSqliteStore({ path }).close();
    const database = new DatabaseSync(path);
    const indices = database.prepare("SELECT sql FROM sqlite_schema WHERE type = 'index' AND sql LIKE '%WHERE%'").all();
    database.close();
    expect(indices.length).toBeGreaterThan(3);
    expect(indices.filter(({ sql }) => /WHERE.*[^<>!]=\s*'/s.test(String(sql)))).toEqual([]);
  });

  test("what is forgotten is overwritten in the file, on pages of its own too", async () => {
    const canary = "a word of a child whom nobody holds any more; ";
    const content = canary.repeat(400);
    const isInFile = (): boolean => readFileSync(path).includes(canary);
    const store = createSqliteStore({ path });
    await store.write(async (transaction) => {
      const record = await transaction.createChild("p-1", "");
      const told = { ...observation("a"), body: Buffer.from(content) };
      await transaction.put(record, told);
      await transaction.put(record, { ...told, version: 2, body: Buffer.from("{}") });
      await transaction.remove("Observation", "a", "", 5);
      const held = { id: "q-1", delivery: "r-1", source: "s", line: 1, issues: "[]", content, createdAt: 1 } as const;
      await transaction.quarantine({ ...held, reached: "received", state: "quarantined" });
    });
    await store.close();
    expect(isInFile()).toBe(true);
    const again = createSqliteStore({ path });
    await again.write(async (transaction) => {
      await transaction.closeQuarantine("q-1", "discarded", 9);
      await transaction.forgetPast(1, "s");
    });
    await again.close();
    expect(isInFile()).toBe(false);
  });

  test("ids whose hashes are equal are told apart", async () => {
    const store = createSqliteStore({ path });
    await store.write(async (transaction) => {
      const record = await transaction.createChild("p-1", "");
      for (const id of ["a", "b"]) await transaction.put(record, observation(id));
    });
    const database = new DatabaseSync(path);
    database.prepare("UPDATE resource_id SET hash = ?").run(idHash("Observation", "a", ""));
    database.close();
    const current = await store.write((transaction) => transaction.current("Observation", "a", ""));
    expect(current?.contentHash).toBe("a");
    expect((await store.history("Observation", "a", "")).map(({ body }) => body?.toString())).toEqual(["a"]);
    await store.close();
  });

  test("ids of two spaces whose hashes are equal are told apart", async () => {
    const store = createSqliteStore({ path });
    const inSpace = (idSpace: string) =>
      store.write(async (transaction) => {
        const record = await transaction.createChild("p-1", idSpace);
        await transaction.put(record, observation("a"));
        return record;
      });
    const [elsewhere, here] = [await inSpace("other"), await inSpace("")];
    const database = new DatabaseSync(path);
    database.prepare("UPDATE resource_id SET hash = ?").run(idHash("Observation", "a", ""));
    database.close();
    expect(await store.locate("Observation", "a", "")).toBe(here);
    expect((await store.history("Observation", "a", "")).map(({ record }) => record)).toEqual([here]);
    await store.write((transaction) => transaction.remove("Observation", "a", "", 2));
    expect((await store.record(elsewhere))?.resources).toHaveLength(1);
    expect((await store.history("Observation", "a", "")).map(({ version }) => version)).toEqual([2, 1]);
    await store.close();
  });

  test("expired single uses are swept by later ones", async () => {
    let now = 1_000;
    const store = createSqliteStore({ path, clock: () => now });
    const use = (key: string) => store.write((transaction) => transaction.useOnce(key, now + 10));
    for (let n = 0; n < 10; n += 1) await use(`early-${n}`);
    now = 2_000;
    for (let n = 0; n < 4; n += 1) await use(`late-${n}`);
    const database = new DatabaseSync(path);
    expect(database.prepare("SELECT count(*) AS uses FROM single_use").get()).toEqual({ uses: 4 });
    database.close();
    await store.close();
  });

  test.each([
    ["alone", true],
    ["beside others", false],
  ])(
    "kill -9 in the middle of writes leaves every acknowledged write whole, and none by half: %s",
    async (_, isAlone) => {
      for (const acknowledgements of [1, 40, 400]) {
        const acknowledged = await killedAfter(acknowledgements, path, isAlone);
        const store = createSqliteStore({ path });
        try {
          for (const patientId of acknowledged) {
            const key = await store.locate("Patient", patientId, "");
            const record = key === undefined ? undefined : await store.record(key);
            expect(record?.resources).toHaveLength(5);
            expect(await store.receipt(patientId)).toBe(patientId);
          }
          for (const key of await store.scanRecords({}, 0, 1_000_000)) {
            const record = await store.record(key);
            expect(record?.resources.map(({ body }) => body.toString().trim())).toEqual(
              Array.from({ length: 5 }, () => record?.patientId),
            );
          }
        } finally {
          await store.close();
          for (const suffix of ["", "-wal", "-shm"]) rmSync(path + suffix, { force: true });
        }
      }
    },
  );
});

function observation(id: string): StoredResource {
  return {
    type: "Observation",
    id,
    version: 1,
    lastUpdated: 1,
    source: "s",
    dataClass: "education",
    body: Buffer.from(id),
    keys: "",
    contentHash: id,
  };
}

/** Runs the writer, kills it once it has acknowledged so many children, and answers with all that it acknowledged. */
async function killedAfter(acknowledgements: number, path: string, isAlone: boolean): Promise<readonly string[]> {
  const writer = spawn(process.execPath, [WRITER, path, ...(isAlone ? ["alone"] : [])], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let output = "";
  let killed = false;
  for await (const chunk of writer.stdout) {
    output += String(chunk);
    if (!killed && output.split("\n").length > acknowledgements) {
      killed = true;
      writer.kill("SIGKILL");
    }
  }
  const lines = output.split("\n").slice(0, -1);
  expect(lines.length).toBeGreaterThanOrEqual(acknowledgements);
  return lines;
}
