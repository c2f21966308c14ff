import { hash } from "node:crypto";
import { expect, test } from "vitest";
import type { RecordKey } from "./record.ts";
import type { RecordSearchKey } from "./record-verbs.ts";
import { type Child, FAMILY, rollOf } from "./store.fixtures.ts";
import type { Store } from "./store.ts";

type Contribute = (
  record: RecordKey,
  authority: string,
  keys?: readonly RecordSearchKey[],
  source?: string,
) => Promise<void>;

export function findCases(store: () => Store, child: Child, contribute: Contribute): void {
  const given = (value: string): RecordSearchKey => ({ code: "given", value });
  const birthdate = (value: string): RecordSearchKey => ({ code: "birthdate", value });

  test.each<[string, readonly (RecordSearchKey & { prefix?: boolean })[], readonly number[]]>([
    ["one key", [FAMILY], [0, 1, 3]],
    ["all of several keys", [FAMILY, given("ada")], [0, 3]],
    ["a beginning", [{ ...FAMILY, value: "ash", prefix: true }], [0, 1, 2, 3]],
    ["a beginning that is a whole word", [{ ...FAMILY, prefix: true }], [0, 1, 3]],
    [
      "two beginnings",
      [
        { ...FAMILY, value: "ash", prefix: true },
        { ...given("a"), prefix: true },
      ],
      [0, 3],
    ],
    ["a beginning and a whole word", [{ ...FAMILY, value: "ash", prefix: true }, birthdate("2021-02-03")], [1, 2]],
    ["keys that no child carries together", [given("ada"), birthdate("2021-02-03")], []],
    ["a word of another parameter", [{ code: "given", value: "ashdown" }], []],
    ["a beginning with characters that a pattern would read", [{ ...FAMILY, value: "ash%", prefix: true }], []],
    ["no key: every child", [], [0, 1, 2, 3]],
  ])("finds children by %s, ascending", async (_, keys, expected) => {
    const children = [await child("p-0"), await child("p-1"), await child("p-2"), await child("p-3")];
    const [a = 0, b = 0, c = 0, d = 0] = children;
    await contribute(d, "383", [FAMILY, given("ada"), birthdate("2020-01-01")]);
    await contribute(a, "383", [FAMILY, given("ada"), given("anne"), birthdate("2020-01-01")]);
    await contribute(b, "383", [FAMILY, given("bo"), birthdate("2021-02-03")]);
    await contribute(c, "383", [{ code: "family", value: "ashford" }, given("cy"), birthdate("2021-02-03")]);
    const found = await store().findRecords(keys, 10, "");
    expect(found.map((key) => children.indexOf(key))).toEqual(expected);
    expect(await store().findRecords(keys, 1, "")).toEqual(found.slice(0, 1));
  });

  test("values longer than an index takes are found whole and by how they begin, each its own child", async () => {
    // Without a pattern that could be made shorter, and alike far beyond what an index takes.
    const long = Array.from({ length: 100 }, (_, n) => hash("sha256", `${n}`, "base64url")).join("");
    const [one, other] = [await child("p-1"), await child("p-2")];
    await contribute(one, "383", [{ ...FAMILY, value: `${long}1` }]);
    await contribute(other, "383", [{ ...FAMILY, value: `${long}2` }]);
    const find = (value: string, prefix: boolean) => store().findRecords([{ ...FAMILY, value, prefix }], 10, "");
    expect(await find(`${long}1`, false)).toEqual([one]);
    expect(await find(`${long}2`, false)).toEqual([other]);
    expect(await find(long, false)).toEqual([]);
    for (const length of [3, 499, 500, 501]) expect(await find(long.slice(0, length), true)).toEqual([one, other]);
    expect(await find(`${long.slice(0, 499)}-`, true)).toEqual([]);
    expect(await find(long, true)).toEqual([one, other]);
  });

  test("a search key lives as long as the last contribution that brought it", async () => {
    const key = await child("p-1");
    await contribute(key, "383", [FAMILY], "one");
    await contribute(key, "383", [FAMILY], "two");
    await contribute(key, "383", [{ ...FAMILY, value: "birch" }], "one");
    expect(await store().findRecords([FAMILY], 10, "")).toEqual([key]);
    await store().write((transaction) => transaction.removeContribution(key, "two", `${key}`, 2_000));
    expect(await store().findRecords([FAMILY], 10, "")).toEqual([]);
    expect(await store().findRecords([{ ...FAMILY, value: "birch" }], 10, "")).toEqual([key]);
  });

  test("a record stands in an authority from its first contribution on, whatever is said of the child later", async () => {
    const key = await child("p-1");
    await contribute(key, "383", [], "leeds-eyfsp");
    await contribute(key, "383", [], "leeds-csds");
    await contribute(key, "344", [], "wirral-csds");
    const scan = (authority: string) => store().scanRecords({ authorities: [authority] }, 0, 10);
    expect(await scan("383")).toEqual([key]);
    await store().write((transaction) => transaction.removeContribution(key, "leeds-eyfsp", `${key}`, 2_000));
    expect(await scan("383")).toEqual([key]);
    await store().write((transaction) => transaction.removeContribution(key, "leeds-csds", `${key}`, 2_000));
    expect((await store().record(key))?.contributions.map(({ source }) => source)).toEqual(["wirral-csds"]);
    expect(await scan("383")).toEqual([key]);
    expect(await scan("344")).toEqual([key]);
    expect(await scan("340")).toEqual([]);
  });

  test.each<[string, { organizations?: readonly string[]; authorities?: readonly string[] }, readonly number[]]>([
    ["no bound: every child", {}, [0, 1, 2, 3, 4, 5]],
    ["one authority", { authorities: ["383"] }, [0, 2, 4]],
    ["several authorities, each child once", { authorities: ["383", "344", "383"] }, [0, 1, 2, 3, 4, 5]],
    ["one organisation", { organizations: ["3950000"] }, [0, 3]],
    ["several organisations", { organizations: ["3950002", "3950000"] }, [0, 2, 3, 5]],
    ["an organisation within an authority", { organizations: ["3950000"], authorities: ["344"] }, [3]],
    ["no organisation", { organizations: [] }, []],
    ["no authority", { authorities: [] }, []],
  ])("scans children by %s, ascending, page by page", async (_, { organizations, ...rest }, expected) => {
    const children: RecordKey[] = [];
    for (let n = 0; n < 6; n += 1) children.push(await child(`p-${n}`));
    for (const [n, key] of [...children.entries()].toReversed()) {
      await contribute(key, n % 2 === 0 ? "383" : "344");
      await store().write((transaction) =>
        transaction.putRelationships(key, "s", "u", [rollOf(`395000${n % 3}`), rollOf(`395000${n % 3}`)]),
      );
    }
    const scope = {
      ...rest,
      ...(organizations && {
        organizations: organizations.map((value) => ({ system: "urn:establishment", value })),
      }),
    };
    const found: RecordKey[] = [];
    for (;;) {
      const page = await store().scanRecords(scope, found.at(-1) ?? 0, 2);
      found.push(...page);
      if (page.length < 2) break;
    }
    expect(found.map((key) => children.indexOf(key))).toEqual(expected);
  });

  test("relationships are replaced by the unit that told them, and by no other", async () => {
    const key = await child("p-1");
    const tell = (unit: string, ...values: readonly string[]) =>
      store().write((transaction) =>
        transaction.putRelationships(
          key,
          "s",
          unit,
          values.map((v) => rollOf(v)),
        ),
      );
    await tell("u1", "3950001", "3950002");
    await tell("u2", "3950003");
    await tell("u1", "3950004");
    const values = (await store().record(key))?.relationships.map(({ organization }) => organization.value);
    expect(values?.toSorted()).toEqual(["3950003", "3950004"]);
    const gone = { organizations: [{ system: "urn:establishment", value: "3950001" }] };
    expect(await store().scanRecords(gone, 0, 10)).toEqual([]);
  });
}
