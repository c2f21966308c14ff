import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createDecisions } from "../identity/decisions/create-decisions.ts";
import type { Decisions } from "../identity/decisions/decisions.ts";
import { scopeOf, startResolver } from "../identity/resolver.fixtures.ts";
import type { StoredRecord } from "../store/store.ts";
import { toMovingPorts } from "./decision-texts.ts";
import { RECEIVED_AT, recordsOf, startLine, type TestLine, toCsv, toProfileRow } from "./line.fixtures.ts";

/** A school tells two years of a child without a number, and later a pupil number that another school has told too. */
const PUPIL = "J383399021001";
const NAMELESS = { FSP_UPN: "", FSP_PupilMatchingRef: "P1", FSP_FORENAME: "Zofia", FSP_POSTCODE: "LS10 3KC" };
const FIRST = toProfileRow({ ...NAMELESS, FSP_ACADYR: "2024/2025" });
const SECOND = toProfileRow({ ...NAMELESS, FSP_ACADYR: "2025/2026" });
const SECOND_WITH_NUMBER = { ...SECOND, FSP_UPN: PUPIL };
const HOLDER = toProfileRow({ FSP_PupilMatchingRef: "P2", FSP_UPN: PUPIL });

let line: TestLine;
let decisions: Decisions;
let clock = RECEIVED_AT;
beforeEach(() => {
  const resolver = startResolver(scopeOf());
  let ids = 0;
  const told = {
    resolver,
    clock: () => ++clock,
    ids: () => `10000000-0000-4000-8000-${String(++ids).padStart(12, "0")}`,
  };
  line = startLine(told);
  decisions = createDecisions({ ...toMovingPorts(told), store: line.store, onRecords: async () => {} });
});
afterEach(() => line.close());

async function send(...rows: readonly Readonly<Record<string, string>>[]) {
  for (const row of rows) {
    expect(await line.send("eyfs-profile", toCsv([row]))).toMatchObject({ committed: 1 });
  }
}

function whoTells({ contributions }: StoredRecord): string {
  return contributions
    .map(({ localId }) => localId)
    .sort()
    .join(" ");
}

/** Who tells of each record, as `P1 P2 | P3`. */
async function stands(): Promise<string> {
  const records = await recordsOf(line.store);
  return records.map((record) => whoTells(record) || "-").join(" | ");
}

/** What a record holds by `Type/id`, without what says that it moved. */
function contentOf({ resources, patientId }: StoredRecord): ReadonlyMap<string, string> {
  return new Map(
    resources.map(({ type, id, body }) => [
      `${type}/${id}`,
      String(body)
        .replaceAll(patientId, "PATIENT")
        .replace(/"(versionId|lastUpdated)":"[^"]*",?/g, ""),
    ]),
  );
}

const recordOf = async (localId: string): Promise<StoredRecord> => {
  const link = await line.store.linkOf("leeds-eyfsp", localId);
  const record = link && (await line.store.record(link.record));
  if (record === undefined) throw new Error("nobody tells of that child");
  return record;
};

describe("a number that comes late, for a child of whom one source alone tells", () => {
  test("merges its record into the holder's: resources keep their ids, and the other answers where they went", async () => {
    await send(HOLDER, FIRST, SECOND);
    expect(await stands()).toBe("P2 | P1");
    const before = await recordOf("P1");
    await send(SECOND_WITH_NUMBER);
    const after = await recordOf("P1");
    expect(whoTells(after)).toBe("P1 P2");
    expect(await line.store.record(before.key)).toMatchObject({
      mergedInto: after.key,
      resources: [],
      contributions: [],
    });
    const there = new Map([...contentOf(after)]);
    for (const [name, content] of contentOf(before)) {
      if (name.startsWith("Observation/")) expect(there.get(name)).toBe(content);
    }
    const moved = after.resources.filter(({ type, id }) => contentOf(before).has(`${type}/${id}`));
    expect(moved.filter(({ type }) => type === "Observation").every(({ version }) => version > 1)).toBe(true);
    const [decision] = await line.store.decisions({ record: before.key }, 2);
    expect(decision).toMatchObject({ kind: "merge", author: "rules-4/upn", survivor: after.key, other: before.key });
    expect(await line.store.identityKeyHolders(`upn|${PUPIL}`)).toEqual([after.key]);
  });

  test("can be undone, and no delivery and no replay merges it again", async () => {
    await send(HOLDER, FIRST, SECOND);
    const before = await recordOf("P1");
    await send(SECOND_WITH_NUMBER);
    const [decision] = await line.store.decisions({ record: before.key }, 1);
    const undone = await decisions.undo({
      decision: decision?.sequence ?? 0,
      author: "steward",
      reason: "two children",
    });
    expect(undone.ok).toBe(true);
    expect(await stands()).toBe("P2 | P1");
    const back = await recordOf("P1");
    const findings = (record: StoredRecord) =>
      [...contentOf(record).keys()].filter((name) => name.startsWith("Observation/")).sort();
    expect(findings(back)).toEqual(findings(before));
    await line.replaySource("eyfs-profile");
    await send({ ...SECOND_WITH_NUMBER, FSP_FORENAME: "Zosia" });
    expect(await stands()).toBe("P2 | P1");
    expect((await line.store.reviewItemsOf(back.key)).map(({ kind }) => kind)).toContain("ambiguous");
    const holder = await recordOf("P2");
    expect(await line.store.identityKeyHolders(`upn|${PUPIL}`)).toEqual([holder.key]);
  });

  test("merges nothing that a person has decided to be two", async () => {
    await send(HOLDER, FIRST, SECOND);
    const [one, other] = [await recordOf("P1"), await recordOf("P2")];
    await decisions.never({ one: one.key, other: other.key, author: "steward", reason: "two children" });
    await send(SECOND_WITH_NUMBER);
    expect(await stands()).toBe("P2 | P1");
  });

  test("merges nothing of a child of whom another source tells too", async () => {
    await send(HOLDER, FIRST, SECOND);
    const { key } = await recordOf("P1");
    await line.store.write(async (transaction) => {
      const child = { source: "leeds-csds", localId: "HV7" };
      await transaction.appendLink({ ...child, record: key, author: "test", evidence: [], decidedAt: 1 });
      await transaction.putSourceIdentity(child.source, child.localId, { localId: "HV7", birthDate: "2020-02-03" }, []);
    });
    await send(SECOND_WITH_NUMBER);
    expect(await stands()).toBe("P2 | P1");
    expect((await line.store.reviewItemsOf(key)).map(({ kind }) => kind)).toContain("ambiguous");
  });

  test("merges a child beside whom only the national register told the same number", async () => {
    await send(HOLDER, FIRST);
    const { key } = await recordOf("P1");
    await line.store.write(async (transaction) => {
      const child = { source: "leeds-pds", localId: "leeds-eyfsp/P1" };
      await transaction.appendLink({ ...child, record: key, author: "pds", evidence: [], decidedAt: 1 });
      const identity = { localId: child.localId, nhsNumber: "9990000018", nhsNumberStatus: "01" };
      await transaction.putSourceIdentity(child.source, child.localId, identity, []);
    });
    await send({ ...FIRST, FSP_UPN: PUPIL });
    expect(await stands()).toBe("P1 P2");
    const { record } = (await line.store.linkOf("leeds-pds", "leeds-eyfsp/P1")) ?? {};
    expect(record).toBe((await recordOf("P2")).key);
  });
});
