import { mkdtemp, readFile, rename, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { ODS_ORGANIZATION } from "#profiles/systems.ts";
import { createLivingRegister } from "./access/living-register.ts";
import type { Register } from "./access/register.ts";
import type { RegisterFile } from "./access/register-file.ts";
import { createKeyPair, createRegisterFile } from "./access/register-fixtures.ts";
import type { AuditRecord } from "./audit/audit.ts";
import { loadRegister, toSourceFacts } from "./compose-register.ts";
import { createReloading, type Reloading } from "./compose-reload.ts";
import { loadConfig } from "./config.ts";
import { createLog } from "./log.ts";

const GOOD = createRegisterFile(createKeyPair("first").jwk);
const PRACTICE = { system: ODS_ORGANIZATION, value: "Z99101" };

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "reload-"));
});
afterAll(() => rm(directory, { recursive: true }));

let register: Register;
let reloading: Reloading;
let records: AuditRecord[];
let isAuditDown: boolean;
let dataDir: string;

async function write(file: RegisterFile | string, name = "register.json"): Promise<void> {
  const text = typeof file === "string" ? file : JSON.stringify(file);
  // As an operator does who wants nobody to read half a file.
  await writeFile(join(dataDir, `${name}.new`), text);
  await rename(join(dataDir, `${name}.new`), join(dataDir, name));
}

async function start(
  options: { readonly watch_ms?: number; readonly more?: Record<string, string> } = {},
): Promise<void> {
  const environment = { DATA_DIR: dataDir, REGISTER_FILE: join(dataDir, "register.json"), ...options.more };
  const { read, first } = await loadRegister(loadConfig(environment));
  const living = createLivingRegister(first.register);
  register = living.register;
  const audit = {
    async append(record: AuditRecord) {
      if (isAuditDown) throw new Error("The disk is full.");
      records.push(record);
    },
    close: async () => {},
  };
  const watch = options.watch_ms === undefined ? {} : { watch_ms: options.watch_ms };
  reloading = createReloading({ living, read, first, files: [], audit, log: createLog("silent"), dataDir, ...watch });
}

beforeEach(async () => {
  dataDir = await mkdtemp(join(directory, "data-"));
  records = [];
  isAuditDown = false;
  await write(GOOD);
});

const withAgreement = (told: Partial<RegisterFile["agreements"][number]>): RegisterFile => ({
  ...GOOD,
  agreements: GOOD.agreements.map((agreement) => ({ ...agreement, ...told })),
});

describe("a register that is changed while the gateway runs", () => {
  test("is in force at once, and recorded entry by entry without what is in them", async () => {
    await start();
    const sources = toSourceFacts(register);
    const { agreementOf } = register;
    await write({
      ...withAgreement({ version: 4, purposes: ["TREAT"] }),
      sources: [],
      clients: GOOD.clients.map((client) => ({ ...client, scopes: ["system/Patient.rs"] })),
      agreements: [...withAgreement({ version: 4, purposes: ["TREAT"], statutoryGateways: {} }).agreements],
      organizations: [...GOOD.organizations, { id: "hub", ...PRACTICE, value: "Z1", name: "Hub", authority: "leeds" }],
    });
    await reloading.reload();
    expect(register.version).toBe(2);
    expect(agreementOf("practice-system")).toMatchObject({ version: 4, purposes: ["TREAT"] });
    expect([sources.size, register.source("leeds-eyfsp"), register.organizations.length]).toEqual([0, undefined, 3]);
    const last = records.at(-1);
    expect(last).toMatchObject({ interaction: "configuration", outcome: "success", client: "gateway" });
    expect(last?.detail?.replaceAll(/ [\w-]{43}/g, " #")).toBe(
      "changed agreements/direct-care # #; changed clients/practice-system # #; added organizations/hub #; removed sources/leeds-eyfsp #",
    );
    expect(reloading.state()).toEqual({ version: 2, isRefused: false });
  });

  test("keeps an agreement that did not change the same object", async () => {
    await start();
    const before = register.agreementOf("practice-system");
    await write({ ...GOOD, organizations: GOOD.organizations.map((one) => ({ ...one, name: `${one.name} again` })) });
    await reloading.reload();
    expect(register.version).toBe(2);
    expect(register.agreementOf("practice-system")).toBe(before);
  });

  test.each([
    { what: "not JSON", file: "{" },
    { what: "not a register", file: JSON.stringify({ ...GOOD, clients: undefined }) },
    {
      what: "an agreement changed under its old version",
      file: JSON.stringify(withAgreement({ purposes: ["TREAT"] })),
    },
    { what: "an agreement of a lower version", file: JSON.stringify(withAgreement({ version: 2 })) },
    {
      what: "a member that stands twice, of which a reader may see the other",
      file: JSON.stringify(withAgreement({ version: 4 })).replace('"clients":', '"clients":[],"clients":'),
    },
  ])("leaves the former in force and says so when it is $what", async ({ file }) => {
    await start();
    await write(file);
    await reloading.reload();
    expect(reloading.state()).toEqual({ version: 1, isRefused: true });
    expect(register.agreementOf("practice-system")?.purposes).toEqual(["TREAT", "ETREAT"]);
    expect(records.at(-1)).toMatchObject({ interaction: "configuration", outcome: "refused" });
    await write(withAgreement({ version: 5, purposes: ["TREAT"] }));
    await reloading.reload();
    expect(reloading.state()).toEqual({ version: 2, isRefused: false });
  });

  test("cannot bring back an agreement with other terms under a version that it had", async () => {
    await start();
    const before = register.agreementOf("practice-system");
    await write({ ...GOOD, agreements: [], clients: [] });
    await reloading.reload();
    expect(reloading.state()).toEqual({ version: 2, isRefused: false });
    await write(withAgreement({ purposes: ["TREAT"] }));
    await reloading.reload();
    expect(reloading.state()).toEqual({ version: 2, isRefused: true });
    await write(GOOD);
    await reloading.reload();
    expect(reloading.state()).toEqual({ version: 3, isRefused: false });
    expect(register.agreementOf("practice-system")).toBe(before);
  });

  test("is not waited for where its path leads to no file, or to one without end", async () => {
    await start();
    for (const path of ["/dev/zero", "/proc/self/fd"]) {
      await symlink(path, join(dataDir, "elsewhere"));
      await rename(join(dataDir, "elsewhere"), join(dataDir, "register.json"));
      await reloading.reload();
      expect(reloading.state()).toEqual({ version: 1, isRefused: true });
    }
  });

  test("is not in force before the record of it is durable, and is tried again", async () => {
    await start();
    isAuditDown = true;
    await write(withAgreement({ version: 4 }));
    await reloading.reload();
    expect(reloading.state()).toEqual({ version: 1, isRefused: true });
    isAuditDown = false;
    await reloading.reload();
    expect(reloading.state()).toEqual({ version: 2, isRefused: false });
  });

  test("is found by looking at the file, once it has settled", async () => {
    await start({ watch_ms: 10 });
    await write(withAgreement({ version: 4 }));
    while (register.version === 1) await pause(5);
    expect(register.agreementOf("practice-system")?.version).toBe(4);
    reloading.close();
  });

  test("is recorded also when it was changed while the gateway stood still", async () => {
    await start();
    await reloading.reload();
    expect(records.map(({ detail }) => detail?.split(" ", 2).join(" "))).toEqual(["added agreements/direct-care"]);
    await write(withAgreement({ version: 4 }));
    await start();
    await reloading.reload();
    expect(records).toHaveLength(2);
    expect(records[1]?.detail).toMatch(/^changed agreements\/direct-care [\w-]{43} [\w-]{43}$/);
    expect(await readFile(join(dataDir, "register-known.json"), "utf8")).not.toContain("TREAT");
  });

  test("is made anew when the file of organisations changes", async () => {
    await write("code,name,parent\nZ99101,Practice,Z98", "ods.csv");
    await start({ more: { ODS_FILE: join(dataDir, "ods.csv") } });
    expect(register.ancestorsOf(PRACTICE, Date.now())).toContain(`${ODS_ORGANIZATION}|Z98`);
    await write("code,name,parent\nZ99101,Practice,Z97000", "ods.csv");
    await reloading.reload();
    expect(register.ancestorsOf(PRACTICE, Date.now())).toContain(`${ODS_ORGANIZATION}|Z97000`);
    expect(records.at(-1)?.detail).toMatch(/^changed ods /);
  });
});
