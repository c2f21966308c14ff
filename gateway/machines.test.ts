import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Bundle, Patient, Resource } from "@medplum/fhirtypes";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { runKeys } from "./commands/keys.ts";
import { ConfigError } from "./config.ts";
import { BASE, composeIn, FHIR, jsonOf, openTestGateway, type TestGateway, writeRegister } from "./gateway.fixtures.ts";
import { startOwnRedis, type TestRedis } from "./identity/cache/test-redis.ts";
import type { DecisionDone } from "./review/shapes.ts";
import { fieldOf, type ReviewHouse, startBrowser, startReviewHouse } from "./review.fixtures.ts";
import { openCommons } from "./store/postgres/commons.ts";
import { ask } from "./store/postgres/postgres.fixtures.ts";
import { startTestPostgres, type TestDatabase } from "./store/postgres/test-postgres.ts";

/** Two machines that share a database and a Redis, and no disk. */

const IDENTITY_KEY = Buffer.from(Array.from({ length: 32 }, (_, n) => n * 7)).toString("base64");
const NHS = "https://fhir.nhs.uk/Id/nhs-number";
const SCANS = "https://example.org/scans";

let redis: TestRedis;
let database: TestDatabase;
let environment: Readonly<Record<string, string>>;
let review: ReviewHouse;
let a: TestGateway;
let b: TestGateway;

/** A data directory of a further machine, on which the same clients are known. */
async function machineDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), "machine-"));
  await cp(join(a.directory, "demonstration"), join(directory, "demonstration"), { recursive: true });
  return directory;
}

beforeAll(async () => {
  [redis, database] = await Promise.all([startOwnRedis(), startTestPostgres().then((one) => one.createDatabase())]);
  environment = { DATABASE_URL: database.url, REDIS_URL: redis.url, IDENTITY_KEY };
  review = await startReviewHouse((register) => register, environment);
  a = review.house;
  b = await openTestGateway(await machineDirectory(), (register) => register, environment);
});
afterAll(async () => {
  await b?.[Symbol.asyncDispose]();
  await review?.[Symbol.asyncDispose]();
  await database?.drop();
  await redis?.stop();
});

async function at(machine: TestGateway, token: string, path: string, init: RequestInit = {}): Promise<Response> {
  const headers = { "Content-Type": "application/fhir+json", ...init.headers, Authorization: `Bearer ${token}` };
  const url = path.startsWith("http") ? path : `${FHIR}/${path}`;
  return machine.gateway.app.request(url, { ...init, headers });
}

const scan = (value: string) => ({
  resourceType: "Observation",
  status: "final",
  code: { text: "steps taken" },
  identifier: [{ system: SCANS, value }],
});

async function create(machine: TestGateway, value: string): Promise<Resource & { readonly id: string }> {
  const created = await machine.ask("conformance-demo", "Observation", {
    method: "POST",
    headers: { "Content-Type": "application/fhir+json" },
    body: JSON.stringify(scan(value)),
  });
  expect(created.status).toBe(201);
  return jsonOf(created);
}

function matches(bundle: Bundle): readonly Resource[] {
  return (bundle.entry ?? []).flatMap(({ resource, search }) =>
    resource && search?.mode === "match" ? [resource] : [],
  );
}

async function observationsOf(machine: TestGateway, nhsNumber: string): Promise<readonly Resource[]> {
  const found = await machine.ask("gp-demo", "Observation/_search", {
    method: "POST",
    body: new URLSearchParams({ "patient.identifier": `${NHS}|${nhsNumber}`, _count: "100" }),
  });
  expect(found.status).toBe(200);
  return matches(await jsonOf<Bundle>(found));
}

describe("tokens and keys", () => {
  test("a token of one machine is taken by the other, and both publish the same keys", async () => {
    for (const [giver, taker] of [
      [a, b],
      [b, a],
    ] as const) {
      const token = await giver.token("gp-demo");
      expect((await at(taker, token, "Observation?_count=1&code=none")).status).toBe(200);
    }
    const published = await Promise.all(
      [a, b].map(async ({ gateway }) => jsonOf(await gateway.app.request(`${BASE}/oauth2/jwks`))),
    );
    expect(published[0]).toEqual(published[1]);
  });

  test("an assertion that one machine has taken is not taken again by the other", async () => {
    const assertion = await a.assertion("gp-demo");
    expect((await a.requestToken(assertion, "system/Observation.rs")).status).toBe(200);
    expect((await b.requestToken(assertion, "system/Observation.rs")).status).toBe(401);
  });

  test("in the database keys are sealed: nothing of them can be read there", async () => {
    const rows = await ask(database.url, "SELECT name, sealed FROM early_years_gateway.store_secret");
    expect(rows.map(({ name }) => name)).toContain("access-token.demonstration/000001.jwk.json");
    for (const { sealed } of rows) expect(String(sealed)).toMatch(/^[A-Za-z0-9+/]{40,}=*$/);
  });

  test("the command tells the keys of all machines from any of them", async () => {
    const told = await Promise.all(
      [a, b].map(({ directory }) => runKeys(["list"], { ...environment, DATA_DIR: directory }, Date.now())),
    );
    expect(told[0]).toEqual(told[1]);
    expect(told[0]?.out).toMatch(/^\S+ {2}\S+Z {2}signing\n$/);
  });
});

describe("what is written", () => {
  test("at one machine is read, found and counted at the other at once, from the very first time on", async () => {
    for (let n = 0; n < 12; n += 1) {
      const [writer, reader] = n % 2 === 0 ? [a, b] : [b, a];
      const { id } = await create(writer, `scan-${n}`);
      expect((await reader.ask("conformance-demo", `Observation/${id}`)).status).toBe(200);
      const found = await reader.ask("conformance-demo", `Observation?identifier=${SCANS}|scan-${n}`);
      expect(matches(await jsonOf<Bundle>(found)).map((one) => one.id)).toEqual([id]);
      const changed = { ...scan(`scan-${n}`), id, status: "amended" };
      const put = await reader.ask("conformance-demo", `Observation/${id}`, {
        method: "PUT",
        headers: { "Content-Type": "application/fhir+json" },
        body: JSON.stringify(changed),
      });
      expect(put.status).toBe(200);
      const again = await jsonOf<{ readonly status: string }>(
        await writer.ask("conformance-demo", `Observation/${id}`),
      );
      expect(again.status).toBe("amended");
    }
  });

  test("is gone through page by page over both machines as over one", async () => {
    for (let n = 0; n < 7; n += 1) await create(n % 2 === 0 ? a : b, `paged-${n}`);
    const token = await a.token("conformance-demo");
    const ids: (string | undefined)[] = [];
    let next: string | undefined = "Observation?_count=3&_sort=-_lastUpdated";
    for (let turn = 0; next !== undefined; turn += 1) {
      const answered = await at(turn % 2 === 0 ? a : b, token, next);
      expect(answered.status).toBe(200);
      const bundle = await jsonOf<Bundle>(answered);
      ids.push(...matches(bundle).map(({ id }) => id));
      next = bundle.link?.find(({ relation }) => relation === "next")?.url;
    }
    const whole = await jsonOf<Bundle>(await at(b, token, "Observation?_count=100&_sort=-_lastUpdated"));
    expect(ids.length).toBeGreaterThan(6);
    expect(ids).toEqual(matches(whole).map(({ id }) => id));
  });
});

test("a merge at one machine, and its undoing, is what the other answers with from then on", async () => {
  const number = "9990000026";
  const born = { PersonGivenName: "Ines", PersonFamilyName: "Machineson", DateOfBirth: "2021-05-06" };
  const health = await review.patient({ LocalPatientID: "HV90", NHSNumber: number, ...born });
  const pupil = await review.pupil({
    FSP_PupilMatchingRef: "M1",
    FSP_FORENAME: "Noor",
    FSP_SURNAME: "Otherwood",
    FSP_DOB: "2020-02-03",
  });
  const before = await observationsOf(b, number);
  for (let n = 0; n < 3; n += 1) {
    const item = await review.open({ source: "leeds-eyfsp", localId: "M1", record: pupil, candidates: [health] });
    const { version, parties } = await review.item(item);
    // The number goes to another record, which both have to hear of.
    const survivor = parties.find(({ sources }) => sources.some(({ source }) => source === "leeds-eyfsp"))?.child;
    const merged = await review.post(
      `/identity/items/${item}/decision`,
      { decision: "merge", reason: "The school has looked", survivor },
      { "If-Match": `"${version}"` },
    );
    expect(merged.status, await merged.clone().text()).toBe(200);
    const { decisions } = await jsonOf<DecisionDone>(merged);
    const during = await observationsOf(b, number);
    expect(during.length).toBeGreaterThan(before.length);
    expect(await observationsOf(a, number)).toEqual(during);
    const found = await b.ask("gp-demo", "Patient/_search", {
      method: "POST",
      body: new URLSearchParams({ identifier: `${NHS}|${number}` }),
    });
    expect(matches(await jsonOf<Bundle<Patient>>(found))[0]?.id).toBe(survivor);
    const undone = await review.post(`/identity/decisions/${decisions[0]?.decision}/undo`, { reason: "Two after all" });
    expect(undone.status).toBe(200);
    expect(await observationsOf(b, number)).toHaveLength(before.length);
  }
});

test("a steward signs in, works and signs out over both machines as over one", async () => {
  let turn = 0;
  const inTurns: TestGateway = {
    ...a,
    get gateway() {
      turn += 1;
      return turn % 2 === 0 ? b.gateway : a.gateway;
    },
  };
  const browser = startBrowser(inTurns);
  expect((await browser.signIn()).status).toBe(303);
  const pages = [await browser.visit("/identity/review"), await browser.visit("/identity/review")];
  expect(pages.map(({ status }) => status)).toEqual([200, 200]);
  const form = fieldOf(await (await browser.visit("/identity/review")).text(), "form-key");
  expect((await browser.submit("/identity/review/sign-out", [["form-key", form]])).status).toBe(303);
  expect((await browser.visit("/identity/review")).status).toBe(401);
});

describe("what was done at one machine", () => {
  /** Ids of AuditEvents of a request, as one machine tells them, and what it says to be missing. */
  async function eventsOf(machine: TestGateway, query: string) {
    const found = await machine.ask("steward-demo", `AuditEvent?${query}`);
    expect(found.status, await found.clone().text()).toBe(200);
    const bundle = await jsonOf<Bundle>(found);
    const outcomes = (bundle.entry ?? []).flatMap(({ resource }) =>
      resource?.resourceType === "OperationOutcome" ? (resource.issue ?? []).map(({ diagnostics }) => diagnostics) : [],
    );
    return { ids: matches(bundle).map(({ id = "" }) => id), outcomes };
  }

  test("is found by a search at the other, read by its id, and paged through over both", async () => {
    const before = (await eventsOf(b, "_sort=-_lastUpdated&_count=100")).ids;
    for (const machine of [a, b, a, b]) await machine.ask("officer-demo", "Patient?_count=1");
    for (const { gateway } of [a, b]) await gateway.copying?.send();
    const known = await eventsOf(a, "_sort=-_lastUpdated&_count=100");
    expect(known.outcomes).toEqual([]);
    const here = await eventsOf(b, "_sort=-_lastUpdated&_count=100");
    // Each search is recorded itself, after it was answered.
    expect(here.ids.filter((id) => !before.includes(id)).length).toBeGreaterThanOrEqual(4);
    expect(known.ids.filter((id) => !here.ids.includes(id)).length).toBeLessThanOrEqual(1);
    for (const id of here.ids.slice(0, 5)) {
      const texts = await Promise.all(
        [a, b].map(async (one) => {
          await one.gateway.copying?.send();
          const read = await one.ask("steward-demo", `AuditEvent/${id}`);
          expect(read.status).toBe(200);
          return read.text();
        }),
      );
      expect(texts[0]).toBe(texts[1]);
    }
  });

  test("is told to be missing by the other as long as it may be", async () => {
    expect((await eventsOf(b, "_count=1")).outcomes).toEqual([]);
    const gone = "0a1b2c3d4e5f";
    const machine = { id: gone, host: "gateway-c", hasRedis: true, hasRegister: true, baseUrl: BASE };
    const commons = await openCommons(database);
    await commons.machines.meet(machine);
    await commons.machines.copied(gone, 60_000);
    expect((await eventsOf(b, "_count=1")).outcomes).toEqual([
      "What was done last at gateway-c is not all here: ask again, or ask there.",
    ]);
    await commons.machines.leave(gone);
    expect((await eventsOf(b, "_count=1")).outcomes).toEqual([]);
    await commons.close();
  });
});

describe("a machine that lacks what it needs beside the others does not start, and says what to do", () => {
  let directory: string;
  beforeAll(async () => {
    directory = await machineDirectory();
  });
  afterAll(() => rm(directory, { recursive: true }));

  const OTHER_KEY = Buffer.from(Array.from({ length: 32 }, (_, n) => 255 - n * 5)).toString("base64");

  test.each([
    {
      lacks: "the identity key",
      change: { IDENTITY_KEY: "" },
      says: /IDENTITY_KEY: expected: .*give all machines the same/,
    },
    {
      lacks: "the right identity key",
      change: { IDENTITY_KEY: OTHER_KEY },
      says: /IDENTITY_KEY: .*IDENTITY_KEY_OTHER.*rotate --at-once/,
    },
    { lacks: "Redis", change: { REDIS_URL: "" }, says: /REDIS_URL: expected: .* uses this database too/ },
    { lacks: "the register", change: {}, hasNoRegister: true, says: /REGISTER_FILE: expected on every machine/ },
    {
      lacks: "the right address",
      change: { BASE_URL: "https://b.example" },
      says: /BASE_URL: .* as http:\/\/127\.0\.0\.1:8080/,
    },
  ])("$lacks", async ({ change, hasNoRegister = false, says }) => {
    const register = hasNoRegister ? undefined : await writeRegister(directory, (one) => one);
    const started = composeIn(directory, register, { ...environment, ...change });
    await expect(started).rejects.toThrow(says);
    await expect(started).rejects.toThrow(ConfigError);
  });

  test("and starts once it has all, also with the identity key that is about to be used by all", async () => {
    const register = await writeRegister(directory, (one) => one);
    const replacing = { ...environment, IDENTITY_KEY: OTHER_KEY, IDENTITY_KEY_OTHER: IDENTITY_KEY };
    const started = await composeIn(directory, register, replacing);
    await started.close();
    // The keys are sealed with the new one by now; those who know both go on, and seal them back.
    const back = await composeIn(directory, register, { ...environment, IDENTITY_KEY_OTHER: OTHER_KEY });
    await back.close();
    expect((await at(b, await a.token("gp-demo", "system/Observation.rs"), "Observation?code=none")).status).toBe(200);
  });
});
