import { type ChildProcess, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { importJWK, SignJWT } from "jose";
import { expect, test } from "vitest";
import { NHS_NUMBER } from "#profiles/systems.ts";
import { readDemonstrationKey } from "../demonstration/keys.ts";
import { freePort, RUNTIME } from "../spawned.fixtures.ts";

const MAIN = fileURLToPath(new URL("../main.ts", import.meta.url));
const POLL_MS = 50;
/** Words that a client may send, and that stand nowhere else. */
const CANARIES = ["9991234514", "Zanzibarquill", "ZE9 9KV", "ZE9%209KV", "Quetzalcoatlus"] as const;
const [NUMBER, NAME, POSTCODE] = CANARIES;
const JSON_TYPE = { "Content-Type": "application/fhir+json" };
const FORM = { "Content-Type": "application/x-www-form-urlencoded" };

async function untilReady(base: string, { exitCode }: ChildProcess): Promise<void> {
  while (exitCode === null) {
    const answer = await fetch(`${base}/health/ready`).catch(() => undefined);
    await answer?.body?.cancel();
    if (answer?.status === 200) return;
    await sleep(POLL_MS);
  }
}

async function tokenOf(base: string, directory: string): Promise<string> {
  const key = await readDemonstrationKey(directory, "officer-demo");
  if (!key) throw new Error("no key");
  const assertion = await new SignJWT({})
    .setProtectedHeader({ alg: "ES384", typ: "JWT", kid: key.privateJwk.kid ?? "" })
    .setIssuer("officer-demo")
    .setSubject("officer-demo")
    .setAudience(`${base}/oauth2/token`)
    .setJti(randomUUID())
    .setExpirationTime("4m")
    .sign(await importJWK(key.privateJwk, "ES384"));
  const form = {
    grant_type: "client_credentials",
    client_assertion_type: "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
    client_assertion: assertion,
    scope: "system/*.rs",
  };
  const answer = await fetch(`${base}/oauth2/token`, {
    method: "POST",
    body: new URLSearchParams(form),
    headers: FORM,
  });
  const told: unknown = await answer.json();
  if (typeof told !== "object" || told === null || !("access_token" in told))
    throw new Error(`no token: ${answer.status}`);
  return String(told.access_token);
}

/** Requests in which identifiers stand where they should and where they should not. */
async function ask(base: string, directory: string): Promise<readonly number[]> {
  const authorization = { Authorization: `Bearer ${await tokenOf(base, directory)}` };
  const asked: readonly (readonly [path: string, init?: RequestInit])[] = [
    [`/fhir/R4/Patient?identifier=${encodeURIComponent(`${NHS_NUMBER}|${NUMBER}`)}`],
    [`/fhir/R4/Patient?family=${NAME}&address-postalcode=${encodeURIComponent(POSTCODE)}`],
    [`/fhir/R4/Patient?famly=${NAME}`],
    [`/fhir/R4/Patient/${NUMBER}`],
    [`/fhir/R4/${NAME}/x`],
    [`/${NAME}`],
    ["/fhir/R4/Patient/_search", { method: "POST", headers: FORM, body: `family=${NAME}` }],
    [
      "/fhir/R4/Patient",
      { method: "POST", headers: JSON_TYPE, body: `{"resourceType":"Patient","name":[{"family":"${NAME}"` },
    ],
    [
      "/fhir/R4/Observation",
      { method: "POST", headers: JSON_TYPE, body: '{"resourceType":"Observation","Quetzalcoatlus":1}' },
    ],
    ["/fhir/R4/Patient/$match", { method: "POST", headers: JSON_TYPE, body: `{"resourceType":"${NAME}"}` }],
    ["/oauth2/token", { method: "POST", headers: FORM, body: `client_assertion=${NAME}&scope=${NUMBER}` }],
  ];
  const statuses: number[] = [];
  for (const [path, init = {}] of asked) {
    for (const headers of [init.headers ?? {}, { ...init.headers, ...authorization, "X-Request-ID": NAME }]) {
      const answer = await fetch(`${base}${path}`, { ...init, headers: new Headers(headers) });
      await answer.text();
      statuses.push(answer.status);
    }
  }
  return statuses;
}

/** What is no HTTP is refused before any route. */
async function askBadly(port: number): Promise<void> {
  const socket = connect(port, "127.0.0.1");
  await once(socket, "connect");
  socket.write(`GET /${NUMBER}\\${NAME} HTTP/1.1\r\nHost: ${NAME} x\r\nConnection: close\r\n\r\n`);
  await text(socket);
}

test("the log of the process, from its start to its end, holds nothing of what clients ask by", async () => {
  const directory = await mkdtemp(join(tmpdir(), "process-log-"));
  const port = await freePort();
  const base = `http://127.0.0.1:${port}`;
  const environment = { DATA_DIR: directory, PORT: String(port), BASE_URL: base, DEMONSTRATION_CHILDREN: "0" };
  const child = spawn(process.execPath, [MAIN], {
    env: { ...RUNTIME, ...environment },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const told = Promise.all([text(child.stdout), text(child.stderr)]);
  try {
    await untilReady(base, child);
    const statuses = await ask(base, directory);
    await askBadly(port);
    expect(statuses).toContain(200);
    expect(statuses.filter((status) => status >= 500)).toEqual([]);
  } finally {
    child.kill("SIGTERM");
    await rm(directory, { recursive: true, force: true, maxRetries: 5, retryDelay: POLL_MS });
  }
  const log = (await told).join("\n");
  // A log that says nothing would hold nothing.
  expect(log.split("\n").length).toBeGreaterThan(5);
  expect(CANARIES.filter((canary) => log.includes(canary))).toEqual([]);
});
