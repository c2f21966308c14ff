import { randomUUID } from "node:crypto";
import { Agent, request } from "node:http";
import { parseArgs } from "node:util";
import type { Bundle, Resource } from "@medplum/fhirtypes";
import { nhsNumberOf } from "../../../mappers/synthetic/identifiers.ts";
import { type RunningGateway, startGateway } from "../../start-gateway.ts";
import { type Asked, type Kind, kindsOf, matchesOf, numberOf, writingKinds } from "./kinds.ts";
import { compareTimes, isWithin } from "./statistics.ts";

/**
 * `npm run -s timing -- [--requests N] [--json]`: whether an answer about what is hidden takes as long as one about what
 * never was. N requests of each kind and arm (10,000), in turns, one at a time. Exit 1 where the medians lie further
 * apart than the goal.
 */

const GOAL_us = 100;
const NAMES_max = 40;
const WARM_UP = 300;

const { values } = parseArgs({
  options: { requests: { type: "string", default: "10000" }, json: { type: "boolean", default: false } },
});
const REQUESTS = Number(values.requests);
const agent = new Agent({ keepAlive: true, maxSockets: 1 });

/** Microseconds from sending to the last byte. */
function time(gateway: RunningGateway, token: string, { method, path, headers, body }: Asked): Promise<number> {
  return new Promise((resolve, reject) => {
    const url = new URL(`${gateway.fhirBase}/${path}`);
    const began = performance.now();
    const sent = request(
      url,
      { method, agent, headers: { Authorization: `Bearer ${token}`, ...headers } },
      (answer) => {
        answer.resume();
        answer.on("end", () => resolve((performance.now() - began) * 1_000));
      },
    );
    sent.on("error", reject);
    sent.end(body);
  });
}

async function search(gateway: RunningGateway, token: string, path: string): Promise<readonly Resource[]> {
  const answer = await fetch(`${gateway.fhirBase}/${path}`, { headers: { Authorization: `Bearer ${token}` } });
  const bundle: Bundle = JSON.parse(await answer.text());
  return matchesOf(bundle);
}

/** What an officer finds and the client does not. */
async function hiddenFrom(gateway: RunningGateway, tokens: readonly [string, string], path: string) {
  const [officer, client] = tokens;
  const seen = new Set((await search(gateway, client, path)).map(({ id }) => id));
  return (await search(gateway, officer, path)).filter(({ id }) => !seen.has(id)).slice(0, NAMES_max);
}

async function findKinds(gateway: RunningGateway): Promise<readonly Kind[]> {
  const kinds: Kind[] = [];
  for (const client of ["gp-demo", "vendor-demo"] as const) {
    const tokens = [await gateway.token("officer-demo"), await gateway.token(client)] as const;
    const found = await hiddenFrom(gateway, tokens, "Patient?identifier:missing=false&_count=100");
    const patients = found.filter((patient) => numberOf(patient) !== undefined);
    const observations = await hiddenFrom(gateway, tokens, "Observation?_sort=-date&_count=100");
    const names = {
      patients,
      observations,
      absentIds: Array.from({ length: NAMES_max }, () => randomUUID()),
      absentNumbers: patients.map((_, index) => nhsNumberOf(700_000 + index, 7)),
    };
    kinds.push(...(client === "gp-demo" ? kindsOf(client, names) : writingKinds(names)));
  }
  return kinds;
}

async function measure(gateway: RunningGateway, kind: Kind) {
  const taken = { hidden: [] as number[], absent: [] as number[] };
  let token = await gateway.token(kind.client);
  for (let n = -WARM_UP; n < REQUESTS; n++) {
    if (n % 2_000 === 0) token = await gateway.token(kind.client);
    const arms = Math.random() < 0.5 ? (["hidden", "absent"] as const) : (["absent", "hidden"] as const);
    for (const arm of arms) {
      const asked = kind[arm][Math.abs(n) % kind[arm].length];
      if (!asked) throw new Error(`nothing to ask: ${kind.name}`);
      const taken_us = await time(gateway, token, asked);
      if (n >= 0) taken[arm].push(taken_us);
    }
  }
  return compareTimes(taken.hidden, taken.absent, Math.random);
}

const gateway = await startGateway({ env: { DEMONSTRATION_CHILDREN: "100" }, readyWithin_ms: 120_000 });
try {
  const told: object[] = [];
  for (const kind of await findKinds(gateway)) {
    const shift = await measure(gateway, kind);
    const isMet = isWithin(shift, GOAL_us);
    if (!isMet) process.exitCode = 1;
    told.push({ kind: kind.name, requests: REQUESTS, ...shift, isMet });
    const [median, from, to] = [shift.median_us, shift.from_us, shift.to_us].map((value) => value.toFixed(1));
    if (!values.json) {
      process.stdout.write(
        `${kind.name}: ${median} µs (${from} to ${to}), p ${shift.p.toPrecision(2)}${isMet ? "" : ": missed"}\n`,
      );
    }
  }
  if (values.json) process.stdout.write(`${JSON.stringify({ goal_us: GOAL_us, kinds: told })}\n`);
} finally {
  agent.destroy();
  await gateway.stop();
}
