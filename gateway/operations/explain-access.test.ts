import type { Observation, Parameters } from "@medplum/fhirtypes";
import { afterAll, beforeAll, expect, test } from "vitest";
import { NHS_NUMBER } from "#profiles/systems.ts";
import { numberOf, type OversightHouse, startOversightHouse } from "../oversight.fixtures.ts";

let oversight: OversightHouse;
/** Of a child whose family objects to the sharing of education data. */
let goal: string;
let review: string;

const SCOPE = "oversight/decide system/*.rs";
const explain = (path: string, client = "officer-demo", scope = SCOPE): Promise<Response> =>
  oversight.house.ask(client, path, {}, scope);

async function explained(path: string) {
  const answered = await explain(path);
  const text = await answered.text();
  expect(answered.status, text).toBe(200);
  const { parameter = [] }: Parameters = JSON.parse(text);
  const steps = parameter.flatMap(({ name, part = [] }) =>
    name === "step" ? [Object.fromEntries(part.map((one) => [one.name, one.valueCode ?? one.valueString ?? ""]))] : [],
  );
  return {
    text,
    decision: parameter.find(({ name }) => name === "decision")?.valueCode,
    denying: steps.flatMap(({ rule, effect }) => (effect === "denies" ? [rule] : [])),
    rules: steps.map(({ rule }) => rule),
  };
}

beforeAll(async () => {
  oversight = await startOversightHouse();
  const path = `Observation?patient.identifier=${NHS_NUMBER}|${numberOf("objection-upheld")}&_count=100`;
  const { entry = [] } = await oversight.get<{ entry?: { resource: Observation }[] }>(path);
  const of = (source: string): string =>
    entry.find(({ resource }) => resource.meta?.source?.endsWith(source))?.resource.id ?? "";
  goal = of("leeds-eyfsp");
  review = of("leeds-csds");
});
afterAll(() => oversight[Symbol.asyncDispose]());

test("tells what each client is answered, by the rule that decides, without a word that identifies the child", async () => {
  const withheld = await explained(`Observation/${goal}/$explain-access?client=gp-demo`);
  expect(withheld).toMatchObject({ decision: "deny", denying: ["consent"] });
  expect(withheld.text).not.toContain(numberOf("objection-upheld"));
  const shown = await explained(`Observation/${review}/$explain-access?client=gp-demo`);
  expect(shown).toMatchObject({ decision: "permit", denying: [] });
  expect(shown.rules).toEqual(expect.arrayContaining(["client", "agreement", "purpose", "scope", "relationship"]));
  const unnamed = await explained(`Observation/${goal}/$explain-access?client=gp-health-demo`);
  expect(unnamed.decision).toBe("deny");
  expect(unnamed.denying).toContain("class");
  const stranger = await explained(`Observation/${review}/$explain-access?client=practitioner-demo`);
  expect(stranger.decision).toBe("deny");
  expect(stranger.denying).toContain("relationship");
});

test("agrees with what the clients themselves are answered", async () => {
  const patient = await oversight.patientOf("objection-upheld");
  const { consent } = await oversight.objectionOf("objection-upheld");
  for (const path of [`Patient/${patient}`, `Observation/${goal}`, `Observation/${review}`, `Consent/${consent}`]) {
    for (const client of ["gp-demo", "gp-health-demo", "hv-demo", "practitioner-demo", "hub-demo", "steward-demo"]) {
      const { decision } = await explained(`${path}/$explain-access?client=${client}`);
      const answered = await oversight.house.ask(client, path);
      expect([client, path, decision]).toEqual([client, path, answered.status === 200 ? "permit" : "deny"]);
    }
  }
});

test("follows a decision at once, and the time that is asked about", async () => {
  await oversight.decide("objection-upheld", "refused");
  const path = `Observation/${goal}/$explain-access?client=gp-demo`;
  expect((await explained(path)).decision).toBe("permit");
  await oversight.decide("objection-upheld", "upheld");
  expect((await explained(path)).decision).toBe("deny");
  expect((await explained(`${path}&at=2040-01-01T00:00:00Z`)).denying).toContain("agreement");
  expect((await explained(`${path}&purpose=HMARKT`)).denying).toContain("purpose");
});

test.each([
  ["a client that nobody has registered", "client=nobody", 400],
  ["no client", "purpose=TREAT", 400],
  ["two clients", "client=gp-demo&client=hv-demo", 400],
  ["a day instead of an instant", "client=gp-demo&at=2026-11-23", 400],
  ["a parameter that there is not", "clent=gp-demo", 400],
])("%s is refused", async (_, query, status) => {
  expect((await explain(`Observation/${goal}/$explain-access?${query}`)).status).toBe(status);
});

test("is for officers alone, and what they do not see is not there", async () => {
  const path = `Observation/${goal}/$explain-access?client=gp-demo`;
  expect((await explain(path, "officer-demo", "system/*.rs")).status).toBe(403);
  expect((await explain(path, "gp-demo", "system/*.rs")).status).toBe(403);
  const unknown = "Observation/00000000-0000-4000-8000-000000000000/$explain-access?client=gp-demo";
  expect((await explain(unknown)).status).toBe(404);
});
