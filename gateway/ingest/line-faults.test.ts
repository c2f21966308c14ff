import { afterEach, describe, expect, test } from "vitest";
import type { Store, WriteTransaction } from "../store/store.ts";
import { StoreUnavailableError } from "../store/unavailable.ts";
import {
  inChunks,
  observationsOf,
  onlyRecord,
  recordsOf,
  startLine,
  type TestLine,
  toCsv,
  toProfileRow,
  toTables,
} from "./line.fixtures.ts";

let line: TestLine;

afterEach(() => line.close());

describe("faults", () => {
  /** A store that takes nothing more after some transactions, as one whose disk is full. */
  function failingAfter(writes: number, store: Store): Store {
    let left = writes;
    const failing: Store = Object.create(store);
    failing.write = (work) => {
      left -= 1;
      return left < 0 ? Promise.reject(new Error("disk full")) : store.write(work);
    };
    return failing;
  }

  /** The transaction itself, but for what one child of the source contributes. */
  function refusing(transaction: WriteTransaction, localId: string): WriteTransaction {
    return new Proxy(transaction, {
      get(target, name) {
        const verb: unknown = Reflect.get(target, name);
        if (typeof verb !== "function") return verb;
        if (name !== "putContribution") return verb.bind(target);
        return async (...told: Parameters<WriteTransaction["putContribution"]>) => {
          if (told[2].localId === localId) throw new Error("refused by the store");
          await target.putContribution(...told);
        };
      },
    });
  }

  const pupils = Array.from({ length: 200 }, (_, n) =>
    toProfileRow({ FSP_PupilMatchingRef: `P${n}`, FSP_UPN: "", FSP_FORENAME: `Name${n}` }),
  );

  test("a store that fails in the middle leaves whole batches, and the same file again finishes the rest", async () => {
    line = startLine();
    await expect(line.on(failingAfter(2, line.store)).send("eyfs-profile", toCsv(pupils))).rejects.toThrow("disk full");
    const half = await recordsOf(line.store);
    expect(half.length).toBe(128);
    for (const { resources } of half) expect(observationsOf(resources)).toHaveLength(18);
    const receipt = await line.send("eyfs-profile", toCsv(pupils));
    expect(receipt).toMatchObject({ received: 200, committed: 72, unchanged: 128, quarantined: 0 });
    expect(await recordsOf(line.store)).toHaveLength(200);
  });

  test("a store that is away for a moment breaks the delivery off, and holds no record back for it", async () => {
    line = startLine();
    let writes = 0;
    const briefly: Store = Object.create(line.store);
    briefly.write = (work) => {
      writes += 1;
      return writes === 2 ? Promise.reject(new StoreUnavailableError("away")) : line.store.write(work);
    };
    await expect(line.on(briefly).send("eyfs-profile", toCsv(pupils))).rejects.toThrow(StoreUnavailableError);
    expect(await line.store.quarantined({ sources: ["leeds-eyfsp"] }, 9)).toEqual([]);
    expect(await line.send("eyfs-profile", toCsv(pupils))).toMatchObject({ received: 200, quarantined: 0 });
    expect(await recordsOf(line.store)).toHaveLength(200);
  });

  test("a gateway that closes breaks a batch off in its middle, and nothing of it stays", async () => {
    line = startLine();
    const closing = new AbortController();
    let writes = 0;
    const closed: Store = Object.create(line.store);
    closed.write = (work) => {
      writes += 1;
      return line.store.write((transaction) => {
        if (writes === 2) closing.abort();
        return work(transaction);
      });
    };
    const sending = line.on(closed, { closing: closing.signal }).send("eyfs-profile", toCsv(pupils));
    await expect(sending).rejects.toThrow(StoreUnavailableError);
    expect(await recordsOf(line.store)).toHaveLength(64);
    expect(await line.store.quarantined({ sources: ["leeds-eyfsp"] }, 9)).toEqual([]);
    expect(await line.send("eyfs-profile", toCsv(pupils))).toMatchObject({ committed: 136, unchanged: 64 });
  });

  test("one record that the store refuses does not take its batch with it", async () => {
    line = startLine();
    const picky: Store = Object.create(line.store);
    picky.write = (work) => line.store.write((transaction) => work(refusing(transaction, "P7")));
    const receipt = await line.on(picky).send("eyfs-profile", toCsv(pupils.slice(0, 20)));
    expect(receipt).toMatchObject({ received: 20, committed: 19, quarantined: 1, issues: [{ line: 9 }] });
    expect(JSON.stringify(receipt)).not.toContain("refused by the store");
    expect(await recordsOf(line.store)).toHaveLength(19);
  });

  test("queries run while a long file comes in", async () => {
    line = startLine();
    let turns = 0;
    let done = false;
    const count = (): void => {
      turns += 1;
      if (!done) setImmediate(count);
    };
    setImmediate(count);
    await line.send("eyfs-profile", toCsv(pupils));
    done = true;
    expect(turns).toBeGreaterThan(20);
  });

  test("caches are told which identifiers name which record now", async () => {
    const told: unknown[] = [];
    line = startLine({ onIdentifiers: async (identifiers) => void told.push(...identifiers) });
    await line.send("community-services-data-set", toTables().mpi ?? "");
    const { key } = await onlyRecord(line.store);
    expect(told).toContainEqual({ system: "https://fhir.nhs.uk/Id/nhs-number", value: "9990000018", record: key });
  });

  test("a body that is no JSON is one record held, with line and column", async () => {
    line = startLine();
    const receipt = await line.send("digital-child-health", inChunks("{\n  not json"));
    expect(receipt).toMatchObject({ received: 1, quarantined: 1, issues: [{ line: 2, column: 3 }] });
  });
});
