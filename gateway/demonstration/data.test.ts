import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { generate } from "#mappers/synthetic/generate.ts";
import { REFERENCE_DATE, SCENARIOS } from "#mappers/synthetic/scenarios.ts";
import { composeGateway, type Gateway } from "../compose.ts";
import { loadConfig } from "../config.ts";
import { createLog } from "../log.ts";
import type { RecordKey } from "../store/store.ts";
import { ensureDemonstrationData } from "./data.ts";

let directory: string;
let gateway: Gateway;
const onBegin = vi.fn<() => void>();
/** Records that hold something of a named child, by its id. */
const recordsOf = new Map<string, Set<RecordKey>>();

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "demonstration-data-"));
  const config = loadConfig({ DATA_DIR: directory, LOG_LEVEL: "silent" });
  gateway = await composeGateway(config, createLog("silent"), { baseUrl: "", environment: "", isDemonstration: true });
  await ensureDemonstrationData(0, { ...gateway, clock: Date.now, onBegin });
  const truth = [...generate({ children: 0, seed: "any", today: REFERENCE_DATE })].find(({ source }) => source === "");
  const rows = [...(truth?.chunks ?? [])].join("").trim().split("\n").slice(1);
  await gateway.store.write(async (transaction) => {
    for (const [source = "", record = "", child = ""] of rows.map((row) => row.split(","))) {
      const unit = record.replace(/^(CYP001MPI|registrations)\//, "child/");
      const lineage = await transaction.lineage(source, unit);
      if (lineage !== undefined) recordsOf.set(child, (recordsOf.get(child) ?? new Set()).add(lineage.record));
    }
  });
});

afterAll(async () => {
  await gateway.close();
  await rm(directory, { recursive: true });

  test("it is told once that data come in, and not where they are there", async () => {
    await ensureDemonstrationData(0, { ...gateway, clock: Date.now, onBegin });
    expect(onBegin).toHaveBeenCalledTimes(1);
  });
});

describe("the demonstration", () => {
  test("is not asked while its data are brought in, and whoever asks is told so", async () => {
    const answer = await gateway.app.request("/fhir/R4/Patient");
    expect(answer.status).toBe(503);
    expect(answer.headers.get("Retry-After")).toBe("2");
    expect(await answer.text()).toContain("brings in its data");
  });

  test.each(SCENARIOS.map(({ id, expectations }) => ({ id, ...expectations })))(
    "makes $patients of the named child $id",
    async ({ id, patients, inReview }) => {
      const records = recordsOf.get(id) ?? new Set();
      expect(records.size).toBe(patients);
      // That a number is still to come is no question of whose record it is, unless the child is in two.
      const items = (await gateway.store.reviewItems(1_000)).filter(({ record }) => records.has(record));
      const doubtful = items.filter(({ kind }) => kind !== "unlinked" || records.size > 1);
      expect(doubtful.length > 0).toBe(inReview);
    },
  );

  test("tells of no organisation in more than a few versions", async () => {
    const authorities = [...new Set(gateway.register.sources.map(({ authority }) => authority))];
    const keys = await gateway.store.sharedRecords("Organization", authorities);
    const records = await Promise.all(keys.map((key) => gateway.store.record(key)));
    const versions = records.flatMap((record) => record?.resources.map(({ version }) => version) ?? []);
    expect(versions.length).toBeGreaterThan(4);
    expect(Math.max(...versions)).toBeLessThanOrEqual(2);
  });
});
