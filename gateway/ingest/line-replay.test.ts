import { afterEach, describe, expect, test } from "vitest";
import { communityServicesDataSet } from "#mappers/community-services-data-set/mapper.ts";
import { eyfsProfile } from "#mappers/eyfs-profile/mapper.ts";
import type { Mapped } from "#mappers/mapper.ts";
import { RECEIVED_AT, recordsOf, startLine, type TestLine, toCsv, toProfileRow, toTables } from "./line.fixtures.ts";
import { withMappers } from "./mappers.fixtures.ts";

let line: TestLine;
afterEach(() => line.close());

async function onlyRecord() {
  const [record, ...others] = await recordsOf(line.store);
  if (record === undefined || others.length > 0) throw new Error(`Expected one record, not ${1 + others.length}.`);
  return record;
}

/** Goal E17 gets a note; nothing else differs. */
const noteOnE17 = (mapped: Mapped): Mapped => ({
  ...mapped,
  made: mapped.made.map((one) =>
    one.slot.endsWith("E17") && one.resource.resourceType === "Observation"
      ? { ...one, resource: { ...one.resource, note: [{ text: "said otherwise now" }] } }
      : one,
  ),
});

const withLater = {
  mapperOf: withMappers({
    "eyfs-profile": {
      ...eyfsProfile,
      version: eyfsProfile.version + 1,
      map: (...told: Parameters<typeof eyfsProfile.map>) => noteOnE17(eyfsProfile.map(...told)),
    },
    "community-services-data-set": { ...communityServicesDataSet, version: communityServicesDataSet.version + 1 },
  }),
};

const pupil = (n: number, told: Readonly<Record<string, string>> = {}) =>
  toProfileRow({ FSP_PupilMatchingRef: `P${n}`, FSP_UPN: "", FSP_FORENAME: `Name${n}`, ...told });

describe("a record that was held back", () => {
  test("is taken in when it is corrected, and its entry is held no more", async () => {
    line = startLine();
    await line.send("eyfs-profile", toCsv([pupil(1, { FSP_DOB: "2020-02-31" })]));
    const [held] = await line.store.quarantined({ sources: ["leeds-eyfsp"] }, 9);
    if (held === undefined) throw new Error("Nothing was held back.");
    expect(held).toMatchObject({ reached: "received", state: "quarantined", line: 2 });
    const content = held.content.replace("2020-02-31", "2020-02-03");
    const receipt = await line.replay("eyfs-profile", [{ content, line: held.line, quarantineId: held.id }]);
    expect(receipt).toMatchObject({ received: 1, committed: 1, quarantined: 0 });
    expect(await line.store.quarantineEntry(held.id)).toMatchObject({ state: "replayed", content: "" });
    expect((await onlyRecord()).resources.length).toBeGreaterThan(17);
    expect(await line.store.recordStates({ source: "leeds-eyfsp" }, 9)).toMatchObject([
      { unit: "P1/2025", delivery: receipt.id, line: 2, state: "committed" },
    ]);
  });

  test("stays as it is when its correction is no better, or is no record at all", async () => {
    line = startLine();
    await line.send("eyfs-profile", toCsv([pupil(1, { FSP_DOB: "2020-02-31" })]));
    const [held] = await line.store.quarantined({ sources: ["leeds-eyfsp"] }, 9);
    for (const content of [held?.content ?? "", "[1,2]", "null", "not json", '{"FSP_DOB":{}}', ""]) {
      const receipt = await line.replay("eyfs-profile", [{ content, line: 2, quarantineId: held?.id ?? "" }]);
      expect(receipt).toMatchObject({ received: 1, committed: 0, quarantined: 1 });
    }
    expect(await line.store.quarantined({ sources: ["leeds-eyfsp"] }, 9)).toEqual([held]);
  });

  test("may be corrected as a small file of its own", async () => {
    line = startLine();
    await line.send("eyfs-profile", `${toCsv([pupil(1)]).split("\n")[0]}\ntoo,few\n`);
    const [held] = await line.store.quarantined({ sources: ["leeds-eyfsp"] }, 9);
    const receipt = await line.replay("eyfs-profile", [
      { content: toCsv([pupil(1)]), line: 2, quarantineId: held?.id ?? "" },
    ]);
    expect(receipt).toMatchObject({ received: 1, committed: 1 });
    expect(await line.store.quarantineEntry(held?.id ?? "")).toMatchObject({ state: "replayed" });
  });

  test("as a row of a table is joined to its child", async () => {
    line = startLine();
    const { observation = "", ...others } = toTables();
    for (const table of Object.values(others)) await line.send("community-services-data-set", table);
    await line.send("community-services-data-set", observation.replace("12.4", "heavy"));
    const [held] = await line.store.quarantined({ sources: ["leeds-csds"] }, 9);
    if (held === undefined) throw new Error("Nothing was held back.");
    expect(held.table).toBe("CYP611Obs");
    const { id: quarantineId, content, line: at } = held;
    const records = [{ content: content.replace("heavy", "12.4"), line: at, quarantineId, table: "CYP611Obs" }];
    expect(await line.replay("community-services-data-set", records)).toMatchObject({ committed: 1, quarantined: 0 });
    const texts = (await onlyRecord()).resources.map(({ body }) => JSON.parse(String(body)).code?.text);
    expect(texts).toContain("Body weight");
  });

  test("as a row whose name holds what no file may is held back again", async () => {
    line = startLine();
    await line.send("community-services-data-set", toTables().mpi ?? "");
    const row = { ServiceRequestID: "R\u0000", LocalPatientID: "HV1", ReferralRequest_ReceivedDate: "2020-02-04" };
    const record = { content: JSON.stringify(row), line: 2, table: "CYP101Referral" };
    const receipt = await line.replay("community-services-data-set", [record]);
    expect(receipt).toMatchObject({ received: 1, quarantined: 1 });
    expect(receipt.issues[0]?.message).toContain("NUL");
    expect(await line.store.stagedKeys("leeds-csds", "CYP101Referral", 9)).toEqual([]);
  });
});

describe("a whole source taken in again", () => {
  test("after nothing changed changes nothing, however often", async () => {
    line = startLine();
    await line.send("eyfs-profile", toCsv([1, 2, 3].map((n) => pupil(n))));
    const before = await recordsOf(line.store);
    for (let n = 0; n < 2; n++) {
      const receipt = await line.replaySource("eyfs-profile");
      expect(receipt).toMatchObject({ received: 3, committed: 0, unchanged: 3, forgotten: 0, resources: {} });
    }
    expect(await recordsOf(line.store)).toEqual(before);
  });

  test("after its mapper changed touches only the resources that differ", async () => {
    line = startLine();
    const sent = await line.send("eyfs-profile", toCsv([1, 2].map((n) => pupil(n))));
    const receipt = await line.on(line.store, withLater).replaySource("eyfs-profile");
    expect(receipt).toMatchObject({ received: 2, committed: 2, resources: { Observation: 2, Provenance: 2 } });
    for (const { resources } of await recordsOf(line.store)) {
      const second = resources.filter(({ version }) => version === 2);
      expect(second.map(({ type }) => type).sort()).toEqual(["Observation", "Provenance"]);
      expect(String(second.find(({ type }) => type === "Observation")?.body)).toContain("said otherwise now");
    }
    const units = await line.store.unitsOf("leeds-eyfsp", 9);
    const told = units.filter(({ line: at }) => at > 0);
    expect(told.map(({ mapping, delivery }) => [mapping, delivery])).toEqual(
      told.map(() => [eyfsProfile.version + 1, sent.id]),
    );
    expect(await line.store.recordStates({ source: "leeds-eyfsp", state: "replaced" }, 9)).toEqual([]);
  });

  test("tells which records are kept no more, and leaves them as they are", async () => {
    line = startLine({ rawRetention_ms: 1_000 });
    await line.send("eyfs-profile", toCsv([1, 2].map((n) => pupil(n))));
    const before = await recordsOf(line.store);
    expect(await line.store.write((transaction) => transaction.sweepRaw(RECEIVED_AT + 1_000, 9))).toBe(2);
    const receipt = await line.on(line.store, withLater).replaySource("eyfs-profile");
    expect(receipt).toMatchObject({ received: 0, forgotten: 2, resources: {} });
    expect(await recordsOf(line.store)).toEqual(before);
  });

  test("does not keep its records longer than they were to be kept", async () => {
    line = startLine();
    await line.send("eyfs-profile", toCsv([pupil(1)]), { receivedAt: RECEIVED_AT - 5_000 });
    const kept = await line.store.raw("leeds-eyfsp", "P1/2025");
    expect(kept?.keptUntil).toBeGreaterThan(RECEIVED_AT);
    await line.on(line.store, withLater).replaySource("eyfs-profile");
    expect(await line.store.raw("leeds-eyfsp", "P1/2025")).toEqual(kept);
  });

  test("as tables maps every child anew, by the new mapping", async () => {
    line = startLine();
    for (const table of Object.values(toTables())) await line.send("community-services-data-set", table);
    const before = await onlyRecord();
    const receipt = await line.on(line.store, withLater).replaySource("community-services-data-set");
    expect(receipt).toMatchObject({ received: 1, unchanged: 1, resources: {} });
    expect(await onlyRecord()).toEqual(before);
    const units = await line.store.unitsOf("leeds-csds", 9);
    expect(units.find(({ unit }) => unit === "child/HV1")?.mapping).toBe(communityServicesDataSet.version + 1);
  });

  test("sent again after its mapper changed is mapped anew, though its content is the same", async () => {
    line = startLine();
    await line.send("eyfs-profile", toCsv([pupil(1)]));
    const receipt = await line.on(line.store, withLater).send("eyfs-profile", toCsv([pupil(1)]));
    expect(receipt).toMatchObject({ committed: 1, resources: { Observation: 1, Provenance: 1 } });
    const again = await line.on(line.store, withLater).send("eyfs-profile", toCsv([pupil(1)]));
    expect(again).toMatchObject({ committed: 0, unchanged: 1, resources: {} });
  });
});
