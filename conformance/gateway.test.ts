import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { FILES } from "./ingest-files.fixtures.ts";
import { parseJson } from "./json.ts";
import { type RunOptions, runConformance } from "./runner.ts";
import { privateKeyFrom } from "./smart-client.ts";
import { type RunningGateway, startGateway } from "./start-gateway.ts";

const CLIENT = "conformance-demo";
const SCOPE = "system/*.cruds";
/** A database of PostgreSQL with nothing in it, to run the same on that engine. */
const { CONFORMANCE_DATABASE_URL = "" } = process.env;

/** No case is left out on a machine that is busy. */
const BUDGET_MS = 600_000;

let gateway: RunningGateway;
let options: RunOptions;

beforeAll(async () => {
  gateway = await startGateway({ env: { DATABASE_URL: CONFORMANCE_DATABASE_URL } });
  const file = join(gateway.dataDir, "demonstration", `${CLIENT}.jwk.json`);
  const key = privateKeyFrom(parseJson(await readFile(file, "utf8")));
  if (key === undefined) throw new Error(`${CLIENT} has no key`);
  const token = await gateway.token(CLIENT, { scope: SCOPE });
  const given = { client: { id: CLIENT, key, scope: SCOPE } };
  options = { base: gateway.fhirBase, token, mayWrite: true, disposable: true, given, budget_ms: BUDGET_MS };
});

afterAll(async () => {
  await gateway?.stop();
});

type Results = Awaited<ReturnType<typeof runConformance>>["results"];

const withoutReason = (results: Results) =>
  results.filter(({ outcome, reason }) => outcome !== "pass" && !reason).map(({ id }) => id);

describe("the gateway, as the client of the conformance kit sees it", () => {
  test("fails no case, and keeps nothing of the run", async () => {
    const { results, leftBehind } = await runConformance(options);
    expect(withoutReason(results)).toEqual([]);
    const broken = results.filter(({ outcome }) => outcome === "fail" || outcome === "error" || outcome === "blocked");
    expect(broken.map(({ id, reason }) => `${id}: ${reason}`)).toEqual([]);
    expect(leftBehind).toEqual([]);
  });

  test("passes every case about tokens", async () => {
    const { results } = await runConformance({ ...options, only: ["smart"] });
    expect(results.filter(({ outcome }) => outcome !== "pass").map(({ id, reason }) => `${id}: ${reason}`)).toEqual([]);
  });

  test.each(["gp-demo", "officer-demo"])("fails no case for %s, who may not write", async (client) => {
    const token = await gateway.token(client);
    const { results, counts } = await runConformance({ ...options, token, disposable: false, given: {} });
    expect(results.filter(({ outcome }) => outcome === "fail").map(({ id, reason }) => `${id}: ${reason}`)).toEqual([]);
    expect(withoutReason(results)).toEqual([]);
    expect(counts.pass).toBeGreaterThan(300);
    expect(results.find(({ id }) => id === "create/location[Patient]")).toMatchObject({
      outcome: "blocked",
      reason: "a valid Patient was answered 403 (by what this client may do)",
    });
  });

  test.each(FILES)("passes every case about a file of $source", async ({ source, file, body }) => {
    const token = await gateway.token("officer-demo", { scope: `system/*.rs ingest/${source}` });
    const ingest = { url: `${new URL(gateway.fhirBase).origin}/ingest/${source}`, file, body };
    const { results } = await runConformance({
      ...{ base: gateway.fhirBase, token, mayWrite: true, only: ["ingest"], given: { ingest } },
    });
    expect(results.map(({ id, outcome, reason }) => `${id}: ${outcome} ${reason ?? ""}`)).toEqual(
      ["receipt", "again", "fhir-out", "no-file"].map((id) => `ingest/${id}: pass `),
    );
  });

  test("has a reason for everything that is not passed where nothing may be written", async () => {
    const { results } = await runConformance({ ...options, mayWrite: false, types: ["Patient"] });
    expect(withoutReason(results)).toEqual([]);
  });
});
