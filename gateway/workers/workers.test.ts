import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { verifyAudit } from "../audit/verify.ts";
import {
  type Connection,
  isReady,
  openConnection,
  recordedRequests,
  startWorkersForTest,
  type Workers,
} from "./workers.fixtures.ts";

const CONNECTIONS = 8;
/** Slow enough for the limits of one client. */
const PAUSE_MS = 100;
const READ = "/fhir/R4/Observation?patient.identifier=https://fhir.nhs.uk/Id/nhs-number|9990000018";

let workers: Workers;
let inbox: string;

beforeAll(async () => {
  inbox = await mkdtemp(join(tmpdir(), "inbox-"));
  await mkdir(join(inbox, "leeds-eyfsp"));
  workers = await startWorkersForTest({ workers: 2, environment: { INBOX_DIR: inbox } });
});
afterAll(async () => {
  await workers?.[Symbol.asyncDispose]();
  await rm(inbox, { recursive: true });
});

/** Runs as many clients as there are connections until all of them are done. */
function onConnections(work: (connection: Connection, at: number) => Promise<void>): Promise<unknown> {
  const clients = Array.from({ length: CONNECTIONS }, async (_, at) => {
    const connection = openConnection(workers.baseUrl);
    await work(connection, at);
    connection.close();
  });
  return Promise.all(clients);
}

/** How often the CapabilityStatement was asked for, as one scrape over a connection of its own says. */
async function documentsCounted(): Promise<number> {
  const connection = openConnection(workers.baseUrl);
  const { body } = await connection.ask("/metrics");
  connection.close();
  const counted = /gateway_requests_total\{interaction="capabilities",status="200"\} (\d+)/.exec(body)?.[1];
  return Number(counted ?? 0);
}

/** Puts a file into the watched folder and waits until it was taken away. */
async function deliver(name: string): Promise<void> {
  const folder = join(inbox, "leeds-eyfsp");
  await writeFile(join(folder, `${name}.csv`), "no columns of any return\n");
  while ((await readdir(folder)).includes(`${name}.csv`)) await sleep(PAUSE_MS);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

test("workers are ready together, tell newcomers once, and write a chain of the audit log each", async () => {
  expect(
    workers
      .lines()
      .filter(isReady)
      .map(({ worker }) => worker),
  ).toEqual([1, 2]);
  await expect.poll(() => workers.output().match(/Three calls to begin with/g)).toHaveLength(1);
  expect(workers.output().match(/Bringing in the demonstration data/g)).toHaveLength(1);
  const locks = (await readdir(join(workers.dataDir, "audit"))).filter((name) => name.endsWith(".lock"));
  expect(locks).toEqual(["gateway-2.lock", "gateway.lock"]);
});

test("a scrape is of all workers, whichever of them it meets", async () => {
  await onConnections(async (connection) => {
    await connection.ask("/fhir/R4/metadata");
  });
  const scrapes = await Promise.all([1, 2, 3, 4].map(documentsCounted));
  expect(scrapes).toEqual(scrapes.map(() => CONNECTIONS));
});

test("workers that are replaced one after another fail no request of connections that are kept alive", async () => {
  const headers = { authorization: `Bearer ${await workers.token("gp-demo")}` };
  const before = [workers.pidOf(1), workers.pidOf(2)];
  const answers: { readonly status: number; readonly closes: boolean }[] = [];
  let isOver = false;
  const load = onConnections(async (connection, at) => {
    while (!isOver) {
      const answer = await connection.ask(READ, { headers });
      answers.push({ status: answer.status, closes: answer.headers.connection === "close" });
      // Some are busy, some idle for long.
      await sleep(at === 0 ? 2_500 : PAUSE_MS * at);
    }
  });
  await sleep(5 * PAUSE_MS);
  workers.tell("SIGUSR2");
  while (before.some(isAlive)) await sleep(PAUSE_MS);
  isOver = true;
  await load;
  expect([...new Set(answers.map(({ status }) => status))]).toEqual([200]);
  // A connection to one that was replaced is closed with its last answer, unless it was idle for too long to have one.
  expect(answers.filter(({ closes }) => closes).length).toBeGreaterThan(0);
  expect(workers.lines().filter(({ msg }) => msg.startsWith("a worker ended"))).toEqual([]);
  // What those before had counted is counted still.
  expect(await documentsCounted()).toBe(CONNECTIONS);
});

test("a worker killed under load loses no acknowledged write, and nothing but its own open requests", async () => {
  const token = await workers.token("conformance-demo", "system/*.cruds");
  const headers = { authorization: `Bearer ${token}`, "content-type": "application/fhir+json" };
  const created = new Map<string, string>();
  const statuses = new Set<number>();
  let [sent, broken] = [0, 0];
  let isOver = false;
  const load = onConnections(async (connection, at) => {
    while (!isOver) {
      sent += 1;
      const id = `killed-${at}-${sent}`;
      const body = JSON.stringify({ resourceType: "Patient", name: [{ family: "Example" }] });
      try {
        const answer = await connection.ask("/fhir/R4/Patient", { headers: { ...headers, "x-request-id": id }, body });
        statuses.add(answer.status);
        if (answer.status === 201) created.set(id, new URL(answer.headers.location ?? "").pathname);
      } catch {
        broken += 1;
      }
      await sleep(PAUSE_MS);
    }
  });
  const from = workers.lines().length;
  await sleep(5 * PAUSE_MS);
  process.kill(workers.pidOf(2), "SIGKILL");
  const { signal } = await workers.line(({ msg }) => msg === "a worker ended and is started again", from);
  await workers.line((line) => isReady(line) && line.worker === 2, from);
  await sleep(5 * PAUSE_MS);
  isOver = true;
  await load;
  expect([signal, [...statuses]]).toEqual(["SIGKILL", [201]]);
  // A connection had one request open at most.
  expect(broken).toBeLessThanOrEqual(CONNECTIONS);
  expect(created.size).toBe(sent - broken);
  const connection = openConnection(workers.baseUrl);
  const found = new Set<number>();
  for (const path of created.values()) {
    const { status } = await connection.ask(path.replace(/\/_history\/.*/, ""), { headers });
    found.add(status);
    await sleep(PAUSE_MS / 10);
  }
  connection.close();
  expect([...found]).toEqual([200]);
  const recorded = await recordedRequests(workers.dataDir);
  expect([...created.keys()].filter((id) => !recorded.has(id))).toEqual([]);
});

test("what one process alone may do is done once, and goes on when whoever did it is killed", async () => {
  const isTaken = ({ msg }: { readonly msg?: unknown }) => msg === "file taken in";
  await deliver("first");
  await workers.line(isTaken);
  const killed = workers.pidOf(1);
  const from = workers.lines().length;
  process.kill(killed, "SIGKILL");
  await workers.line((line) => isReady(line) && line.worker === 1, from);
  expect(workers.pidOf(1)).not.toBe(killed);
  await deliver("second");
  await workers.line(isTaken, from);
  const taken = workers.lines().filter(isTaken);
  expect(taken.map(({ worker }) => worker)).toEqual([1, 1]);
});

test("SIGTERM to npm ends all processes cleanly, and leaves an audit log without a fault", async () => {
  const pids = [workers.pidOf(1), workers.pidOf(2)];
  expect(pids.every(isAlive)).toBe(true);
  expect(await workers.stop("SIGTERM")).toBe(0);
  expect(pids.some(isAlive)).toBe(false);
  const { broken, heads } = await verifyAudit(join(workers.dataDir, "audit"));
  expect([broken, heads > 0]).toEqual([[], true]);
});
