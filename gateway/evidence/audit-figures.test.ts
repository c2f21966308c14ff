import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { AuditRecord } from "../audit/audit.ts";
import { createAuditIndex } from "../audit/audit-index.ts";
import { createAuditLog } from "../audit/log.ts";
import { countAudit } from "./audit-figures.ts";

let directory = "";
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "evidence-figures-"));
});
afterEach(() => rm(directory, { recursive: true }));

const ASKED = {
  interaction: "search-type",
  outcome: "success",
  requestId: "r",
  client: "gp-demo",
  agreement: "gp/1",
  purpose: "TREAT",
  organization: "Z991",
} as const satisfies AuditRecord;

/** Writes records, each in the month given, and counts them. */
async function counted(...told: readonly (readonly [month: string, change: Partial<AuditRecord>])[]) {
  let now = 0;
  const log = await createAuditLog({ directory, process: "gateway", clock: () => now });
  for (const [month, change] of told) {
    now = Date.parse(`${month}-15T12:00:00Z`);
    await log.append({ ...ASKED, ...change });
  }
  await log.close();
  const index = createAuditIndex({ directory, process: "evidence" });
  try {
    await index.catchUp();
    return await countAudit(index, new Set(["gp-demo"]));
  } finally {
    await index.close();
  }
}

const row = (patient: string, released = ["Patient/x/1"]) => ({ patient, released });

test("a child counts once a month however often it was asked for, and a request once however many children", async () => {
  const { disclosures } = await counted(
    ["2026-01", { disclosures: [row("a"), row("b")] }],
    ["2026-01", { disclosures: [row("a")] }],
    ["2026-02", { disclosures: [row("a")] }],
  );
  expect(disclosures).toMatchObject([
    { month: "2026-01", client: "gp-demo", organization: "Z991", purpose: "TREAT", children: 2, requests: 2 },
    { month: "2026-02", children: 1, requests: 1 },
  ]);
});

test("a child of whom all was held back is no disclosure, and is counted as held back", async () => {
  const held = { ...row("a", []), withheld: { count: 3, rules: ["x"] } };
  const { disclosures, withheld } = await counted(["2026-01", { disclosures: [held] }]);
  expect(disclosures).toEqual([]);
  expect(withheld).toEqual([{ words: ["gp-demo", "2026-01"], count: 1 }]);
});

test("refusals and overrides are counted by client and month", async () => {
  const { denied, overridden, lastUsed } = await counted(
    ["2026-01", { outcome: "refused" }],
    ["2026-01", { outcome: "refused" }],
    ["2026-03", { disclosures: [{ ...row("a"), override: { kind: "break-glass", decision: 1 } }] }],
  );
  expect(denied).toEqual([{ words: ["gp-demo", "search-type", "2026-01"], count: 2 }]);
  expect(overridden).toEqual([{ words: ["break-glass", "gp-demo", "2026-03"], count: 1 }]);
  expect(lastUsed).toEqual(new Map([["gp-demo", "2026-03"]]));
});

test("clients that nobody knew are one", async () => {
  const log = await createAuditLog({ directory, process: "gateway", clock: () => Date.parse("2026-01-01T00:00:00Z") });
  const { agreement: _, ...asked } = ASKED;
  for (const client of ["practice-of-ada", "practice-of-bea"])
    await log.append({ ...asked, outcome: "refused", client });
  await log.close();
  const index = createAuditIndex({ directory, process: "evidence" });
  await index.catchUp();
  const { denied, lastUsed } = await countAudit(index, new Set());
  await index.close();
  expect(denied).toEqual([{ words: ["not registered", "search-type", "2026-01"], count: 2 }]);
  expect([...lastUsed.keys()]).toEqual(["not registered"]);
});
