import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { freePort, RUNTIME } from "./spawned.fixtures.ts";

const MAIN = fileURLToPath(new URL("main.ts", import.meta.url));
const POLL_MS = 10;

let directory: string;
let port: number;
let gateway: ChildProcess;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "serve-"));
  port = await freePort();
  const environment = { DATA_DIR: directory, PORT: String(port), LOG_LEVEL: "silent", DEMONSTRATION_CHILDREN: "0" };
  gateway = spawn(process.execPath, [MAIN], { env: { ...RUNTIME, ...environment }, stdio: "ignore" });
  while (gateway.exitCode === null) {
    const answer = await fetch(`http://127.0.0.1:${port}/health/ready`).catch(() => undefined);
    await answer?.body?.cancel();
    if (answer?.status === 200) return;
    await sleep(POLL_MS);
  }
  throw new Error(`The gateway ended with ${gateway.exitCode} before it was ready.`);
});

afterAll(async () => {
  gateway.kill("SIGKILL");
  await rm(directory, { recursive: true });
});

async function send(bytes: string): Promise<Socket> {
  const socket = connect(port, "127.0.0.1");
  await once(socket, "connect");
  socket.write(bytes);
  return socket;
}

const END = "Host: gateway.example\r\nConnection: close\r\n\r\n";

describe("what is no proper request is answered with an OperationOutcome that quotes none of it", () => {
  test.each([
    { name: "an unknown method", bytes: `SECRET /fhir/R4/Patient HTTP/1.1\r\n${END}`, status: 400 },
    { name: "text", bytes: "secret\r\n\r\n", status: 400 },
    { name: "no Host", bytes: "GET /secret HTTP/1.1\r\nConnection: close\r\n\r\n", status: 400 },
    { name: "a bad Host", bytes: "GET / HTTP/1.1\r\nHost: secret secret\r\nConnection: close\r\n\r\n", status: 400 },
    { name: "a bad address", bytes: `GET /secret\\x HTTP/1.1\r\n${END}`, status: 400 },
    { name: "two Hosts", bytes: `GET / HTTP/1.1\r\nHost: secret\r\n${END}`, status: 400 },
    { name: "a way round", bytes: `GET /fhir/R4/../../metrics?secret HTTP/1.1\r\n${END}`, status: 400 },
    { name: "a way round in percents", bytes: `GET /fhir/%2E%2e/metrics HTTP/1.1\r\n${END}`, status: 400 },
    { name: "a way nowhere", bytes: `GET /fhir/./R4/metadata HTTP/1.1\r\n${END}`, status: 400 },
    { name: "a tunnel", bytes: `CONNECT secret:443 HTTP/1.1\r\n${END}`, status: 400 },
    { name: "headers without end", bytes: `GET / HTTP/1.1\r\nX: ${"secret".repeat(4_000)}\r\n${END}`, status: 431 },
    { name: "a method that nothing takes", bytes: `TRACE /fhir/R4/Patient HTTP/1.1\r\n${END}`, status: 405 },
  ])("$name is $status", async ({ bytes, status }) => {
    const answer = await text(await send(bytes));
    const [head = "", body = ""] = answer.split("\r\n\r\n");
    expect(head).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    expect(head).toContain("Content-Type: application/fhir+json; fhirVersion=4.0");
    expect(head).toMatch(/X-Request-ID: [\w-]{36}/);
    expect(JSON.parse(body).resourceType).toBe("OperationOutcome");
    expect(answer).not.toMatch(/secret|parse error|HPE_|node:/i);
  });

  test("an expectation that cannot be met is no matter", async () => {
    const answer = await text(await send(`GET /health/live HTTP/1.1\r\nExpect: wonders\r\n${END}`));
    expect(answer).toMatch(/^HTTP\/1.1 200 /);
  });
});

describe("pages of another origin", () => {
  const ask = (path: string, headers: Record<string, string>, method = "GET") =>
    fetch(`http://127.0.0.1:${port}${path}`, { method, headers });
  const origin = "https://app.example";

  test.each([
    ["a document", "/fhir/R4/metadata", 200],
    ["a read, which is answered past the router", "/fhir/R4/Patient/x", 401],
    ["a search of the whole system", "/fhir/R4?_type=Patient", 401],
    ["nothing", "/fhir/R4/Nothing", 404],
  ])("may read %s, its ETag and its Location", async (_, path, status) => {
    const answer = await ask(path, { origin });
    const exposed = answer.headers.get("access-control-expose-headers") ?? "";
    expect([answer.status, answer.headers.get("access-control-allow-origin")]).toEqual([status, "*"]);
    expect(exposed.split(", ")).toEqual(expect.arrayContaining(["ETag", "Location", "Last-Modified"]));
    expect(answer.headers.get("access-control-allow-credentials")).toBeNull();
  });

  test("are told beforehand what they may send", async () => {
    const asked = { origin, "access-control-request-method": "PUT", "access-control-request-headers": "authorization" };
    const { status, headers } = await ask("/fhir/R4/Patient/x", asked, "OPTIONS");
    expect([status, headers.get("access-control-allow-origin")]).toEqual([204, "*"]);
    expect(headers.get("access-control-allow-methods")).toContain("PUT");
    expect(headers.get("access-control-allow-headers")?.split(", ")).toEqual(
      expect.arrayContaining(["Authorization", "Content-Type", "If-Match", "If-None-Exist", "Prefer"]),
    );
  });

  test.each(["/health/live", "/identity/review", "/fhir/R4x", "/ingest/receipts"])("may not read %s", async (path) => {
    const preflight = await ask(path, { origin, "access-control-request-method": "GET" }, "OPTIONS");
    for (const { headers } of [await ask(path, { origin }), preflight])
      expect(headers.get("access-control-allow-origin")).toBeNull();
  });

  test("are nobody where no origin is named, and OPTIONS is no method of FHIR", async () => {
    const answer = await ask("/fhir/R4/metadata", {}, "OPTIONS");
    expect([answer.status, answer.headers.get("access-control-allow-origin")]).toEqual([405, null]);
  });
});

test("a signal to read the register again ends nothing", async () => {
  gateway.kill("SIGHUP");
  const answer = await fetch(`http://127.0.0.1:${port}/health/ready`);
  expect([answer.status, await answer.json()]).toEqual([200, expect.objectContaining({ register: "in force" })]);
  expect(gateway.exitCode).toBeNull();
});

test("a stop is clean also while a request is only half there", async () => {
  const inHeaders = await send("GET /fhir/R4/metadata HTTP/1.1\r\nHost: gateway.example\r\n");
  const inBody = await send(
    "POST /oauth2/token HTTP/1.1\r\nHost: gateway.example\r\nContent-Length: 100\r\n" +
      "Content-Type: application/x-www-form-urlencoded\r\n\r\ngrant_type=",
  );
  for (const socket of [inHeaders, inBody]) socket.on("error", () => undefined).resume();
  // An answer to somebody else says that the two were read before the signal.
  await (await fetch(`http://127.0.0.1:${port}/health/live`)).text();
  const ended = once(gateway, "exit");
  gateway.kill("SIGTERM");
  expect(await ended).toEqual([0, null]);
});

test("a stop while demonstration data are still brought in is clean, and the next start brings them in", async () => {
  const fresh = await mkdtemp(join(tmpdir(), "serve-"));
  const environment = { ...RUNTIME, PORT: String(await freePort()), LOG_LEVEL: "error" };
  const health = (name: string) =>
    fetch(`http://127.0.0.1:${environment.PORT}/health/${name}`).then(
      ({ status }) => status,
      () => undefined,
    );
  const start = (children: string) =>
    spawn(process.execPath, [MAIN], {
      env: { ...environment, DATA_DIR: fresh, DEMONSTRATION_CHILDREN: children },
      stdio: ["ignore", "ignore", "pipe"],
    });
  const stopped = start("400");
  const errors = text(stopped.stderr);
  // Where it was not looked for long they are there already.
  while (![503, 200].includes((await health("ready")) ?? 0)) await sleep(POLL_MS);
  stopped.kill("SIGTERM");
  const [code] = await once(stopped, "exit");
  expect([code, await errors]).toEqual([0, ""]);
  const again = start("1");
  while ((await health("ready")) !== 200) await sleep(POLL_MS);
  again.kill("SIGTERM");
  expect(await once(again, "exit")).toEqual([0, null]);
  await rm(fresh, { recursive: true });
});
