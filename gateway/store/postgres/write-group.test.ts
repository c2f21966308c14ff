import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { resource } from "../store.fixtures.ts";
import { createPostgresStore } from "./postgres.ts";
import { startTestPostgres, type TestDatabase } from "./test-postgres.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await (await startTestPostgres()).createDatabase();
});
afterAll(() => database.drop());

const UPDATES = 30;

test("what works say that they look for is asked together, and what they write goes out together", async () => {
  let asked = 0;
  const store = await createPostgresStore({ url: database.url, onAsk: () => (asked += 1) });
  const ids = Array.from({ length: UPDATES }, (_, n) => `o-${n}`);
  await store.write(async (transaction) => {
    const record = await transaction.createChild("p-1", "");
    for (const id of ids) await transaction.put(record, resource({ id }));
  });
  const update = (id: string, idSpace = "") =>
    store.write(
      async (transaction) => {
        const record = await transaction.locate("Patient", "p-1", idSpace);
        const before = await transaction.resource("Observation", id, idSpace);
        const current = await transaction.current("Observation", id, idSpace);
        if (record === undefined || before?.version !== current?.version) throw new Error("It is not there.");
        await transaction.put(record, resource({ id, version: (current?.version ?? 0) + 1 }));
      },
      {
        resources: [
          { type: "Observation", id, idSpace },
          { type: "Patient", id: "p-1", idSpace },
        ],
      },
    );
  await update("o-0");
  const before = asked;
  await Promise.all(ids.map((id) => update(id)));
  // The transaction's ends and its two marks, what is read of children and of resources, and of each table one write.
  expect(asked - before).toBeLessThanOrEqual(4 + 3 + 3);
  expect((await store.record(1))?.resources.map(({ version }) => version)).toEqual([3, ...ids.slice(1).map(() => 2)]);
  await store.close();
});

test("no work runs while another machine writes, nor when it is run again, so that the time it reads is after that", async () => {
  const [here, there] = await Promise.all([database, database].map(({ url }) => createPostgresStore({ url })));
  if (here === undefined || there === undefined) throw new Error("Two are opened.");
  let isHeld = false;
  let holds = 0;
  const hold = (id: string, held: () => void) =>
    there.write(async (transaction) => {
      await transaction.createChild(id, "");
      isHeld = true;
      holds += 1;
      held();
      await pause(150);
      isHeld = false;
    });
  let first: Promise<void> | undefined;
  await new Promise<void>((resolve) => {
    first = hold("there-1", resolve);
  });
  const besideAnother: boolean[] = [];
  let second: Promise<void> | undefined;
  const works = [
    here.write(async (transaction) => {
      const [wasHeld, before] = [isHeld, holds];
      await transaction.createChild("here", "");
      besideAnother.push(wasHeld || holds > before);
    }),
    here.write(async (transaction) => {
      await transaction.createChild("refused", "");
      second ??= hold("there-2", () => {});
      // By now the other waits for this one, and nearly always comes before it is run again.
      await pause(100);
      throw new Error("refused");
    }),
  ];
  expect((await Promise.allSettled(works)).map(({ status }) => status)).toEqual(["fulfilled", "rejected"]);
  await Promise.all([first, second]);
  expect(besideAnother).toEqual([false, false]);
  await Promise.all([here.close(), there.close()]);
});
