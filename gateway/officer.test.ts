import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startTestGateway, type TestGateway } from "./gateway.fixtures.ts";
import { toCsv, toProfileRow } from "./ingest/line.fixtures.ts";
import type { Receipt } from "./ingest/receipt.ts";
import { jsonOf, officerAt } from "./officer.fixtures.ts";

let house: TestGateway;

beforeAll(async () => {
  house = await startTestGateway(0);
});
afterAll(() => house[Symbol.asyncDispose]());

const { ask, post, send, held } = officerAt(() => house);

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
