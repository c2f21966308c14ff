import { createHash } from "node:crypto";
import type { AuditEvent, Bundle, OperationOutcome } from "@medplum/fhirtypes";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { NHS_NUMBER } from "#profiles/systems.ts";
import type { RegisterFile } from "./access/register-file.ts";
import { jsonOf, startTestGateway, type TestGateway, writeRegister } from "./gateway.fixtures.ts";

type Limits = NonNullable<RegisterFile["clients"][number]["limits"]>;

/** Of a child on the practice's list, of one on nobody's list here, and of nobody. */
const SEEN = "9990000131";
const HIDDEN = "9990000018";
const ABSENT = "9990009996";

let house: TestGateway;
beforeAll(async () => {
  house = await startTestGateway(1, (register) => register);
});
afterAll(() => house[Symbol.asyncDispose]());

/** What is counted is counted anew from the start on. */
async function limit(client: string, limits: Limits): Promise<void> {
  await house.restart((register) => ({
    ...register,
    clients: register.clients.map((one) => (one.id === client ? { ...one, limits } : one)),
  }));
}

const byNumber = (number: string) => `Patient?identifier=${NHS_NUMBER}|${number}`;
const ask = async (client: string, path: string) => house.ask(client, path);

async function statusesOf(client: string, ...paths: readonly string[]): Promise<readonly number[]> {
  const statuses: number[] = [];
  for (const path of paths) statuses.push((await ask(client, path)).status);
  return statuses;
}

describe("a client that asks too much", () => {
  test("is told when to come back, and what it asked is on record", async () => {
    await limit("hub-demo", { requestsPerSecond: 1 });
    await house.token("hub-demo");
    const answers = await Promise.all([1, 2, 3].map(() => ask("hub-demo", byNumber(ABSENT))));
    const refused = answers.find(({ status }) => status === 429);
    expect(refused?.headers.get("retry-after")).toBe("1");
    const outcome = refused && (await jsonOf<OperationOutcome>(refused));
    expect(outcome?.issue[0]).toMatchObject({
      code: "throttled",
      details: { coding: [{ code: "TOO_MANY_REQUESTS" }] },
    });
    expect((await ask("gp-demo", byNumber(SEEN))).status).toBe(200);
    const events = await jsonOf<Bundle<AuditEvent>>(await ask("officer-demo", "AuditEvent?_count=20&_sort=-date"));
    const recorded = (events.entry ?? []).filter(
      ({ resource }) => resource?.outcome === "4" && resource.agent[0]?.who?.display === "hub-demo",
    );
    expect(recorded).toHaveLength(answers.filter(({ status }) => status === 429).length);
  });

  test("cannot put what is too much into one batch", async () => {
    await limit("hub-demo", { requestsPerSecond: 3 });
    const entry = Array.from({ length: 10 }, () => ({ request: { method: "GET", url: byNumber(ABSENT) } }));
    await house.token("hub-demo");
    const answer = await house.ask("hub-demo", "", {
      method: "POST",
      headers: { "Content-Type": "application/fhir+json" },
      body: JSON.stringify({ resourceType: "Bundle", type: "batch", entry }),
    });
    const bundle = await jsonOf<Bundle>(answer);
    const statuses = (bundle.entry ?? []).map(({ response }) => response?.status?.slice(0, 3));
    expect(statuses.filter((status) => status === "429").length).toBeGreaterThanOrEqual(8);
  });

  test("has no more requests under way than it may", async () => {
    await limit("gp-demo", { concurrent: 2 });
    await house.token("gp-demo");
    const answers = await Promise.all(Array.from({ length: 8 }, () => ask("gp-demo", byNumber(SEEN))));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(2);
    expect((await ask("gp-demo", byNumber(SEEN))).status).toBe(200);
  });
});

describe("children an hour", () => {
  beforeEach(() => limit("gp-demo", { childrenPerHour: 2 }));

  test("are told alike, whether the numbers asked are hidden, of nobody or of a child that is seen", async () => {
    const walk = async (second: string) => {
      await limit("gp-demo", { childrenPerHour: 2 });
      const answers = [byNumber(ABSENT), byNumber(second), byNumber("9990009988")];
      const bodies: string[] = [];
      for (const path of answers) {
        const answer = await ask("gp-demo", path);
        const body = answer.status === 200 ? "" : await answer.text();
        bodies.push(
          `${answer.status} ${answer.headers.get("retry-after") === null} ${digest(body.replace(/\d+ s/, ""))}`,
        );
      }
      return bodies;
    };
    const [hidden, absent, seen] = [await walk(HIDDEN), await walk("9990009961"), await walk(SEEN)];
    expect(hidden).toEqual(absent);
    expect(hidden).toEqual(seen);
    expect(hidden.map((one) => one.slice(0, 3))).toEqual(["200", "429", "429"]);
  });

  test("do not grow by asking for the same child again and again", async () => {
    expect(await statusesOf("gp-demo", ...Array.from({ length: 5 }, () => byNumber(SEEN)))).toEqual([
      200, 200, 200, 200, 200,
    ]);
  });

  test("count each guess of $match", async () => {
    const guess = (family: string) =>
      house.ask("gp-demo", "Patient/$match", {
        method: "POST",
        headers: { "Content-Type": "application/fhir+json" },
        body: JSON.stringify({
          resourceType: "Parameters",
          parameter: [{ name: "resource", resource: { resourceType: "Patient", name: [{ family }] } }],
        }),
      });
    const statuses: number[] = [];
    for (const family of ["Ash", "Beech", "Cedar", "Elm"]) statuses.push((await guess(family)).status);
    expect(statuses.slice(1)).toEqual([429, 429, 429]);
  });

  test("count what is read by an id and not there, so that ids cannot be tried", async () => {
    const paths = [1, 2, 3].map((nth) => `Patient/00000000-0000-4000-8000-00000000000${nth}`);
    expect(await statusesOf("gp-demo", ...paths)).toEqual([404, 404, 429]);
  });

  test("count by what is released where no number is asked", async () => {
    await limit("officer-demo", { childrenPerHour: 3 });
    expect((await ask("officer-demo", "Patient?_count=5")).status).toBe(200);
    const refused = await ask("officer-demo", "Patient?_count=5");
    expect([refused.status, Number(refused.headers.get("retry-after")) > 1]).toEqual([429, true]);
    expect(await house.gateway.metrics.render()).toContain("gateway_client_children_limit_met_total 1");
  });

  test("are those of the new register as soon as it is in force", async () => {
    expect(await statusesOf("gp-demo", byNumber(SEEN), byNumber(ABSENT))).toEqual([200, 429]);
    await writeRegister(house.directory, (register) => register);
    await house.gateway.reload();
    expect((await ask("gp-demo", byNumber(ABSENT))).status).toBe(200);
  });
});

function digest(text: string): string {
  return createHash("sha256")
    .update(text.replace(/"id":"[^"]*"/, ""))
    .digest("hex")
    .slice(0, 8);
}
