import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { aheadCases } from "./ahead.cases.ts";
import { changeCases } from "./change.cases.ts";
import { decisionCases } from "./decision.cases.ts";
import { deliveryCases } from "./delivery.cases.ts";
import { disclosureCases } from "./disclosure.cases.ts";
import { findCases } from "./find.cases.ts";
import { historyCases } from "./history.cases.ts";
import { idSpaceCases } from "./id-space.cases.ts";
import { identifierCases } from "./identifier.cases.ts";
import { identityCases } from "./identity.cases.ts";
import { lineageCases } from "./lineage.cases.ts";
import { recordCases } from "./record.cases.ts";
import type { RecordKey, StoredResource } from "./record.ts";
import type { RecordSearchKey } from "./record-verbs.ts";
import { sharedCases } from "./shared.cases.ts";
import { stagedCases } from "./staged.cases.ts";
import { stateCases } from "./state.cases.ts";
import { contribution, resource, withTexts } from "./store.fixtures.ts";
import type { Store } from "./store.ts";
import { transactionCases } from "./transaction.cases.ts";

/** One engine under test, on data of its own. */
export interface OpenStore {
  readonly store: Store;
  /** Another instance on the same data, as a second process would open it; the first stays open. */
  reopen(): Promise<Store>;
  close(): Promise<void>;
}

/** The cases that every engine passes. */
export function storeCases(name: string, open: () => Promise<OpenStore>): void {
  describe(name, () => {
    let opened: OpenStore;
    let store: Store;

    beforeEach(async () => {
      opened = await open();
      store = opened.store;
    });
    afterEach(() => opened.close());

    const child = (patientId: string) => store.write((transaction) => transaction.createChild(patientId, ""));
    const put = (record: RecordKey, change: Partial<StoredResource> = {}) =>
      store.write((transaction) => transaction.put(record, resource(change)));
    const contribute = (record: RecordKey, authority: string, keys: readonly RecordSearchKey[] = [], source = "s") =>
      store.write((transaction) =>
        transaction.putContribution(record, authority, contribution({ source, localId: `${record}` }), keys),
      );

    transactionCases(() => store, child);
    recordCases(() => store, child, put);
    historyCases(() => store, child, put);
    idSpaceCases(() => store);
    sharedCases(() => store, put);
    findCases(() => store, child, contribute);
    identifierCases(() => store, child);
    changeCases(() => store, child);
    identityCases(() => store, child);
    aheadCases(() => store, child);
    decisionCases(() => store, child);
    disclosureCases(() => store, child);
    deliveryCases(() => store);
    stagedCases(() => store);
    lineageCases(() => store, child);
    stateCases(() => store, child);

    test("two instances on the same data see each other's commits, and the change counter moves", async () => {
      const other = await opened.reopen();
      try {
        const before = await other.changeCounter();
        expect(await other.changeCounter()).toBe(before);
        const key = await child("p-1");
        const after = await other.changeCounter();
        expect(after).not.toBe(before);
        expect(await other.locate("Patient", "p-1", "")).toBe(key);

        const here = await store.changeCounter();
        await other.write((transaction) => transaction.put(key, resource()));
        expect(await store.changeCounter()).not.toBe(here);
        expect(withTexts((await store.record(key))?.resources)).toEqual([resource()]);
      } finally {
        await other.close();
      }
    });

    test("two instances that write at once lose nothing, and agree on who came first", async () => {
      const other = await opened.reopen();
      try {
        const firsts = await Promise.all(
          Array.from({ length: 40 }, (_, n) =>
            (n % 2 === 0 ? store : other).write(async (transaction) => {
              const key = await transaction.createChild(`p-${n}`, "");
              const claim = {
                key: "nhs-number|9990000018",
                source: "s",
                localId: `A${n}`,
                record: key,
                isWithheld: false,
              };
              await transaction.claimIdentityKey(claim);
              return (await transaction.identityKeyHolders(claim.key))[0];
            }),
          ),
        );
        expect(new Set(firsts).size).toBe(1);
        expect(await store.scanRecords({}, 0, 100)).toHaveLength(40);
      } finally {
        await other.close();
      }
    });

    test("what was committed is there after the store was closed and opened again", async () => {
      const key = await child("p-1");
      await put(key);
      const again = await opened.reopen();
      await store.close();
      try {
        expect(withTexts((await again.record(key))?.resources)).toEqual([resource()]);
      } finally {
        await again.close();
      }
    });

    test("a scratch store begins empty, works by itself and leaves nothing", async () => {
      await child("p-1");
      const scratch = store.scratch();
      const key = await scratch.write((transaction) => transaction.createChild("p-1", ""));
      await scratch.write((transaction) => transaction.put(key, resource()));
      await scratch.write(async (transaction) => {
        expect(withTexts((await transaction.record(key))?.resources)).toEqual([resource()]);
        expect(await transaction.locate("Patient", "p-1", "")).toBe(key);
      });
      await scratch.close();
      expect((await store.scanRecords({}, 0, 9)).length).toBe(1);
      expect(await store.locate("Observation", resource().id, "")).toBeUndefined();
    });

    test("a closed store refuses reads, writes and readiness", async () => {
      await store.close();
      await expect(store.recordVersion(1)).rejects.toThrow();
      const closed = expect.objectContaining({ name: "StoreUnavailableError", message: "The store is closed." });
      await expect(child("p-1")).rejects.toEqual(closed);
      await expect(store.ping()).rejects.toThrow();
    });
  });
}
