import { appendFileSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { AuditIndex, AuditLog } from "./audit.ts";
import { type IndexWorld, names, scanned, startIndexWorld } from "./audit-index.fixtures.ts";
import { NOON, recordOf } from "./log.fixtures.ts";

const DAY_MS = 86_400_000;
const INDEX = "gateway.index.sqlite";
let world: IndexWorld;

beforeEach(() => {
  world = startIndexWorld();
});
afterEach(() => world.close());

describe("a restart, a purge and a rebuild", () => {
  let log: AuditLog;
  let index: AuditIndex;

  beforeEach(async () => {
    log = await world.openLog();
    index = world.openIndex();
    for (const [day, name] of ["a", "b", "c"].entries()) {
      world.now = NOON + day * DAY_MS;
      await log.append(recordOf(name, { patients: [`patient-${name}`] }));
    }
    await index.catchUp();
  });

  async function restart(): Promise<void> {
    await log.close();
    await index.close();
    log = await world.openLog();
    index = world.openIndex();
  }

  function purge(day: string): void {
    for (const name of world.filesOf("")) {
      if (name.startsWith(`gateway.${day}.`)) rmSync(join(world.directory, name));
    }
  }

  test("after a restart it goes on where it was", async () => {
    const before = await scanned(index);
    await restart();
    expect(await scanned(index)).toEqual(before);
    await log.append(recordOf("d"));
    await index.catchUp();
    expect(await names(index)).toEqual(["a", "b", "c", "d"]);
  });

  test("after a purge the leaf stays and the details are gone, at once and from the file", async () => {
    const [purged] = await scanned(index);
    purge("2026-01-31");
    for (const isCaughtUp of [false, true]) {
      if (isCaughtUp) await index.catchUp();
      const [first, second] = await scanned(index);
      expect(first).toEqual({
        position: purged?.position,
        id: purged?.id,
        time: NOON,
        isPurged: true,
        record: {
          interaction: "search-type",
          outcome: "success",
          requestId: "",
          client: "gp-demo",
          organization: "Y99999",
          purpose: "TREAT",
          agreement: "gp/1",
          legalBasis: "6(1)(e)",
        },
      });
      expect(second).toMatchObject({ isPurged: false, record: { requestId: "b" } });
    }
    expect(await scanned(index, { patient: "patient-a" })).toEqual([]);
    expect(await scanned(index, { patient: "patient-b" })).toHaveLength(1);
    const files = world.filesOf("").filter((name) => name.startsWith(INDEX));
    const bytes = files.map((name) => readFileSync(join(world.directory, name), "latin1")).join("");
    expect(bytes).toContain("patient-b");
    expect(bytes).not.toContain("patient-a");
    expect(bytes).not.toContain("9990000018");
  });

  test("made again it holds the same, purged days included", async () => {
    purge("2026-02-01");
    await index.catchUp();
    const before = await scanned(index);
    await restart();
    await index.close();
    for (const name of world.filesOf("").filter((each) => each.startsWith(INDEX))) rmSync(join(world.directory, name));
    index = world.openIndex();
    await index.catchUp();
    expect(await scanned(index)).toEqual(before);
    expect(before.map(({ isPurged }) => isPurged)).toEqual([false, true, false]);
  });

  test.each<[string, (path: string) => void]>([
    ["is no database", (path) => writeFileSync(path, "not a database at all ".repeat(500))],
    [
      "lost a table",
      (path) => {
        const database = new DatabaseSync(path);
        database.exec("DROP TABLE entry");
        database.close();
      },
    ],
    [
      "is of another version",
      (path) => {
        const database = new DatabaseSync(path);
        database.exec("PRAGMA user_version = 99");
        database.close();
      },
    ],
  ])("an index that %s is made again before it answers", async (_, damage) => {
    const before = await scanned(index);
    await restart();
    damage(join(world.directory, INDEX));
    await index.catchUp();
    expect(await scanned(index)).toEqual(before);
  });

  test("an index of another log is made again", async () => {
    await restart();
    await log.close();
    for (const name of [...world.filesOf(".journal"), ...world.filesOf(".leaves")]) rmSync(join(world.directory, name));
    log = await world.openLog();
    await log.append(recordOf("elsewhere"));
    await index.catchUp();
    expect(await names(index)).toEqual(["elsewhere"]);
  });

  test("a journal that was cut back and written again is read again", async () => {
    await restart();
    await log.close();
    const last = join(world.directory, world.filesOf(".journal").at(-1) ?? "");
    const leaves = join(world.directory, world.filesOf(".leaves")[0] ?? "");
    writeFileSync(last, "");
    writeFileSync(leaves, `${readFileSync(leaves, "utf8").split("\n").slice(0, 2).join("\n")}\n`);
    log = await world.openLog();
    await log.append(recordOf("instead of c"));
    await index.catchUp();
    expect(await names(index)).toEqual(["a", "b", "instead of c"]);
  });

  test("half a line at the end is left for later", async () => {
    await restart();
    await log.close();
    appendFileSync(join(world.directory, world.filesOf(".journal").at(-1) ?? ""), '{"salt":"0123456789');
    await index.catchUp();
    expect(await names(index)).toEqual(["a", "b", "c"]);
    log = await world.openLog();
    await log.append(recordOf("d"));
    await index.catchUp();
    expect(await names(index)).toEqual(["a", "b", "c", "d"]);
  });
});
