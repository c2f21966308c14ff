import { expect, test } from "vitest";
import type { IdSpace, RecordKey, SharedKind, StoredResource } from "./record.ts";
import type { Store } from "./store.ts";

type Put = (record: RecordKey, change?: Partial<StoredResource>) => Promise<void>;

const KINDS: readonly SharedKind[] = [
  "Patient",
  "Observation",
  "Consent",
  "Organization",
  "Practitioner",
  "PractitionerRole",
  "Provenance",
];

export function sharedCases(store: () => Store, put: Put): void {
  const make = (kind: SharedKind, authority: string, idSpace: IdSpace = "") =>
    store().write((transaction) => transaction.sharedRecord(kind, authority, idSpace));

  /** Puts so many resources, each where there is room, in one transaction. */
  const fill = (count: number, first = 0) =>
    store().write(async (transaction) => {
      for (let n = first; n < first + count; n += 1) {
        const key = await transaction.sharedRecord("Practitioner", "383", "");
        await transaction.put(key, { ...PRACTITIONER, id: `d-${n}` });
      }
    });

  const sizes = async () => {
    const records = await Promise.all((await parts()).map((key) => store().record(key)));
    return records.map((record) => record?.resources.length);
  };
  const parts = () => store().sharedRecords("Practitioner", ["383"]);

  test("a shared record is made once for each kind, authority and id space, and is no child", async () => {
    const [leeds, again, wirral, spaced] = await Promise.all([
      make("Organization", "383"),
      make("Organization", "383"),
      make("Organization", "344"),
      make("Organization", "383", "conformance"),
    ]);
    expect(again).toBe(leeds);
    await put(leeds, { type: "Organization", id: "org-1" });
    expect(await store().record(leeds)).toMatchObject({ kind: "Organization", idSpace: "", patientId: "", version: 2 });
    expect(await store().record(spaced)).toMatchObject({ kind: "Organization", idSpace: "conformance", resources: [] });
    expect(await store().sharedRecords("Organization", ["344", "383", "999"])).toEqual(
      [leeds, wirral, spaced].toSorted((a, b) => a - b),
    );
    expect(await store().sharedVersions(["Practitioner", "Organization"], ["344", "383", "999"])).toEqual(
      [leeds, wirral, spaced].toSorted((a, b) => a - b).map((key) => ({ key, version: key === leeds ? 2 : 1 })),
    );
    expect(await store().sharedVersions(["Organization"], ["999"])).toEqual([]);
    expect(await store().sharedVersions(["Practitioner"], ["383"])).toEqual([]);
    expect(await store().sharedRecords("Organization", [])).toEqual([]);
    expect(await store().sharedRecords("Practitioner", ["383"])).toEqual([]);
    expect(await store().scanRecords({}, 0, 10)).toEqual([]);
    expect(await store().findRecords([], 10, "")).toEqual([]);
  });

  test.each(KINDS)("a shared record of %s keeps resources that are found by their ids", async (kind) => {
    const key = await make(kind, "383");
    await put(key, { type: "Observation", id: "o-1" });
    expect((await store().record(key))?.kind).toBe(kind);
    expect(await store().locate("Observation", "o-1", "")).toBe(key);
    expect(await store().sharedRecords(kind, ["383"])).toEqual([key]);
  });

  test("a transaction sees the versions of shared records as it has made them itself", async () => {
    const key = await make("Organization", "383");
    await store().write(async (transaction) => {
      const versions = () => transaction.sharedVersions(["Organization"], ["383"]);
      expect(await versions()).toEqual([{ key, version: 1 }]);
      await transaction.put(key, { ...PRACTITIONER, type: "Organization" });
      expect(await versions()).toEqual([{ key, version: 2 }]);
      expect(await store().sharedVersions(["Organization"], ["383"])).toEqual([{ key, version: 1 }]);
    });
  });

  test("a part takes so many resources, then another is begun", async () => {
    await fill(150);
    expect(await sizes()).toEqual([64, 64, 22]);
    await fill(1, 150);
    expect(await sizes()).toEqual([64, 64, 23]);
  });

  test("a part that resources have left takes others, and a later version needs no room", async () => {
    await fill(64);
    await fill(1, 64);
    const [first = 0] = await parts();
    await put(first, { ...PRACTITIONER, id: "d-5", version: 2 });
    await store().write(async (transaction) => {
      for (const id of ["d-1", "d-63"]) await transaction.remove("Practitioner", id, "", 2_000);
    });
    expect(await sizes()).toEqual([62, 1]);
    await fill(3, 100);
    expect(await sizes()).toEqual([64, 2]);
    expect(await store().locate("Practitioner", "d-1", "")).toBe(first);
  });
}

const PRACTITIONER: StoredResource = {
  type: "Practitioner",
  id: "d-0",
  version: 1,
  lastUpdated: 1_000,
  source: "leeds-eyfsp",
  dataClass: "education",
  body: Buffer.from("{}"),
  keys: "",
  contentHash: "",
};
