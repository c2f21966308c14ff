import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { recordsOf, startLine, type TestLine, toCsv, toProfileRow, toTables } from "./line.fixtures.ts";

let line: TestLine;
beforeEach(() => {
  line = startLine();
});
afterEach(() => line.close());

const NUMBER = "9990000018";

interface Told {
  readonly event: "A28" | "A31" | "A40";
  /** Of March 2026. */
  readonly day: number;
  readonly localId: string;
  readonly nhsNumber?: string;
  readonly family?: string;
  readonly replaces?: string;
}

function toMessage({ event, day, localId, nhsNumber, family = "Example", replaces }: Told): string {
  const time = `202603${String(day).padStart(2, "0")}120000`;
  const structure = event === "A40" ? "ADT_A39" : "ADT_A05";
  const numbers = `${localId}^^^Z9911^MR${nhsNumber === undefined ? "" : `~${nhsNumber}^^^NHS^NH`}`;
  const segments = [
    `MSH|^~\\&|PAS|Z9911|GATEWAY|383|${time}||ADT^${event}^${structure}|${day}|P|2.4`,
    `EVN|${event}|${time}`,
    `PID|||${numbers}||${family}^Amina^^^^^L||20200203|F|||4 Low Road^^Leeds^^LS6 1CI^^H`,
    ...(replaces === undefined ? [] : [`MRG|${replaces}^^^Z9911^MR`]),
  ];
  return `${segments.join("\r")}\r`;
}

const send = (told: Told) => line.send("itk-adt", toMessage(told));

/** Local ids that the hospital's system tells of, by record, and the children's family names there. */
async function contributions() {
  const records = await recordsOf(line.store);
  return records.map(({ contributions: told }) =>
    told
      .filter(({ source }) => source === "leeds-adt")
      .map(({ localId, body }) => [localId, JSON.parse(body).name[0].family]),
  );
}

describe("two names of one child that a source makes one", () => {
  test("leave one contribution, and later messages of the old name follow it", async () => {
    await send({ event: "A28", day: 1, localId: "2", nhsNumber: NUMBER });
    await send({ event: "A28", day: 1, localId: "3", family: "Other" });
    expect(await contributions()).toHaveLength(2);
    const receipt = await send({ event: "A40", day: 2, localId: "2", nhsNumber: NUMBER, replaces: "3" });
    expect(receipt).toMatchObject({ committed: 1, quarantined: 0 });
    expect(await contributions()).toEqual([[["Z9911/2", "Example"]], []]);
    const reviews = (await line.store.reviewItems(9)).filter(({ kind }) => kind === "ambiguous");
    const [first, second] = (await recordsOf(line.store)).map(({ key }) => key);
    expect(reviews).toMatchObject([{ localId: "Z9911/3", record: first, candidates: [second] }]);
    expect(await line.store.recordStates({ source: "leeds-adt", unit: "Z9911/3" }, 9)).toMatchObject([
      { state: "replaced" },
    ]);
    await send({ event: "A31", day: 3, localId: "3", family: "Later" });
    expect((await contributions())[0]).toEqual([
      ["Z9911/2", "Example"],
      ["Z9911/3", "Later"],
    ]);
  });

  test("of one record need nobody to look", async () => {
    await send({ event: "A28", day: 1, localId: "2", nhsNumber: NUMBER });
    await send({ event: "A28", day: 1, localId: "3", nhsNumber: NUMBER });
    await send({ event: "A40", day: 2, localId: "2", nhsNumber: NUMBER, replaces: "3" });
    expect(await contributions()).toEqual([[["Z9911/2", "Example"]]]);
    expect(await line.store.reviewItems(9)).toEqual([]);
  });

  test("whose old one was never told of before lets nothing older come in late", async () => {
    await send({ event: "A40", day: 2, localId: "2", nhsNumber: NUMBER, replaces: "3" });
    const late = await send({ event: "A28", day: 1, localId: "3", nhsNumber: NUMBER, family: "Other" });
    expect(late).toMatchObject({
      unchanged: 1,
      issues: [{ message: expect.stringMatching(/older than what is held/) }],
    });
    expect(await contributions()).toEqual([[]]);
    await send({ event: "A31", day: 3, localId: "2", nhsNumber: NUMBER });
    expect(await contributions()).toEqual([[["Z9911/2", "Example"]]]);
  });

  test("move nothing that another source told of", async () => {
    await line.send("eyfs-profile", toCsv([toProfileRow()]));
    for (const table of Object.values(toTables({ NHSNumber: "9990000026" }))) {
      await line.send("community-services-data-set", table);
    }
    const before = (await recordsOf(line.store)).map(({ key, resources }) => [key, resources.length]);
    await send({ event: "A28", day: 1, localId: "3", nhsNumber: "9990000026" });
    await send({ event: "A40", day: 2, localId: "2", nhsNumber: NUMBER, replaces: "3" });
    const after = (await recordsOf(line.store)).map(({ key, resources }) => [
      key,
      resources.filter(({ source }) => source !== "leeds-adt").length,
    ]);
    expect(after.slice(0, before.length)).toEqual(before);
  });

  test("taken in again with the whole source end nothing that came after them", async () => {
    await send({ event: "A28", day: 1, localId: "2", nhsNumber: NUMBER });
    await send({ event: "A28", day: 1, localId: "3" });
    await send({ event: "A40", day: 2, localId: "2", nhsNumber: NUMBER, replaces: "3" });
    await send({ event: "A31", day: 3, localId: "2", nhsNumber: NUMBER, family: "Newest" });
    await send({ event: "A31", day: 3, localId: "3", family: "Anew" });
    const before = await recordsOf(line.store);
    const receipt = await line.replaySource("itk-adt");
    expect(receipt).toMatchObject({ received: 3, committed: 0, unchanged: 3, forgotten: 0 });
    expect((await recordsOf(line.store)).map(({ contributions: told }) => told)).toEqual(
      before.map(({ contributions: told }) => told),
    );
    expect((await contributions())[0]).toContainEqual(["Z9911/2", "Newest"]);
  });

  test("sent again change nothing", async () => {
    await send({ event: "A28", day: 1, localId: "3" });
    const merge: Told = { event: "A40", day: 2, localId: "2", nhsNumber: NUMBER, replaces: "3" };
    await send(merge);
    const before = await recordsOf(line.store);
    expect(await send(merge)).toMatchObject({ unchanged: 1, committed: 0 });
    expect(await recordsOf(line.store)).toEqual(before);
  });
});

describe("a record of a child of whom another one came after it", () => {
  test("does not speak over that one when the source is taken in again", async () => {
    await line.send("eyfs-profile", toCsv([toProfileRow({ FSP_ACADYR: "2025/2026", FSP_SURNAME: "Earlier" })]));
    await line.send("eyfs-profile", toCsv([toProfileRow({ FSP_ACADYR: "2024/2025", FSP_SURNAME: "Later" })]));
    const before = await recordsOf(line.store);
    expect(before.map(({ contributions: told }) => JSON.parse(told[0]?.body ?? "").name[0].family)).toEqual(["Later"]);
    expect(await line.replaySource("eyfs-profile")).toMatchObject({ received: 2, unchanged: 2, committed: 0 });
    const told = (await recordsOf(line.store)).map(({ contributions: now, pastContributions }) => ({
      now,
      pastContributions,
    }));
    expect(told).toEqual(before.map(({ contributions: now, pastContributions }) => ({ now, pastContributions })));
  });
});

describe("merges that follow each other", () => {
  const stories = {
    A: { event: "A28", day: 1, localId: "2", family: "First" },
    B: { event: "A28", day: 1, localId: "3", family: "Second" },
    C: { event: "A28", day: 1, localId: "4", family: "Third" },
    AB: { event: "A40", day: 2, localId: "3", replaces: "2" },
    BC: { event: "A40", day: 3, localId: "4", replaces: "3" },
    laterA: { event: "A31", day: 5, localId: "2", family: "Later" },
    CA: { event: "A40", day: 6, localId: "2", replaces: "4" },
  } as const satisfies Record<string, Told>;

  async function tell(...names: readonly (keyof typeof stories)[]): Promise<string> {
    const outcomes = [];
    for (const name of names) outcomes.push((await send(stories[name])).committed === 1 ? name : "-");
    return outcomes.join(" ");
  }

  const told = async () => (await contributions()).filter((record) => record.length > 0);

  test("take every name along to the child that stays", async () => {
    await tell("A", "B", "C", "AB", "BC", "laterA");
    const [names, ...others] = await told();
    expect(names?.map(([localId]) => localId)).toEqual(["Z9911/2", "Z9911/4"]);
    expect(others).toEqual([]);
  });

  test("in a circle leave what was told last, and sent again change nothing", async () => {
    await tell("A", "B", "C", "AB", "BC", "laterA", "CA");
    expect(await told()).toEqual([[["Z9911/2", "Later"]]]);
    expect(await tell("A", "B", "C", "AB", "BC", "laterA", "CA", "BC", "AB")).toBe("- - - - - - - - -");
    expect(await told()).toEqual([[["Z9911/2", "Later"]]]);
  });

  test("that come late end nothing that was written after them, and a person is asked whose it is", async () => {
    await tell("A", "B", "laterA", "AB");
    expect(await told()).toEqual([[["Z9911/2", "Later"]], [["Z9911/3", "Second"]]]);
    const reviews = await line.store.reviewItems(9);
    const asked = reviews.filter(({ evidence }) =>
      evidence.includes("the source says that it knows one child under two names"),
    );
    expect(asked).toMatchObject([{ localId: "Z9911/2" }]);
  });
});
