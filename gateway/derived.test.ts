import type { Observation } from "@medplum/fhirtypes";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { DERIVED_OBSERVATION } from "#profiles/systems.ts";
import type { RegisterFile } from "./access/register-file.ts";
import { observationsOf, told } from "./every-source.fixtures.ts";
import { BASE, jsonOf, startTestGateway, type TestGateway } from "./gateway.fixtures.ts";

const AMARA = told("amara");
const SOURCE = "leeds-csds";

function deriving(...derives: NonNullable<RegisterFile["sources"][number]["derives"]>) {
  return (register: RegisterFile): RegisterFile => ({
    ...register,
    sources: register.sources.map((source) => (source.source === SOURCE ? { ...source, derives } : source)),
  });
}

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startTestGateway(1);
});
afterAll(() => gateway[Symbol.asyncDispose]());

async function takeInAgain(): Promise<unknown> {
  const headers = { Authorization: `Bearer ${await gateway.token("officer-demo", `ingest/${SOURCE}`)}` };
  return jsonOf(await gateway.gateway.app.request(`${BASE}/ingest/${SOURCE}/replay`, { method: "POST", headers }));
}

const codeOf = ({ code }: Observation) => code.coding?.[0]?.code;
const isDerived = ({ code }: Observation) => code.coding?.some(({ system }) => system === DERIVED_OBSERVATION) === true;

async function seen() {
  const observations = await observationsOf(gateway, "gp-demo", AMARA);
  return {
    derived: observations.filter(isDerived),
    others: observations.filter((observation) => !isDerived(observation)),
  };
}

describe("what the gateway would compute", () => {
  let before: readonly Observation[];

  test("is not there unless the authority switches it on", async () => {
    const { derived, others } = await seen();
    expect(derived).toEqual([]);
    expect(others.length).toBeGreaterThan(40);
    before = others;
  });

  test("comes with the next replay of its source once switched on, and changes nothing of what is told", async () => {
    await gateway.restart(deriving("asq-3-band", "growth-centile"));
    expect(await takeInAgain()).toMatchObject({ quarantined: 0 });
    const { derived, others } = await seen();
    expect(others).toEqual(before);
    expect([...new Set(derived.map(codeOf))].sort()).toEqual([
      "asq-3-band",
      ...["head-circumference", "height", "length", "weight"].flatMap((measured) => [
        `${measured}-for-age-centile`,
        `${measured}-for-age-z-score`,
      ]),
    ]);
    const told = new Map(others.map((observation) => [`Observation/${observation.id}`, observation]));
    for (const { method, derivedFrom = [], performer, meta } of derived) {
      expect(method?.text).toBeTruthy();
      expect(derivedFrom.map(({ reference = "" }) => told.has(reference))).toEqual([true]);
      expect(performer).toBeUndefined();
      expect(meta?.source).toContain(SOURCE);
    }
    const ofGrowth = derived.filter((observation) => codeOf(observation) !== "asq-3-band");
    expect(ofGrowth.filter(({ method }) => !method?.text?.includes("uncorrected"))).toEqual([]);
  });

  test("goes with the next replay once switched off, and leaves what is told as it was", async () => {
    await gateway.restart(deriving());
    expect(await takeInAgain()).toMatchObject({ quarantined: 0 });
    expect(await seen()).toEqual({ derived: [], others: before });
  });
});
