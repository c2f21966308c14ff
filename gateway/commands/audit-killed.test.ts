import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { verifyAudit } from "../audit/verify.ts";
import { loadConfig } from "../config.ts";
import { type Spawned, spawnGateway } from "./ingest-killed.fixtures.ts";
import { getToken } from "./token.ts";

/** How often it is killed: in a long run more. */
const TIMES = Number(process.env.AUDIT_KILLS ?? 3);
const CONNECTIONS = 16;
const ANSWERS = 150;
const QUERIES = [
  "Observation?patient.identifier=https://fhir.nhs.uk/Id/nhs-number|9990000018&_sort=-date",
  "Patient?identifier=https://fhir.nhs.uk/Id/nhs-number|9990000018",
  "Observation/unknown",
];

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "audit-killed-"));
});
afterAll(() => rm(directory, { recursive: true }));

test(
  "every answer that reached a client before kill -9 has its record, and the tree verifies, time after time",
  async () => {
    const answered: string[] = [];
    for (let time = 0; time < TIMES; time += 1) {
      const gateway = await spawnGateway(directory);
      answered.push(...(await askUntilKilled(gateway, time)));
    }
    await (await spawnGateway(directory)).kill("SIGTERM");
    expect(answered.length).toBeGreaterThanOrEqual(TIMES * ANSWERS);
    const audit = join(directory, "audit");
    const { broken, heads, records } = await verifyAudit(audit);
    expect(broken).toEqual([]);
    expect(heads).toBeGreaterThan(0);
    expect(records).toBeGreaterThan(answered.length);
    const recorded = await requestIdsIn(audit);
    expect(answered.filter((id) => !recorded.has(id))).toEqual([]);
  },
  TIMES * 20_000 + 30_000,
);

/** Asks over several connections, and kills in the midst of it; answers with the ids of requests whose answers came whole. */
async function askUntilKilled(gateway: Spawned, time: number): Promise<readonly string[]> {
  const config = loadConfig(gateway.environment);
  const token = await getToken({ client: "gp-demo", purpose: undefined, scope: undefined }, config);
  const answered: string[] = [];
  let ended: Promise<void> | undefined;
  const ask = async (connection: number): Promise<void> => {
    for (let n = 0; ; n += 1) {
      const id = `kill-${time}-${connection}-${n}`;
      const headers = { Authorization: `Bearer ${token}`, "X-Request-ID": id };
      try {
        const answer = await fetch(`${config.baseUrl}/fhir/R4/${QUERIES[n % QUERIES.length]}`, { headers });
        await answer.arrayBuffer();
        if (answer.status < 500) answered.push(id);
      } catch {
        return;
      }
      if (answered.length >= ANSWERS) ended ??= gateway.kill("SIGKILL");
    }
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, (_, connection) => ask(connection)));
  await ended;
  return answered;
}

async function requestIdsIn(audit: string): Promise<ReadonlySet<string>> {
  const ids = new Set<string>();
  for (const name of await readdir(audit)) {
    if (!name.endsWith(".journal")) continue;
    for (const [, id = ""] of (await readFile(join(audit, name), "utf8")).matchAll(/"requestId":"([^"]*)"/g))
      ids.add(id);
  }
  return ids;
}
