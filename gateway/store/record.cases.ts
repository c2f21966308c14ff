import { expect, test } from "vitest";
import type { Relationship } from "#mappers/mapper.ts";
import type { RecordKey, StoredResource } from "./record.ts";
import { BASE, type Child, contribution, FAMILY, resource, rollOf, withTexts } from "./store.fixtures.ts";
import type { Store, WriteTransaction } from "./store.ts";
import { codeEnd } from "./words/body-words.ts";

type Put = (record: RecordKey, change?: Partial<StoredResource>) => Promise<void>;

export function recordCases(store: () => Store, child: Child, put: Put): void {
  test("a record comes back as it was put, whoever told it", async () => {
    const key = await child("p-1");
    const roll = rollOf("3950001", { start: "2024-09-01", end: "2025-07-31" });
    const other = contribution({ source: "leeds-csds", localId: "P9", dataClass: "health-visiting" });
    await store().write(async (transaction) => {
      await transaction.putContribution(key, "383", contribution(), [FAMILY]);
      await transaction.putContribution(key, "383", other, []);
      await transaction.putRelationships(key, "leeds-eyfsp", "A1", [roll, rollOf("3950002")], 700);
      await transaction.put(key, resource());
      await transaction.put(key, resource({ id: "o-2", source: "leeds-csds", dataClass: "health-visiting" }));
    });
    const record = await store().record(key);
    expect(record).toMatchObject({ key, kind: "child", idSpace: "", patientId: "p-1", version: 2 });
    expect(record?.contributions).toEqual([other, contribution()]);
    expect(record?.relationships).toEqual([
      { ...roll, source: "leeds-eyfsp", toldAt: 700 },
      { ...rollOf("3950002"), source: "leeds-eyfsp", toldAt: 700 },
    ]);
    expect(withTexts(record?.resources)?.toSorted((a, b) => a.id.localeCompare(b.id))).toEqual([
      resource(),
      resource({ id: "o-2", source: "leeds-csds", dataClass: "health-visiting" }),
    ]);
    expect(await store().record(key + 1)).toBeUndefined();
    await store().write((transaction) => transaction.put(key, resource({ type: "Consent", id: "c-1" })));
    const person = await store().person(key);
    expect({ ...person, resources: withTexts(person?.resources) }).toEqual({
      ...(await store().record(key)),
      resources: [resource({ type: "Consent", id: "c-1" })],
      resourceSources: expect.arrayContaining(["leeds-eyfsp", "leeds-csds"]),
    });
    expect(await store().person(key + 1)).toBeUndefined();
    await store().write((transaction) =>
      transaction.put(key, resource({ type: "Provenance", id: "v-1", source: "leeds-vendor" })),
    );
    const { resources = [], ...whole } = (await store().record(key)) ?? {};
    expect(resources.map(({ type }) => type)).toContain("Provenance");
    const findings = await store().findings(key);
    expect({ ...findings, resources: withTexts(findings?.resources) }).toEqual({
      ...whole,
      resources: withTexts(resources.filter(({ type }) => type !== "Provenance")),
      resourceSources: expect.arrayContaining(["leeds-eyfsp", "leeds-csds", "leeds-vendor"]),
    });
    expect(await store().findings(key + 1)).toBeUndefined();
  });

  test("a resource whose body is coded in part is read and replaced as any other", async () => {
    const key = await child("p-1");
    const body = Buffer.from(
      `{"resourceType":"Observation","id":"o-1","status":"final","subject":"Zoë 4726db41-45d5-4c7c-8a7a-bdad5b367401"}`,
    );
    const rest = body.subarray(40);
    const end = codeEnd(rest);
    if (end === undefined) throw new Error("the words of the store have nothing of it");
    const told = { ...BASE, body: { start: body.subarray(0, 40), end, end_bytes: rest.length } };
    await store().write((transaction) => transaction.put(key, told));
    expect(String((await store().resource("Observation", "o-1", ""))?.body)).toBe(body.toString());
    await store().write((transaction) => transaction.put(key, { ...told, version: 2, isFirst: false }));
    const [now, before] = await store().history("Observation", "o-1", "");
    expect([now, before].map((one) => `${one?.version} ${one?.body}`)).toEqual([`2 ${body}`, `1 ${body}`]);
  });

  test("resources whose ids were drawn just now are found by them, however alike, and change as any other", async () => {
    const key = await child("p-1");
    const ids = ["5c1d7a90-0001", "5c1d7a90-0002", "5c1d7a90-0003", "0"];
    await store().write(async (transaction) => {
      for (const id of ids) await transaction.put(key, { ...resource({ id }), isFirst: true });
      await transaction.put(key, resource({ id: "0", version: 2 }));
    });
    for (const id of ids) expect(await store().locate("Observation", id, "")).toBe(key);
    expect(await store().locate("Observation", "5c1d7a90-0004", "")).toBeUndefined();
    expect((await store().history("Observation", "0", "")).map(({ version }) => version)).toEqual([2, 1]);
  });

  test("one transaction raises the version of each record it touches by one, and of no other", async () => {
    const [touched, untouched] = [await child("p-1"), await child("p-2")];
    expect(await store().recordVersion(touched)).toBe(1);
    await store().write(async (transaction) => {
      await transaction.put(touched, resource());
      await transaction.put(touched, resource({ id: "o-2" }));
      await transaction.putRelationships(touched, "s", "u", [rollOf("3950001")]);
      await transaction.linkOf("s", "A1");
      await transaction.record(untouched);
    });
    expect(await store().recordVersion(touched)).toBe(2);
    expect(await store().recordVersion(untouched)).toBe(1);
    expect(await store().recordVersion(untouched + 1)).toBeUndefined();
  });

  test.each<[string, (transaction: WriteTransaction, key: RecordKey) => Promise<unknown>]>([
    ["a new resource", (transaction, key) => transaction.put(key, resource({ id: "o-new" }))],
    ["another version", (transaction, key) => transaction.put(key, resource({ version: 2 }))],
    ["the end of a resource", (transaction) => transaction.remove("Observation", "o-1", "", 2_000)],
    ["a contribution", (transaction, key) => transaction.putContribution(key, "383", contribution(), [])],
    ["the end of a contribution", (transaction, key) => transaction.removeContribution(key, "gone", "G1", 2_000)],
    ["relationships", (transaction, key) => transaction.putRelationships(key, "s", "u", [rollOf("3950001")])],
  ])("%s raises the version of the record", async (_, work) => {
    const key = await child("p-1");
    await put(key);
    await store().write((transaction) =>
      transaction.putContribution(key, "383", contribution({ source: "gone", localId: "G1" }), []),
    );
    const before = (await store().recordVersion(key)) ?? 0;
    await store().write((transaction) => work(transaction, key));
    expect(await store().recordVersion(key)).toBe(before + 1);
  });

  test("a relationship that ends, or stands beside another, was told when it was first", async () => {
    const key = await child("p-1");
    const roll = rollOf("3950001", { start: "2024-09-01" });
    const told = async (at: number, relationships: readonly Relationship[]) => {
      await store().write((transaction) => transaction.putRelationships(key, "s", "u", relationships, at));
      return (await store().record(key))?.relationships.map(({ toldAt }) => toldAt);
    };
    expect(await told(100, [roll])).toEqual([100]);
    expect(await told(200, [{ ...roll, end: "2025-07-31" }, rollOf("3950002")])).toEqual([100, 200]);
    expect(await told(300, [{ ...roll, start: "2025-09-01" }, rollOf("3950002")])).toEqual([300, 200]);
  });

  test("the same relationships again leave the version of the record as it is", async () => {
    const key = await child("p-1");
    const put = (...told: readonly Relationship[]) =>
      store().write((transaction) => transaction.putRelationships(key, "s", "u", told));
    const [first, second] = [rollOf("3950001"), { ...rollOf("3950002"), start: "2025-09-01" }];
    await put(first, second);
    const before = (await store().recordVersion(key)) ?? 0;
    await put(first, second);
    expect(await store().recordVersion(key)).toBe(before);
    for (const [n, told] of [[first, { ...second, end: "2026-08-31" }], [second], []].entries()) {
      await put(...told);
      expect(await store().recordVersion(key)).toBe(before + 1 + n);
    }
  });

  test("what one source says of a child is read by source and local id", async () => {
    const key = await child("p-1");
    const told = contribution({ source: "leeds-csds", localId: "HV1" });
    await store().write((transaction) => transaction.putContribution(key, "383", told, []));
    await store().write(async (transaction) => {
      expect(await transaction.contribution(key, "leeds-csds", "HV1")).toEqual(told);
      expect(await transaction.contribution(key, "leeds-csds", "HV2")).toBeUndefined();
      expect(await transaction.contribution(key + 1, "leeds-csds", "HV1")).toBeUndefined();
    });
  });

  test("a change to a record that is not there is refused", async () => {
    await expect(put(4_711)).rejects.toThrow("does not hold");
  });

  test("a resource that moves to another record changes both, and its history goes on", async () => {
    const [from, to] = [await child("p-1"), await child("p-2")];
    await put(from);
    await put(from, { id: "o-stays" });
    const before = [await store().recordVersion(from), await store().recordVersion(to)];
    await put(to, { version: 2 });
    expect((await store().record(from))?.resources.map(({ id }) => id)).toEqual(["o-stays"]);
    expect(withTexts((await store().record(to))?.resources)).toEqual([resource({ version: 2 })]);
    expect(await store().locate("Observation", "o-1", "")).toBe(to);
    expect([await store().recordVersion(from), await store().recordVersion(to)]).toEqual(
      before.map((version) => (version ?? 0) + 1),
    );
    expect((await store().history("Observation", "o-1", "")).map(({ record }) => record)).toEqual([to, from]);
  });

  test("the same logical id of two types is two resources", async () => {
    const key = await child("p-1");
    await put(key, { type: "Observation", id: "same" });
    await put(key, { type: "Consent", id: "same", version: 7 });
    const current = await store().write((transaction) => transaction.current("Consent", "same", ""));
    expect(current).toEqual({ record: key, version: 7, contentHash: "hash-1" });
    expect((await store().record(key))?.resources).toHaveLength(2);
  });
}
