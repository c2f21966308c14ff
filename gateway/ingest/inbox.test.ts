import { randomUUID } from "node:crypto";
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { AuditLog } from "../audit/audit.ts";
import { createAuditLog } from "../audit/log.ts";
import { startResolver } from "../identity/resolver.fixtures.ts";
import { createSqliteStore } from "../store/sqlite/sqlite.ts";
import { createInbox, type Inbox, type InboxOptions } from "./inbox.ts";
import { sourceOf, toCsv, toProfileRow } from "./line.fixtures.ts";
import { createIngestLine } from "./line.ts";
import { mapperOf } from "./mappers.ts";
import type { Receipt } from "./receipt.ts";

const SETTLE_MS = 20;

let directory: string;
let folder: string;
let store: ReturnType<typeof createSqliteStore>;
let audit: AuditLog;
let inbox: Inbox | undefined;
const receipts: Receipt[] = [];
const faults: string[] = [];

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "inbox-"));
  folder = join(directory, "in", "leeds-eyfsp");
  await mkdir(folder, { recursive: true });
  store = createSqliteStore({ path: join(directory, "store.sqlite") });
  audit = await createAuditLog({ directory: join(directory, "audit"), process: "test", clock: Date.now });
  receipts.length = 0;
  faults.length = 0;
});
afterEach(async () => {
  await inbox?.close();
  inbox = undefined;
  await store.close();
  await audit.close();
  await rm(directory, { recursive: true });
});

async function open(options: Partial<InboxOptions> = {}): Promise<void> {
  inbox = createInbox({
    directory: join(directory, "in"),
    sources: [sourceOf("eyfs-profile")],
    line: createIngestLine({ store, mapperOf, ids: randomUUID, resolver: startResolver(), clock: Date.now }),
    audit,
    ids: randomUUID,
    clock: Date.now,
    settle_ms: SETTLE_MS,
    onReceipt: (receipt) => receipts.push(receipt),
    onFault: (_, source) => faults.push(source),
    ...options,
  });
}

const PROFILE = toCsv([toProfileRow()]);
const files = async () => (await readdir(folder)).filter((name) => name !== "receipts");

test("a file that has settled is taken in, recorded, receipted and removed", async () => {
  const recorded: unknown[] = [];
  await open({
    audit: {
      async append(record) {
        recorded.push(record);
        await audit.append(record);
      },
      close: () => audit.close(),
    },
  });
  await writeFile(join(folder, "return.csv"), PROFILE);
  await expect.poll(() => receipts).toHaveLength(1);
  const [receipt] = receipts;
  expect(receipt).toMatchObject({ source: "leeds-eyfsp", fileName: "return.csv", received: 1, committed: 1 });
  expect(await files()).toEqual([]);
  const written = await readFile(join(folder, "receipts", `${receipt?.id}.json`), "utf8");
  expect(JSON.parse(written)).toEqual(receipt);
  expect(recorded).toMatchObject([{ interaction: "ingest", client: "inbox", released: [`receipt/${receipt?.id}`] }]);
});

test("what is not finished, a link and a folder are let lie", async () => {
  await writeFile(join(directory, "outside.csv"), PROFILE);
  await symlink(join(directory, "outside.csv"), join(folder, "link.csv"));
  await mkdir(join(folder, "later"));
  for (const name of [".return.csv", "return.csv.part", "return.tmp", "return.csv~"]) {
    await writeFile(join(folder, name), PROFILE);
  }
  await open();
  await writeFile(join(folder, "whole.csv"), PROFILE);
  await expect.poll(() => receipts).toHaveLength(1);
  expect((await files()).sort()).toEqual([
    ".return.csv",
    "later",
    "link.csv",
    "return.csv.part",
    "return.csv~",
    "return.tmp",
  ]);
});

test("a file with a record that is held back is removed all the same: the record lies in quarantine", async () => {
  await open();
  await writeFile(join(folder, "return.csv"), toCsv([toProfileRow({ FSP_DOB: "2020-02-31" })]));
  await expect.poll(() => receipts).toMatchObject([{ received: 1, quarantined: 1 }]);
  expect(await files()).toEqual([]);
});

test("a name that may be a child's stands in no receipt", async () => {
  await open();
  await writeFile(join(folder, "Zoë's return.csv"), PROFILE);
  await expect.poll(() => receipts).toHaveLength(1);
  expect(receipts[0]).not.toHaveProperty("fileName");
});

test("a file that could not be recorded stays where it is, and counts as unchanged when it is taken in again", async () => {
  const failing: AuditLog = { append: () => Promise.reject(new Error("the disk is full")), close: async () => {} };
  await writeFile(join(folder, "return.csv"), PROFILE);
  await open({ audit: failing });
  await expect.poll(() => faults).toEqual(["leeds-eyfsp"]);
  expect(await files()).toEqual(["return.csv"]);
  await inbox?.close();
  await open();
  await expect.poll(() => receipts).toMatchObject([{ received: 1, unchanged: 1 }]);
});

test.each([
  { name: "is a link", spoil: (path: string) => symlink(directory, path) },
  { name: "is a file", spoil: (path: string) => writeFile(path, "") },
])("no file is taken in where the folder of receipts $name, and that is told once", async ({ spoil }) => {
  await spoil(join(folder, "receipts"));
  await writeFile(join(folder, "return.csv"), PROFILE);
  await open();
  await expect.poll(() => faults).toEqual(["leeds-eyfsp"]);
  await new Promise((resolve) => setTimeout(resolve, 5 * SETTLE_MS));
  expect(faults).toHaveLength(1);
  expect(await files()).toEqual(["return.csv"]);
  await rm(join(folder, "receipts"));
  await expect.poll(() => receipts).toMatchObject([{ committed: 1 }]);
});

test("the folder of a source is not looked for behind a link", async () => {
  const elsewhere = join(directory, "elsewhere");
  await mkdir(elsewhere);
  await writeFile(join(elsewhere, "return.csv"), PROFILE);
  await rm(folder, { recursive: true });
  await symlink(elsewhere, folder);
  await open();
  await expect.poll(() => faults).toEqual(["leeds-eyfsp"]);
  await inbox?.close();
  expect(receipts).toEqual([]);
});

test("a file that was taken away or written anew while others were read is no fault, and is taken in as it then is", async () => {
  const line = createIngestLine({ store, mapperOf, ids: randomUUID, resolver: startResolver(), clock: Date.now });
  for (const name of ["a.csv", "b.csv", "c.csv"]) await writeFile(join(folder, name), PROFILE);
  let isFirst = true;
  await open({
    line: {
      async ingest(...delivery) {
        if (isFirst) {
          isFirst = false;
          for (const name of ["a.csv", "b.csv", "c.csv"].filter((name) => name !== delivery[1].fileName)) {
            await (name === "a.csv" || name === "b.csv" ? rm(join(folder, name)) : writeFile(join(folder, name), ""));
          }
        }
        return line.ingest(...delivery);
      },
    },
  });
  await expect.poll(files).toEqual([]);
  await inbox?.close();
  expect(faults).toEqual([]);
  expect(receipts.at(0)).toMatchObject({ received: 1 });
});

test("closing waits for the file under way, and takes no other", async () => {
  await writeFile(join(folder, "first.csv"), PROFILE);
  await writeFile(join(folder, "second.csv"), PROFILE);
  const line = createIngestLine({ store, mapperOf, ids: randomUUID, resolver: startResolver(), clock: Date.now });
  const began = Promise.withResolvers<void>();
  const mayEnd = Promise.withResolvers<void>();
  await open({
    line: {
      async ingest(...delivery) {
        began.resolve();
        await mayEnd.promise;
        return line.ingest(...delivery);
      },
    },
  });
  await began.promise;
  const closed = inbox?.close();
  mayEnd.resolve();
  await closed;
  expect(receipts).toHaveLength(1);
  expect(await files()).toHaveLength(1);
});
