import type { Bundle, CodeableConcept } from "@medplum/fhirtypes";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createRandom } from "#mappers/synthetic/random.ts";
import { SCENARIOS } from "#mappers/synthetic/scenarios.ts";
import { LOINC } from "#profiles/systems.ts";
import { EVERY_SCOPE } from "../gateway.fixtures.ts";
import { HIDINGS } from "./hidden.fixtures.ts";
import { type Probe, probeOf } from "./requesters.fixtures.ts";
import { createRequests } from "./requests.fixtures.ts";
import { createScene, type Scene, type Telling, tellBoth } from "./scene.fixtures.ts";
import { createMaker, pickOf } from "./told.fixtures.ts";
import { type Asked, openTwins, prepareBase, type Twins, takeChanceAway } from "./twins.fixtures.ts";
import { createWords, learn, type Words } from "./words.fixtures.ts";

/**
 * Non-interference: two gateways whose stores differ in nothing but what a requester may not see answer every request of
 * that requester alike, status, headers and bytes. LEAK_REQUESTS sets how many, LEAK_SEED from where.
 */
const REQUESTS = Number(process.env.LEAK_REQUESTS || 2_000);
const SEED = process.env.LEAK_SEED || "1";
const REQUESTS_IN_ROUND = REQUESTS > 10_000 ? 500 : 100;
const ROUNDS = Math.ceil(REQUESTS / REQUESTS_IN_ROUND);

let base: Awaited<ReturnType<typeof prepareBase>>;
const chance = takeChanceAway();

beforeAll(async () => {
  base = await prepareBase(4);
});

afterAll(async () => {
  chance.restore();
  await base[Symbol.asyncDispose]();
});

/** Codes of findings that the demonstration holds; one of our own where the officer's drawn agreement reaches none. */
async function codesIn(twins: Twins): Promise<readonly CodeableConcept[]> {
  const asked = { method: "GET", path: "Observation?_count=100&_elements=code" };
  const { plain } = await twins.ask("officer-demo", asked, EVERY_SCOPE);
  const { entry = [] }: Bundle = JSON.parse(plain.body);
  const codes = entry.flatMap(({ resource }) => (resource?.resourceType === "Observation" ? [resource.code] : []));
  return codes.length > 0 ? codes : [{ coding: [{ system: LOINC, code: "29463-7" }] }];
}

interface Round {
  readonly probe: Probe;
  readonly twins: Twins;
  readonly scene: Scene;
  readonly words: Words;
  readonly told: string[];
}

async function tell(
  { twins, words, told }: Round,
  telling: Telling | undefined,
  whom: "both" | "fuller",
): Promise<void> {
  if (!telling) return;
  const now_ms = chance.tick();
  told.push(`${told.length}: ${whom}: ${telling.what}`);
  learn(words, telling.names.join(" "));
  for (const twin of whom === "fuller" && !telling.isDiffering ? [twins.fuller] : [twins.plain, twins.fuller]) {
    chance.setIds(createRandom("tell", told.length));
    await telling.run(twin, now_ms, twin === twins.fuller);
  }
}

async function openRound(round: number): Promise<Round> {
  const probe = probeOf(round, SEED);
  const twins = await openTwins(base.directory, probe.change, chance);
  const { register } = twins.plain.gateway;
  const client = register.client(probe.client);
  if (!client) throw new Error(`no ${probe.client}`);
  const maker = createMaker(`${SEED} ${round}`, register, await codesIn(twins));
  const { agreement, organization } = client;
  const words = createWords();
  learn(words, SCENARIOS.map(({ nhsNumber }) => nhsNumber).join(" "));
  return {
    probe,
    twins,
    words,
    scene: createScene(maker, { client: probe.client, agreement, organization }),
    told: [],
  };
}

/** Answers how often each status came. */
async function runRound(number: number): Promise<Readonly<Record<number, number>>> {
  const random = createRandom("round", SEED, number);
  const round = await openRound(number);
  const { scene, words } = round;
  await using _ = round.twins;
  const tellHidden = () => tell(round, pickOf(random, HIDINGS)(scene), "fuller");
  for (let n = 0; n < 8; n++) await tell(round, tellBoth(scene), "both");
  for (let n = 0; n < 12; n++) await tellHidden();
  const draw = createRequests(`${SEED} ${number}`, words, { readsAudit: scene.requester.agreement.audit });
  const statuses: Record<number, number> = {};
  for (let n = 0; n < REQUESTS_IN_ROUND; n++) {
    if (random.chance(0.25)) await tellHidden();
    if (random.chance(0.05)) await tell(round, tellBoth(scene), "both");
    const status = await askBoth(round, draw());
    statuses[status] = (statuses[status] ?? 0) + 1;
  }
  return statuses;
}

async function askBoth({ probe, twins, words, told }: Round, asked: Asked): Promise<number> {
  const { plain, fuller } = await twins.ask(probe.client, asked, probe.scope);
  learn(words, plain.body);
  // What is asked and what was told before stand in the report of a difference alone.
  const isSame = plain.status === fuller.status && plain.body === fuller.body;
  const about = isSame ? {} : { ...firstDifference(plain.body, fuller.body), client: probe.client, asked, told };
  expect({ ...fuller, isSame }, JSON.stringify(about, undefined, 1)).toEqual({ ...plain, isSame: true });
  expect(plain.status, JSON.stringify(asked)).toBeLessThan(500);
  return plain.status;
}

test(`${ROUNDS * REQUESTS_IN_ROUND} requests are answered alike by two gateways that differ in what is hidden`, async () => {
  const statuses: Record<string, number> = {};
  for (let round = 0; round < ROUNDS; round++) {
    for (const [status, count] of Object.entries(await runRound(round))) {
      statuses[status] = (statuses[status] ?? 0) + count;
    }
  }
  // Requests that are all refused would find nothing.
  expect(statuses["200"]).toBeGreaterThan(REQUESTS / 3);
}, 36_000_000);

function firstDifference(one: string, other: string) {
  const at = [...one].findIndex((character, index) => character !== other[index]);
  const around = (text: string): string => text.slice(Math.max(0, (at < 0 ? one.length : at) - 200), at + 200);
  return { plain: around(one), fuller: around(other) };
}

test("and what is told of the requester's own children does show, so that a difference could", async () => {
  const round = await openRound(0);
  await using _ = round.twins;
  for (let n = 0; n < 6; n++) await tell(round, tellBoth(round.scene), "both");
  const asked = { method: "GET", path: "Observation?_sort=-_lastUpdated&_count=100" };
  await expect(askBoth(round, asked)).resolves.toBe(200);
  for (let n = 0; n < 4; n++) await tell(round, tellBoth(round.scene), "fuller");
  await expect(askBoth(round, asked)).rejects.toThrow();
});
