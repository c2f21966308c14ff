import type { Bundle, Observation } from "@medplum/fhirtypes";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { NHS_NUMBER } from "#profiles/systems.ts";
import { startTestGateway, type TestGateway } from "../gateway.fixtures.ts";

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startTestGateway(1);
});
afterAll(() => gateway[Symbol.asyncDispose]());

async function observationsOf(client: string, nhsNumber: string): Promise<readonly Observation[]> {
  const path = `Observation?patient.identifier=${NHS_NUMBER}|${nhsNumber}`;
  const bundle: Bundle<Observation> = JSON.parse(await (await gateway.ask(client, path)).text());
  return (bundle.entry ?? []).flatMap(({ resource, search }) =>
    search?.mode === "match" && resource !== undefined ? [resource] : [],
  );
}

const REGISTERED = "9990000131";

describe("a family hub", () => {
  test("sees what the child that is registered with it came to, and nothing of its health visiting", async () => {
    const seen = await observationsOf("hub-demo", REGISTERED);
    expect(seen.map(({ code, valueCodeableConcept }) => [code.text, valueCodeableConcept?.text]).toSorted()).toEqual([
      ["Family hub contact", "Baby group"],
      ["Family hub contact", "Stay and play"],
    ]);
  });

  test("sees nothing of a child that is registered with no hub, as if there were none", async () => {
    expect(await observationsOf("hub-demo", "9990000018")).toEqual([]);
  });

  test("is not told what parents, drop-outs or free texts would say", async () => {
    const answer = await gateway.ask("hub-demo", `Patient?identifier=${NHS_NUMBER}|${REGISTERED}`);
    const seen = `${await answer.text()}${JSON.stringify(await observationsOf("hub-demo", REGISTERED))}`;
    expect(seen).toContain("Brightwell");
    expect(seen).not.toMatch(/01632 ?960000|Settled well|speech-and-language|Parent"/);
  });
});

test("the child's practice sees health visiting and hub together", async () => {
  const seen = await observationsOf("gp-demo", REGISTERED);
  const sources = new Set(seen.map(({ meta }) => meta?.source?.split("/").at(-1)));
  expect([...sources].toSorted()).toEqual(["leeds-csds", "leeds-hub"]);
});
