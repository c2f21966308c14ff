import { once } from "node:events";
import type { Server } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { loadConfig } from "./config.ts";
import type { Direct } from "./direct.ts";
import { startTestGateway, type TestGateway } from "./gateway.fixtures.ts";
import { createLog } from "./log.ts";
import { createHttpServer } from "./serve.ts";

let started: TestGateway;
let token: string;
/** Past the router, and through it. */
let servers: readonly Server[];
let taken = 0;

beforeAll(async () => {
  started = await startTestGateway(0);
  token = await started.token("conformance-demo", "system/*.cruds");
  const { gateway, directory } = started;
  const direct: Direct = (incoming, outgoing) => {
    const answering = gateway.direct(incoming, outgoing);
    if (answering) taken += 1;
    return answering;
  };
  servers = [await listen(direct), await listen(() => undefined)];

  async function listen(direct: Direct): Promise<Server> {
    const server = createHttpServer(
      { app: gateway.app, direct },
      loadConfig({ DATA_DIR: directory }),
      createLog("silent"),
    );
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    return server;
  }
});

afterAll(async () => {
  for (const server of servers) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
  await started[Symbol.asyncDispose]();
});

/** What comes back on one connection for these bytes; each part is sent in a packet of its own. */
async function send(server: Server, ...parts: readonly string[]): Promise<string> {
  const socket = connect((server.address() as AddressInfo).port, "127.0.0.1");
  let answer = "";
  socket.on("data", (data) => {
    answer += String(data);
  });
  socket.on("error", () => {});
  // Whoever is cut off may be told so by a reset: no fault, and a close follows it.
  const closed = new Promise((resolve) => socket.once("close", resolve));
  for (const part of parts) {
    socket.write(part);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  await closed;
  return answer;
}

interface Sent {
  readonly line: string;
  readonly host?: string;
  readonly headers?: readonly string[];
  readonly body?: string;
}

function toBytes({ line, host = "gateway.example:8080", headers = [], body }: Sent): string {
  const length = body === undefined ? [] : [`Content-Length: ${Buffer.byteLength(body)}`];
  const authorization = headers.some((header) => /^authorization/i.test(header))
    ? []
    : [`Authorization: Bearer ${token}`];
  const lines = [`${line} HTTP/1.1`, `Host: ${host}`, "X-Request-ID: r1", ...authorization, ...length, ...headers];
  return `${lines.join("\r\n")}\r\nConnection: close\r\n\r\n${body ?? ""}`;
}

/** Without what differs from one answer to the next. */
function settled(answer: string): string {
  const [head = "", body = ""] = answer.split("\r\n\r\n");
  const varying = /"(id|versionId|lastUpdated)":"[^"]*"|[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}/g;
  const headers = head
    .toLowerCase()
    .replaceAll(varying, "…")
    .split("\r\n")
    .filter((line) => !/^(date|etag|last-modified|location):/.test(line));
  return `${headers.sort().join("\n")}\n\n${body.replaceAll(varying, "…")}`;
}

const FORM = "Content-Type: application/x-www-form-urlencoded";
const JSON_BODY = "Content-Type: application/fhir+json";
const PATIENT = JSON.stringify({ resourceType: "Patient", name: [{ family: "Exämple" }] });

describe("past the router and through it a request has the same answer", () => {
  test.each<Sent & { readonly name: string; readonly isTaken: boolean }>([
    {
      name: "a search by form",
      line: "POST /fhir/R4/Patient/_search",
      headers: [FORM],
      body: "family=nobody",
      isTaken: true,
    },
    {
      name: "a form that begins with a mark",
      line: "POST /fhir/R4/Patient/_search",
      headers: [FORM],
      body: "\uFEFFfamily=x",
      isTaken: true,
    },
    { name: "an empty form", line: "POST /fhir/R4/Encounter/_search", headers: [FORM], body: "", isTaken: false },
    { name: "a search by URL", line: "GET /fhir/R4/Patient?family=no%20body|x", isTaken: true },
    { name: "an unknown parameter", line: "GET /fhir/R4/Patient?famly=x", isTaken: true },
    { name: "an indented answer", line: "GET /fhir/R4/Patient?family=nobody&_pretty=true", isTaken: true },
    { name: "a create", line: "POST /fhir/R4/Patient", headers: [JSON_BODY], body: PATIENT, isTaken: true },
    {
      name: "a create without more ado",
      line: "POST /fhir/R4/Patient",
      headers: [JSON_BODY, "Prefer: return=minimal"],
      body: PATIENT,
      isTaken: true,
    },
    { name: "no JSON", line: "POST /fhir/R4/Patient", headers: [JSON_BODY], body: "{", isTaken: true },
    { name: "a read of nothing", line: "GET /fhir/R4/Patient/nobody", isTaken: true },
    { name: "no token", line: "GET /fhir/R4/Patient/nobody", headers: ["Authorization: Basic x"], isTaken: true },
    { name: "another format", line: "GET /fhir/R4/Patient/nobody", headers: ["Accept: text/html"], isTaken: true },
    { name: "a HEAD", line: "HEAD /fhir/R4/Patient", isTaken: false },
    { name: "a write by id", line: "PUT /fhir/R4/Patient/a", headers: [JSON_BODY], body: PATIENT, isTaken: false },
    {
      name: "two tokens",
      line: "GET /fhir/R4/Patient",
      headers: ["Authorization: Bearer a", "Authorization: Bearer b"],
      isTaken: false,
    },
    { name: "a host at a port that there is not", line: "GET /fhir/R4/Patient", host: "gateway:65536", isTaken: false },
    { name: "a host in capitals", line: "GET /fhir/R4/Patient", host: "GATEWAY.example", isTaken: false },
    {
      name: "a body in chunks",
      line: "POST /fhir/R4/Patient/_search",
      headers: [FORM, "Transfer-Encoding: chunked"],
      isTaken: false,
    },
    { name: "an unknown type", line: "GET /fhir/R4/Nothing", isTaken: false },
    { name: "a longer path", line: "GET /fhir/R4/Patient/", isTaken: false },
    { name: "another address that begins alike", line: "GET /fhir/R4Patient", isTaken: false },
    { name: "an absolute address", line: "GET http://gateway.example/fhir/R4/Patient/nobody", isTaken: false },
  ])("$name", async ({ isTaken, ...sent }) => {
    const bytes = toBytes(sent);
    const end = sent.headers?.includes("Transfer-Encoding: chunked") ? "8\r\nfamily=x\r\n0\r\n\r\n" : "";
    const before = taken;
    const answers = await Promise.all(servers.map((server) => send(server, bytes + end)));
    const [direct, routed] = answers.map(settled);
    expect(direct).toMatch(/^[\s\S]*http\/1\.1 \d{3} /);
    expect(direct).toBe(routed);
    expect(taken - before).toBe(Number(isTaken));
  });
});

test("a body in several packets is read as one", async () => {
  const bytes = toBytes({ line: "POST /fhir/R4/Patient", headers: [JSON_BODY], body: PATIENT });
  const half = bytes.length - 12;
  for (const server of servers) {
    expect(await send(server, bytes.slice(0, half), bytes.slice(half))).toMatch(/^HTTP\/1\.1 201 [\s\S]*Exämple/);
  }
});

test("what is sent after a refusal is not taken for the next request", async () => {
  const body = "GET /fhir/R4/Patient HTTP/1.1";
  const refused = toBytes({ line: "POST /fhir/R4/Patient", headers: [JSON_BODY, "Authorization: Basic x"], body });
  const open = refused.replace("Connection: close\r\n", "");
  const next = toBytes({ line: "GET /fhir/R4/Patient/nobody" });
  for (const server of servers) {
    const [first, second, ...more] = (await send(server, open.slice(0, -10), open.slice(-10) + next)).split(
      /(?=HTTP\/1\.1 )/,
    );
    expect([first, second].map((answer) => answer?.slice(0, 12))).toEqual(["HTTP/1.1 401", "HTTP/1.1 404"]);
    expect(more).toEqual([]);
  }
});
