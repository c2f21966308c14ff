import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startTestGateway, type TestGateway } from "./gateway.fixtures.ts";
import { toCsv, toProfileRow, toTables } from "./ingest/line.fixtures.ts";
import type { QuarantineListing } from "./ingest/quarantine.ts";
import type { Receipt } from "./ingest/receipt.ts";
import type { Withdrawal } from "./ingest/withdraw.ts";
import type { Quarantined } from "./store/store.ts";

let house: TestGateway;

beforeAll(async () => {
  house = await startTestGateway(0);
});
afterAll(() => house[Symbol.asyncDispose]());

const SCOPE = "ingest/leeds-eyfsp ingest/leeds-csds";

async function ask(path: string, init: RequestInit = {}, scope = SCOPE): Promise<Response> {
  return house.ask("officer-demo", path, init, scope);
}

async function jsonOf<T>(response: Promise<Response>): Promise<T> {
  const answered = await response;
  expect(answered.status, await answered.clone().text()).toBe(200);
  return answered.json() as Promise<T>;
}

const post = (path: string, body?: string) => ask(path, { method: "POST", ...(body === undefined ? {} : { body }) });
const send = (source: string, body: string) => jsonOf<Receipt>(post(`/ingest/${source}`, body));
const held = (query = "") => jsonOf<QuarantineListing>(ask(`/ingest/quarantine?source=leeds-eyfsp${query}`));

describe("a record that was held back", () => {
  test("is taken in corrected, and is held no more", async () => {
    const receipt = await send(
      "leeds-eyfsp",
      toCsv([toProfileRow({ FSP_PupilMatchingRef: "H1", FSP_DOB: "2020-02-31" })]),
    );
    expect(receipt).toMatchObject({ received: 1, quarantined: 1 });
    const [entry] = (await held(`&delivery=${receipt.id}`)).entries;
    expect(entry).toMatchObject({ state: "quarantined", reached: "received", line: 2 });
    const again = await jsonOf<Receipt>(post(`/ingest/quarantine/${entry?.id}/replay`));
    expect(again).toMatchObject({ received: 1, committed: 0, quarantined: 1 });
    const [still] = (await held()).entries.filter(({ content }) => content?.includes('"H1"'));
    const row: Record<string, string> = JSON.parse(still?.content ?? "{}");
    const corrected = JSON.stringify({ ...row, FSP_DOB: "2020-02-28" });
    const taken = await jsonOf<Receipt>(post(`/ingest/quarantine/${still?.id}/replay`, corrected));
    expect(taken).toMatchObject({ received: 1, committed: 1, quarantined: 0 });
    expect((await held()).entries.filter(({ content }) => content?.includes('"H1"'))).toEqual([]);
    const [closed] = (await held("&state=replayed")).entries;
    expect(closed).toMatchObject({ id: still?.id, state: "replayed" });
    expect(closed).not.toHaveProperty("content");
    expect((await post(`/ingest/quarantine/${still?.id}/replay`)).status).toBe(409);
  });

  test("is discarded on an officer's word, with its content", async () => {
    await send("leeds-eyfsp", toCsv([toProfileRow({ FSP_PupilMatchingRef: "H2", FSP_DOB: "never" })]));
    const entry = (await held()).entries.find(({ content }) => content?.includes('"H2"'));
    const discarded = await jsonOf(ask(`/ingest/quarantine/${entry?.id}`, { method: "DELETE" }));
    expect(discarded).toMatchObject({ state: "discarded" });
    expect(await jsonOf(ask(`/ingest/quarantine/${entry?.id}`))).not.toHaveProperty("content");
    expect((await ask(`/ingest/quarantine/${entry?.id}`, { method: "DELETE" })).status).toBe(409);
  });

  test("is taken in once, however many corrections of it come at the same time", async () => {
    await send("leeds-eyfsp", toCsv([toProfileRow({ FSP_PupilMatchingRef: "H3", FSP_DOB: "never" })]));
    const entry = (await held()).entries.find(({ content }) => content?.includes('"H3"'));
    const row: Record<string, string> = JSON.parse(entry?.content ?? "{}");
    const answers = await Promise.all(
      Array.from({ length: 64 }, async (_, nth) => {
        const corrected = { ...row, FSP_PupilMatchingRef: `H3-${nth}`, FSP_UPN: "", FSP_DOB: "2020-02-28" };
        return (await post(`/ingest/quarantine/${entry?.id}/replay`, JSON.stringify(corrected))).status;
      }),
    );
    expect(answers.filter((status) => status === 200)).toHaveLength(1);
    expect(new Set(answers)).toEqual(new Set([200, 409]));
  });

  test("is not taken in for several records, of which the bad ones would be lost, nor for none", async () => {
    await send("leeds-eyfsp", toCsv([toProfileRow({ FSP_PupilMatchingRef: "H4", FSP_DOB: "never" })]));
    const entry = (await held()).entries.find(({ content }) => content?.includes('"H4"'));
    const good = toProfileRow({ FSP_PupilMatchingRef: "H5", FSP_UPN: "" });
    const bad = { ...good, FSP_PupilMatchingRef: "H6", FSP_DOB: "never" };
    const replay = (body: string) => post(`/ingest/quarantine/${entry?.id}/replay`, body);
    expect((await replay(toCsv([good, bad]))).status).toBe(422);
    expect((await replay(toCsv([good]).split("\n", 1).join(""))).status).toBe(422);
    expect(await jsonOf(ask(`/ingest/quarantine/${entry?.id}`))).toMatchObject({ state: "quarantined" });
    expect(await jsonOf(replay(toCsv([good])))).toMatchObject({ received: 1, committed: 1 });
  });

  test("is listed from an entry on that there is", async () => {
    const [first, ...others] = (await held()).entries;
    expect((await held(`&after=${first?.id}`)).entries).toEqual(others);
    expect((await ask("/ingest/quarantine?after=nowhere")).status).toBe(400);
    expect((await ask(`/ingest/quarantine?after=${first?.id}`, {}, "ingest/leeds-csds")).status).toBe(400);
  });

  test("is taken in with all others of its source at once", async () => {
    await send(
      "leeds-eyfsp",
      toCsv([1, 2, 3].map((n) => toProfileRow({ FSP_PupilMatchingRef: `R${n}`, FSP_DOB: "31/31/2020" }))),
    );
    const before = (await held()).total;
    const receipt = await jsonOf<Receipt>(post("/ingest/quarantine/replay?source=leeds-eyfsp"));
    expect(receipt).toMatchObject({ received: before, committed: 0, quarantined: before });
    expect((await held()).total).toBe(before);
  });

  test("of another source does not exist", async () => {
    const [entry] = (await held()).entries;
    const scope = "ingest/leeds-csds";
    for (const [method, path] of [
      ["GET", ""],
      ["DELETE", ""],
      ["POST", "/replay"],
    ] as const) {
      expect((await ask(`/ingest/quarantine/${entry?.id}${path}`, { method }, scope)).status).toBe(404);
    }
    expect((await ask("/ingest/quarantine/replay?source=leeds-eyfsp", { method: "POST" }, scope)).status).toBe(403);
    expect((await ask("/ingest/quarantine?source=leeds-eyfsp", {}, scope)).status).toBe(403);
  });
});

describe("a dry run", () => {
  test("says what would become of a file, and nothing of it stays", async () => {
    const file = toCsv([
      toProfileRow({ FSP_PupilMatchingRef: "D1", FSP_UPN: "" }),
      toProfileRow({ FSP_PupilMatchingRef: "D2", FSP_DOB: "x" }),
    ]);
    const receipt = await jsonOf<Receipt>(post("/ingest/leeds-eyfsp?dry-run=true", file));
    expect(receipt).toMatchObject({ dryRun: true, received: 2, committed: 1, quarantined: 1 });
    expect((await ask(`/ingest/receipts/${receipt.id}`)).status).toBe(404);
    expect((await held(`&delivery=${receipt.id}`)).total).toBe(0);
    expect(await send("leeds-eyfsp", toCsv([toProfileRow({ FSP_PupilMatchingRef: "D1", FSP_UPN: "" })]))).toMatchObject(
      { committed: 1 },
    );
  });

  test("takes no other word than true or false", async () => {
    expect((await post("/ingest/leeds-eyfsp?dry-run=yes", "")).status).toBe(400);
    expect((await post("/ingest/leeds-eyfsp?dryrun=true", "")).status).toBe(400);
  });
});

describe("an address below /ingest", () => {
  test.each([
    ["POST", "/ingest/leeds-eyfsp?dry-run"],
    ["POST", "/ingest/leeds-eyfsp?dry-run=true&dry-run=true"],
    ["POST", "/ingest/leeds-eyfsp/replay?dry-run=true"],
    ["POST", "/ingest/leeds-eyfsp/withdraw?dry-run=true"],
    ["POST", "/ingest/quarantine/replay?source=leeds-eyfsp&delivery="],
    ["POST", "/ingest/quarantine/nobody/replay?dry-run=true"],
    ["DELETE", "/ingest/quarantine/nobody?reason=old"],
    ["GET", "/ingest/quarantine/nobody?x=1"],
    ["GET", "/ingest/receipts/nobody?x=1"],
    ["GET", "/ingest/receipts?source=leeds-eyfsp&count=0"],
    ["GET", "/ingest/receipts?source=leeds-eyfsp&count=0x5"],
    ["GET", "/ingest/receipts"],
    ["GET", "/ingest/quality/leeds-eyfsp?deliveries=1e1"],
    ["GET", "/ingest/lineage/Patient/nobody?x=1"],
  ])("does nothing for a parameter that it does not know or that is not whole: %s %s", async (method, path) => {
    const body = JSON.stringify({ reason: "erasure", all: true });
    expect((await ask(path, { method, ...(method === "POST" && { body }) })).status).toBe(400);
  });
});

describe("the receipts of a source", () => {
  test("are listed newest first, for its officers alone", async () => {
    const first = await send("leeds-eyfsp", "");
    const second = await send("leeds-eyfsp", "");
    const listed = (query: string) =>
      jsonOf<{ readonly receipts: readonly Receipt[] }>(ask(`/ingest/receipts?source=leeds-eyfsp${query}`));
    expect((await listed("&count=2")).receipts).toEqual([second, first]);
    expect((await listed("")).receipts.length).toBeGreaterThan(2);
    expect((await ask("/ingest/receipts?source=leeds-eyfsp", {}, "ingest/leeds-csds")).status).toBe(403);
  });
});

describe("a source", () => {
  test("mapped anew without a change makes no new version", async () => {
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
    expect(withdrawal).toMatchObject({ withdrawn: 1, unknown: [organization] });
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
