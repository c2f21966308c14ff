import { Client } from "pg";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { resource } from "../store.fixtures.ts";
import type { Store, WriteOptions } from "../store.ts";
import { StoreUnavailableError } from "../unavailable.ts";
import { ask, emptyTables } from "./postgres.fixtures.ts";
import { createPostgresStore } from "./postgres.ts";
import { type BreakingProxy, startProxy, type Verdict } from "./proxy.fixtures.ts";
import { startTestPostgres, type TestDatabase } from "./test-postgres.ts";

/** On a busy machine a server takes its time over a connection or a lock, and is there all the same. */
const LIMITS = { connectMs: 60_000, statementMs: 60_000, lockMs: 60_000, silenceMs: 60_000 };
const SILENCE_MS = 1_500;

/** So much is said as in most bodies that it is kept against words. */
const LIKE_OTHERS = Buffer.from(
  '{"resourceType":"Observation","id":"o-2","status":"final","code":{"coding":[{"system":"http://loinc.org","code":"29463-7"}]}}',
);

let database: TestDatabase;
let proxy: BreakingProxy;
let store: Store;

beforeEach(async () => {
  database = await (await startTestPostgres()).createDatabase();
  proxy = await startProxy(database.url);
  store = await createPostgresStore({ url: proxy.url, limits: LIMITS });
});
afterEach(async () => {
  await store.close();
  await proxy.close();
  await database.drop();
});

/** Ends the sessions of the store on the server: those within a transaction, or all. */
async function terminate(where = "state LIKE 'idle in transaction%'"): Promise<void> {
  await ask(
    database.url,
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
     WHERE datname = current_database() AND application_name = 'early-years-gateway' AND ${where}`,
  );
}

async function children(): Promise<readonly string[]> {
  const rows = await ask(database.url, "SELECT patient_id FROM early_years_gateway.record ORDER BY patient_id");
  return rows.map((row) => String(row.patient_id));
}

describe("a connection that is lost", () => {
  test("in mid-work: the works of the group are run again as a whole, and each stands once", async () => {
    const attempts: string[] = [];
    const work = (name: string, breaks: boolean) =>
      store.write(async (transaction) => {
        attempts.push(name);
        const key = await transaction.createChild(name, "");
        await transaction.put(key, resource({ id: `o-${name}` }));
        if (breaks && attempts.filter((one) => one === name).length === 1) await terminate();
        expect((await transaction.record(key))?.resources).toHaveLength(1);
        return key;
      });
    const [first, second, third] = await Promise.all([work("p-1", false), work("p-2", true), work("p-3", false)]);
    expect(attempts.filter((one) => one === "p-2")).toHaveLength(2);
    expect(attempts.at(-1)).toBe("p-3");
    expect(await children()).toEqual(["p-1", "p-2", "p-3"]);
    expect(await Promise.all([first, second, third].map((key) => store.recordVersion(key)))).toEqual([1, 1, 1]);
  });

  test("a work that hides the failure from itself is run again as well", async () => {
    let attempts = 0;
    const done = await store.write(async (transaction) => {
      attempts += 1;
      await transaction.createChild("p-1", "");
      if (attempts > 1) return "told";
      await terminate();
      return transaction.record(1).then(
        () => "not noticed",
        () => "hidden",
      );
    });
    expect([done, attempts]).toEqual(["told", 2]);
    expect(await children()).toEqual(["p-1"]);
  });

  test("again and again: the work is told that the store is not to be had, and nothing of it stays", async () => {
    let attempts = 0;
    const work = store.write(async (transaction) => {
      attempts += 1;
      await transaction.createChild("p-1", "");
      await terminate();
      await transaction.locate("Patient", "p-1", "");
    });
    await expect(work).rejects.toThrow(StoreUnavailableError);
    expect(attempts).toBe(3);
    expect(await children()).toEqual([]);
    await store.write((transaction) => transaction.createChild("p-2", ""));
    expect(await children()).toEqual(["p-2"]);
  });

  test("while nobody writes: what a server noted that has lost its last commits is not relied on", async () => {
    const put = (id: string) =>
      store.write(async (transaction) => {
        const key = await transaction.createChild(`p-${id}`, "");
        await transaction.put(key, resource({ id, body: LIKE_OTHERS }));
        return key;
      });
    await put("o-1");
    await terminate("true");
    await emptyTables(database.url);
    await ask(database.url, "SELECT nextval(c.oid::regclass) FROM pg_class c WHERE c.relkind = 'S'");
    const key = await put("o-2");
    const [held] = (await store.record(key))?.resources ?? [];
    expect([held?.id, held?.source, held?.body.equals(LIKE_OTHERS)]).toEqual(["o-2", resource().source, true]);
    const kept = await ask(database.url, "SELECT get_byte(body, 0) AS mark FROM early_years_gateway.resource");
    expect(kept).toEqual([{ mark: 0 }]);
  });

  test.each<{ readonly verdict: Verdict; readonly runs: number; readonly outcome: string }>([
    { verdict: "cut-after-passing", runs: 1, outcome: "was done: it is told so, and not run again" },
    { verdict: "cut", runs: 2, outcome: "was not done: it is run again" },
  ])("while its commit is under way, which $outcome", async ({ verdict, runs }) => {
    let attempts = 0;
    let cuts = 0;
    proxy.judge = (sent) => {
      if (cuts > 0 || !isCommit(sent)) return "pass";
      cuts += 1;
      return verdict;
    };
    const key = await store.write(async (transaction) => {
      attempts += 1;
      return transaction.createChild("p-1", "");
    });
    expect([attempts, cuts]).toEqual([runs, 1]);
    expect(await children()).toEqual(["p-1"]);
    expect(await store.locate("Patient", "p-1", "")).toBe(key);
  });

  test("while reading: the reading is done again", async () => {
    const key = await store.write((transaction) => transaction.createChild("p-1", ""));
    await store.record(key);
    await terminate("TRUE");
    const [record, located, counter] = await Promise.all([
      store.record(key),
      store.locate("Patient", "p-1", ""),
      store.changeCounter(),
    ]);
    expect([record?.patientId, located, typeof counter]).toEqual(["p-1", key, "number"]);
  });

  test("a server that has gone silent is given up, and asked anew", async () => {
    const key = await store.write((transaction) => transaction.createChild("p-1", ""));
    const hasty = await createPostgresStore({
      url: proxy.url,
      limits: { ...LIMITS, connectMs: 2_000, silenceMs: SILENCE_MS },
    });
    await hasty.recordVersion(key);
    let isSilent = true;
    proxy.judge = () => (isSilent ? "swallow" : "pass");
    const asked = hasty.recordVersion(key);
    setTimeout(() => {
      isSilent = false;
    }, SILENCE_MS / 2);
    expect(await asked).toBe(1);
    await hasty.close();
  });
});

/** The simple query COMMIT, alone in what was sent or at its end. */
function isCommit(sent: Buffer): boolean {
  return sent.subarray(-8).toString("latin1") === "\tCOMMIT\0" || sent.includes("COMMIT\0");
}

describe("a server that cannot do what it is asked", () => {
  test("one that only reads, as after a failover, is told as unavailable until one that writes is there", async () => {
    await store.write((transaction) => transaction.createChild("p-1", ""));
    await ask(database.url, `ALTER DATABASE ${database.name} SET default_transaction_read_only = on`);
    await terminate("TRUE");
    await expect(store.write((transaction) => transaction.createChild("p-2", ""))).rejects.toThrow(
      StoreUnavailableError,
    );
    expect(await store.locate("Patient", "p-1", "")).toBeDefined();
    await expect(store.ping()).rejects.toThrow(StoreUnavailableError);
    const { url } = await startTestPostgres();
    await ask(url, `ALTER DATABASE ${database.name} RESET default_transaction_read_only`);
    await store.write((transaction) => transaction.createChild("p-2", ""));
    await store.ping();
    expect(await children()).toEqual(["p-1", "p-2"]);
  });

  test.each<[string, WriteOptions]>([
    ["says nothing ahead", {}],
    ["says ahead what it looks for", { resources: [{ type: "Patient", id: "p-1", idSpace: "" }] }],
  ])("a work that %s waits for another's transaction as long as is set, and is told", async (_, options) => {
    const hasty = await createPostgresStore({ url: proxy.url, limits: { ...LIMITS, lockMs: 300 } });
    const other = new Client({ connectionString: database.url });
    await other.connect();
    await other.query("BEGIN; UPDATE early_years_gateway.store_change SET number = number");
    await expect(hasty.write((transaction) => transaction.createChild("p-1", ""), options)).rejects.toThrow(
      /cannot do this for the time being \(55P03\)/,
    );
    await other.query("ROLLBACK");
    await other.end();
    await hasty.write((transaction) => transaction.createChild("p-2", ""));
    expect(await children()).toEqual(["p-2"]);
    await hasty.close();
  });

  test.each(["40001", "40P01"])("transactions in each other's way (%s) are run again", async (code) => {
    await ask(
      database.url,
      `SET search_path = early_years_gateway; CREATE SEQUENCE failures;
       CREATE FUNCTION fail_once() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
         IF nextval('early_years_gateway.failures') = 1 THEN RAISE EXCEPTION USING ERRCODE = '${code}'; END IF;
         RETURN NEW; END $$;
       CREATE TRIGGER failing BEFORE INSERT ON standing FOR EACH ROW EXECUTE FUNCTION fail_once()`,
    );
    let attempts = 0;
    await store.write(async (transaction) => {
      attempts += 1;
      const key = await transaction.createChild("p-1", "");
      await transaction.setStanding(key, ["383"]);
    });
    expect(attempts).toBe(2);
    expect(await children()).toEqual(["p-1"]);
  });

  test("a statement that is refused fails its work alone, and its words hold no value", async () => {
    await ask(database.url, "ALTER TABLE early_years_gateway.record ADD CHECK (patient_id <> 'secret-1')");
    const results = await Promise.allSettled(
      ["p-1", "secret-1", "p-2"].map((id) => store.write((transaction) => transaction.createChild(id, ""))),
    );
    expect(results.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
    const [, refused] = results;
    const reason = refused?.status === "rejected" ? refused.reason : undefined;
    expect(`${reason} ${JSON.stringify(reason)}`).toMatch(/23514/);
    expect(`${reason} ${JSON.stringify(reason)} ${reason.stack}`).not.toContain("secret-1");
  });

  test("a commit that is refused is told to all whose works it was to hold, and not asked for again and again", async () => {
    await ask(
      database.url,
      `SET search_path = early_years_gateway;
       CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION USING ERRCODE = '23514'; END $$;
       CREATE CONSTRAINT TRIGGER failing AFTER INSERT ON standing DEFERRABLE INITIALLY DEFERRED
         FOR EACH ROW EXECUTE FUNCTION fail()`,
    );
    const runs = new Map<string, number>();
    const write = (id: string) =>
      store.write(async (transaction) => {
        runs.set(id, (runs.get(id) ?? 0) + 1);
        await transaction.setStanding(await transaction.createChild(id, ""), ["383"]);
      });
    const results = await Promise.allSettled(["p-1", "p-2", "p-3"].map(write));
    expect(results.map(({ status }) => status)).toEqual(["rejected", "rejected", "rejected"]);
    expect(Math.max(...runs.values())).toBeLessThanOrEqual(2);
    await store.write((transaction) => transaction.createChild("p-4", ""));
    expect(await children()).toEqual(["p-4"]);
  });

  test("of a write that is not waited for, the refusal is told to the work in the end, and a verb that comes after", async () => {
    await ask(database.url, "ALTER TABLE early_years_gateway.standing ADD CHECK (authority <> 'nowhere')");
    const key = await store.write((transaction) => transaction.createChild("p-1", ""));
    const told = store.write((transaction) => transaction.setStanding(key, ["nowhere"]));
    await expect(told).rejects.toThrow("23514");
    const later: string[] = [];
    const work = store.write(async (transaction) => {
      await transaction.setStanding(key, ["nowhere"]);
      later.push(
        await transaction.locate("Patient", "p-1", "").then(
          () => "found",
          (error: Error) => error.message,
        ),
      );
    });
    await expect(work).rejects.toThrow("23514");
    expect(later).toEqual([expect.stringContaining("23514")]);
  });
});
