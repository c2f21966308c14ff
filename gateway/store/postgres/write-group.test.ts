import { randomBytes } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { AHEAD_BODY_BYTES_MAX } from "../statements/ahead.ts";
import { contribution, FAMILY, resource } from "../store.fixtures.ts";
import { createPostgresStore } from "./postgres.ts";
import { administrate, startTestPostgres, type TestDatabase } from "./test-postgres.ts";

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

test.each([
  ["small", AHEAD_BODY_BYTES_MAX / 2, false],
  ["large", AHEAD_BODY_BYTES_MAX * 2, true],
])(
  "what a work says that it looks for is read before it runs, but for a large body: one that is %s, of %d bytes, is asked for: %s",
  async (name, bytes, isAsked) => {
    let asked = 0;
    const store = await createPostgresStore({ url: database.url, onAsk: () => (asked += 1) });
    const body = Buffer.from(
      JSON.stringify({ resourceType: "Observation", note: randomBytes(bytes / 2).toString("hex") }),
    );
    const named = { type: "Observation", id: `body-${name}`, idSpace: "" };
    await store.write(async (transaction) =>
      transaction.put(await transaction.createChild(name, ""), resource({ id: named.id, body })),
    );
    const read = await store.write(
      async (transaction) => {
        const before = asked;
        const found = await transaction.resource(named.type, named.id, named.idSpace);
        return { body: found?.body, isAsked: asked > before };
      },
      { resources: [named] },
    );
    expect(read).toEqual({ body, isAsked });
    await store.close();
  },
);

test("with Citus' extension each update and each copy goes out by itself, and does the same", async () => {
  const own = await (await startTestPostgres()).createDatabase();
  await administrate(
    own.url,
    `INSERT INTO pg_extension (oid, extname, extowner, extnamespace, extrelocatable, extversion)
     SELECT 99999, 'citus', extowner, extnamespace, extrelocatable, extversion FROM pg_extension LIMIT 1`,
  );
  const askedOn = async (url: string) => {
    let asked = 0;
    const store = await createPostgresStore({ url, onAsk: () => (asked += 1) });
    const ids = ["c-1", "c-2", "c-3"];
    const names = [{ type: "Patient", id: "c-1" }, ...ids.map((id) => ({ type: "Observation", id }))];
    const putAll = (version: number) =>
      store.write(
        async (transaction) => {
          const record = (await transaction.locate("Patient", "c-1", "")) ?? (await transaction.createChild("c-1", ""));
          for (const id of ids) await transaction.put(record, resource({ id, version }));
          return record;
        },
        { resources: names.map((name) => ({ ...name, idSpace: "" })) },
      );
    await putAll(1);
    await putAll(2);
    const before = asked;
    const record = await putAll(3);
    const after = asked;
    expect((await store.record(record))?.resources.map(({ version }) => version)).toEqual([3, 3, 3]);
    expect(await store.history("Observation", "c-2", "")).toHaveLength(3);
    await store.close();
    return after - before;
  };
  // Of each resource what it was is kept, and what it is put.
  expect(await askedOn(own.url)).toBe((await askedOn(database.url)) + 2 * 2);
  await own.drop();
});

test("children who come under ids drawn just now, and what is told of them, go out together however many they are", async () => {
  let asked = 0;
  const store = await createPostgresStore({ url: database.url, onAsk: () => (asked += 1) });
  const tell = (id: string) =>
    store.write(async (transaction) => {
      const record = await transaction.createChild(id, "", true);
      await transaction.putContribution(record, "leeds", contribution({ localId: id }), [FAMILY]);
      await transaction.put(record, { ...resource({ id: `of-${id}` }), isFirst: true });
      return record;
    });
  const askedFor = async (ids: readonly string[]) => {
    const before = asked;
    const records = await Promise.all(ids.map(tell));
    const after = asked;
    for (const [n, record] of records.entries()) {
      expect((await store.record(record))?.contributions).toMatchObject([{ localId: ids[n] }]);
    }
    return after - before;
  };
  await tell("drawn-0");
  expect(await askedFor(["drawn-1", "drawn-2", "drawn-3", "drawn-4"])).toBe(await askedFor(["drawn-5", "drawn-6"]));
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
