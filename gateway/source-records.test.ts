import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startTestGateway, type TestGateway } from "./gateway.fixtures.ts";
import { toCsv, toProfileRow, toTables } from "./ingest/line.fixtures.ts";
import type { Receipt } from "./ingest/receipt.ts";
import type { Withdrawal } from "./ingest/withdraw.ts";
import { jsonOf, officerAt } from "./officer.fixtures.ts";
import type { Quarantined } from "./store/store.ts";

let house: TestGateway;

beforeAll(async () => {
  house = await startTestGateway(0);
});
afterAll(() => house[Symbol.asyncDispose]());

const { ask, post, send, held } = officerAt(() => house);

describe("a source", () => {
  test("mapped anew without a change makes no new version", async () => {
    await send("leeds-eyfsp", toCsv([toProfileRow({ FSP_PupilMatchingRef: "S0" })]));
    const receipt = await jsonOf<Receipt>(post("/ingest/leeds-eyfsp/replay"));
    expect(receipt.received).toBeGreaterThan(0);
    expect(receipt).toMatchObject({ committed: 0, quarantined: 0, resources: {} });
  });

  test("tells of each record what became of it", async () => {
    const row = toProfileRow({ FSP_PupilMatchingRef: "S1" });
    const first = await send("leeds-eyfsp", toCsv([row]));
    await send("leeds-eyfsp", toCsv([{ ...row, FSP_COM_E01: "1" }]));
    const listing = await jsonOf<{
      readonly records: readonly { readonly state: string; readonly delivery: string }[];
    }>(ask(`/ingest/records?source=leeds-eyfsp&delivery=${first.id}`));
    expect(listing.records).toMatchObject([{ unit: "S1/2025", state: "replaced", delivery: first.id, line: 2 }]);
    expect((await ask("/ingest/records")).status).toBe(400);
    expect((await ask("/ingest/records?source=leeds-eyfsp&state=lost")).status).toBe(400);
    expect((await ask("/ingest/records?source=leeds-eyfsp&after=nowhere")).status).toBe(400);
  });

  test("takes single records back: what they made ends, and sent again they come in as new", async () => {
    const row = toProfileRow({ FSP_PupilMatchingRef: "W1", FSP_UPN: "", FSP_SURNAME: "Withdrawn" });
    await send("leeds-eyfsp", toCsv([row]));
    const body = JSON.stringify({ reason: "sent-in-error", records: ["W1/2025", "nobody"] });
    const withdrawal = await jsonOf<Withdrawal>(post("/ingest/leeds-eyfsp/withdraw", body));
    expect(withdrawal).toMatchObject({
      withdrawn: 1,
      unknown: ["nobody"],
      resources: { Observation: 18, Provenance: 1 },
    });
    const states = await jsonOf<{ readonly records: readonly unknown[] }>(
      ask("/ingest/records?source=leeds-eyfsp&unit=W1%2F2025"),
    );
    expect(states.records).toMatchObject([{ state: "withdrawn" }]);
    const found = await jsonOf<{ readonly total: number }>(
      house.ask("officer-demo", "Patient?family=Withdrawn&_total=accurate", {}, "system/*.rs"),
    );
    expect(found.total).toBe(0);
    expect(await send("leeds-eyfsp", toCsv([row]))).toMatchObject({ committed: 1, resources: { Observation: 18 } });
  });

  test("that takes the record back which told who the child is has the latest that it keeps tell it", async () => {
    const row = toProfileRow({ FSP_PupilMatchingRef: "T1", FSP_UPN: "", FSP_SURNAME: "Truename" });
    const wrong = { ...row, FSP_ACADYR: "2025/2026", FSP_SURNAME: "Wrongname" };
    const named = async (family: string) =>
      (
        await jsonOf<{ readonly total: number }>(
          house.ask("officer-demo", `Patient?family=${family}&_total=accurate`, {}, "system/*.rs"),
        )
      ).total;
    await send("leeds-eyfsp", toCsv([row]));
    await send("leeds-eyfsp", toCsv([wrong]));
    expect([await named("Truename"), await named("Wrongname")]).toEqual([0, 1]);
    const body = JSON.stringify({ reason: "sent-in-error", records: ["T1/2026", "T1/2026"] });
    const withdrawal = await jsonOf<Withdrawal>(post("/ingest/leeds-eyfsp/withdraw", body));
    expect(withdrawal).toMatchObject({ withdrawn: 1, unknown: [], retold: { anew: 1, still: 0 } });
    expect([await named("Truename"), await named("Wrongname")]).toEqual([1, 0]);
    const receipt = await jsonOf<Receipt>(ask(`/ingest/receipts/${withdrawal.retold?.receipt}`));
    expect(receipt).toMatchObject({ received: 1, quarantined: 0, resources: {} });
  });

  test("that takes a record back discards what is held of it, and never an organisation", async () => {
    const row = toProfileRow({ FSP_PupilMatchingRef: "T2", FSP_UPN: "", FSP_SURNAME: "Held" });
    await send("leeds-eyfsp", toCsv([row]));
    const entry: Quarantined = {
      id: "held-of-t2",
      delivery: "d-1",
      source: "leeds-eyfsp",
      line: 2,
      unit: "T2/2025",
      issues: "[]",
      content: "{}",
      createdAt: 1,
      reached: "resolved",
      state: "quarantined",
    };
    await house.gateway.store.write((transaction) => transaction.quarantine(entry));
    const units = await house.gateway.store.unitsOf("leeds-eyfsp", 1_000);
    const organization = units.find(({ made }) => made[0]?.type === "Organization")?.unit ?? "";
    const body = JSON.stringify({ reason: "erasure", records: ["T2/2025", organization] });
    const withdrawal = await jsonOf<Withdrawal>(post("/ingest/leeds-eyfsp/withdraw", body));
    expect(withdrawal).toMatchObject({ withdrawn: 1, discarded: 1, unknown: [organization] });
    expect(await jsonOf(ask(`/ingest/quarantine/${entry.id}`))).toMatchObject({ state: "discarded" });
  });

  test.each([
    ["no reason", { records: ["S1/2025"] }],
    ["a reason of its own", { reason: "because", records: ["S1/2025"] }],
    ["neither records nor all", { reason: "erasure" }],
    ["both", { reason: "erasure", records: ["S1/2025"], all: true }],
    ["no records", { reason: "erasure", records: [] }],
  ])("is not withdrawn with %s", async (_, body) => {
    const refused = await post("/ingest/leeds-eyfsp/withdraw", JSON.stringify(body));
    expect(refused.status).toBe(400);
    expect(await refused.text()).toContain("sent-in-error");
  });

  test("of tables takes a child back with all its rows", async () => {
    for (const table of Object.values(toTables())) await send("leeds-csds", table);
    const listed = await jsonOf<{ readonly records: readonly { readonly unit: string }[] }>(
      ask("/ingest/records?source=leeds-csds&state=committed"),
    );
    const child = listed.records.find(({ unit }) => unit.startsWith("CYP001MPI/"))?.unit ?? "";
    const body = JSON.stringify({ reason: "withdrawn-by-source", records: [child] });
    const withdrawal = await jsonOf<Withdrawal>(post("/ingest/leeds-csds/withdraw", body));
    expect(withdrawal).toMatchObject({ withdrawn: 1, unknown: [] });
    expect(withdrawal.resources.Observation).toBeGreaterThan(0);
    const after = await jsonOf<{ readonly records: readonly { readonly state: string }[] }>(
      ask("/ingest/records?source=leeds-csds"),
    );
    expect(new Set(after.records.map(({ state }) => state))).toEqual(new Set(["withdrawn"]));
  });

  test.each([
    ["sent-in-error", true],
    ["erasure", false],
  ])("taken back with the reason %s leaves earlier versions in history: %s", async (reason, isKept) => {
    const row = toProfileRow({ FSP_PupilMatchingRef: `E-${reason}`, FSP_UPN: "", FSP_SURNAME: `Gone${reason}` });
    const family = row.FSP_SURNAME ?? "";
    await send("leeds-eyfsp", toCsv([row]));
    const found = await jsonOf<{ readonly entry?: readonly { readonly resource: { readonly id: string } }[] }>(
      house.ask("officer-demo", `Patient?family=${family}`, {}, "system/*.rs"),
    );
    const id = found.entry?.[0]?.resource.id ?? "";
    await send("leeds-eyfsp", toCsv([{ ...row, FSP_FORENAME: "Other" }]));
    await jsonOf(post("/ingest/leeds-eyfsp/withdraw", JSON.stringify({ reason, records: [`E-${reason}/2025`] })));
    const record = await house.gateway.store.locate("Patient", id, "");
    const versions = await house.gateway.store.recordHistory(record ?? 0);
    expect(versions.some(({ body }) => body === undefined)).toBe(true);
    expect(versions.some(({ body }) => body !== undefined)).toBe(isKept);
    const past = (await house.gateway.store.record(record ?? 0))?.pastContributions ?? [];
    expect(past.some(({ body }) => body.includes(family))).toBe(isKept);
    expect((await house.ask("officer-demo", `Patient/${id}`, {}, "system/*.rs")).status).toBeGreaterThan(400);
    expect(await send("leeds-eyfsp", toCsv([row]))).toMatchObject({ committed: 1, resources: { Observation: 18 } });
  });

  test("erased as a whole leaves nothing of what it took back before", async () => {
    const before = await house.gateway.store.scanRecords({ authorities: ["leeds"] }, 0, 1_000);
    await jsonOf(post("/ingest/leeds-eyfsp/withdraw", JSON.stringify({ reason: "erasure", all: true })));
    for (const key of before) {
      const versions = await house.gateway.store.recordHistory(key);
      expect(versions.filter(({ source, body }) => source === "leeds-eyfsp" && body !== undefined)).toEqual([]);
      const record = await house.gateway.store.record(key);
      const past = record?.pastContributions.filter(({ source }) => source === "leeds-eyfsp");
      expect(past).toEqual([]);
    }
    await send("leeds-eyfsp", toCsv([toProfileRow({ FSP_PupilMatchingRef: "S1" })]));
  });

  test("of tables takes back what waits for its child, and says how much", async () => {
    const { mpi: _, ...others } = toTables();
    for (const table of Object.values(others)) await send("leeds-csds", table);
    const waiting = () =>
      jsonOf<{ readonly records: readonly unknown[] }>(ask("/ingest/records?source=leeds-csds&state=received"));
    const { records } = await waiting();
    expect(records.length).toBeGreaterThan(2);
    const body = JSON.stringify({ reason: "erasure", all: true });
    const withdrawal = await jsonOf<Withdrawal>(post("/ingest/leeds-csds/withdraw", body));
    expect(withdrawal).toMatchObject({ withdrawn: 0, waiting: records.length });
    expect((await waiting()).records).toEqual([]);
  });

  test("takes everything back at once, what is held included", async () => {
    const body = JSON.stringify({ reason: "agreement-ended", all: true });
    const withdrawal = await jsonOf<Withdrawal>(post("/ingest/leeds-eyfsp/withdraw", body));
    expect(withdrawal.withdrawn).toBeGreaterThan(0);
    expect((await held()).total).toBe(0);
    const found = await jsonOf<{ readonly total: number }>(
      house.ask("officer-demo", "Observation?_total=accurate&_summary=count", {}, "system/*.rs"),
    );
    expect(found.total).toBe(0);
    const states = await jsonOf<{ readonly records: readonly { readonly state: string }[] }>(
      ask("/ingest/records?source=leeds-eyfsp&state=committed"),
    );
    expect(states.records).toEqual([]);
  });
});
