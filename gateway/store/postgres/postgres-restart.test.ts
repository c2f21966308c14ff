import { setTimeout as pause } from "node:timers/promises";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { Store } from "../store.ts";
import { StoreUnavailableError } from "../unavailable.ts";
import { createPostgresStore } from "./postgres.ts";
import { createDatabase } from "./test-postgres.ts";
import { type OwnPostgres, startOwnPostgres } from "./test-server.ts";

let server: OwnPostgres;
let store: Store;

beforeEach(async () => {
  // What was told to be durable is looked for after a crash.
  server = await startOwnPostgres(["fsync=on"]);
  store = await createPostgresStore({ url: (await createDatabase(server.url)).url });
});
afterEach(async () => {
  await store.close();
  await server.end();
});

test.each(["fast", "immediate"] as const)(
  "a server that is restarted (%s) under load loses nothing that was acknowledged, and refuses nothing but for that",
  async (how) => {
    const acknowledged: string[] = [];
    const refused: unknown[] = [];
    let isOver = false;
    const write = async (connection: number): Promise<void> => {
      for (let n = 0; !isOver; n += 1) {
        const id = `p-${connection}-${n}`;
        await store
          .write((transaction) => transaction.createChild(id, ""))
          .then(
            () => acknowledged.push(id),
            async (error: unknown) => {
              refused.push(error);
              await pause(20);
            },
          );
      }
    };
    const writing = Promise.all(Array.from({ length: 8 }, (_, connection) => write(connection)));
    await expect.poll(() => acknowledged.length).toBeGreaterThan(8);
    await server.stop(how);
    await server.start();
    const before = acknowledged.length;
    await expect.poll(() => acknowledged.length).toBeGreaterThan(before + 8);
    isOver = true;
    await writing;
    // Longer than it is waited for, on a busy machine.
    expect(refused.filter((error) => !(error instanceof StoreUnavailableError))).toEqual([]);
    for (const id of acknowledged) expect(await store.locate("Patient", id, "")).toBeDefined();
    expect(await store.scanRecords({}, 0, 1_000_000)).toHaveLength(acknowledged.length);
  },
);

test("while a server is away, all is refused as unavailable; when it is back, all is as it was", async () => {
  const key = await store.write((transaction) => transaction.createChild("p-1", ""));
  await store.ping();
  await server.stop();
  const asked = await Promise.allSettled([
    store.record(key),
    store.recordVersion(key),
    store.changeCounter(),
    store.write((transaction) => transaction.createChild("p-2", "")),
    store.ping(),
  ]);
  expect(asked.map((one) => one.status === "rejected" && one.reason instanceof StoreUnavailableError)).toEqual(
    asked.map(() => true),
  );
  await expect(store.record(key)).rejects.toThrow(/cannot be reached \(ECONNREFUSED\)/);
  await server.start();
  await expect
    .poll(() =>
      store.ping().then(
        () => "up",
        () => "down",
      ),
    )
    .toBe("up");
  expect((await store.record(key))?.patientId).toBe("p-1");
  await store.write((transaction) => transaction.createChild("p-2", ""));
  expect(await store.scanRecords({}, 0, 9)).toHaveLength(2);
});
