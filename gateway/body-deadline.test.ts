import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { afterEach, expect, test } from "vitest";
import { type BodyDeadline, createBodyDeadline } from "./body-deadline.ts";

const open: { server: Server; deadline: BodyDeadline }[] = [];

afterEach(async () => {
  for (const { server, deadline } of open.splice(0)) {
    deadline.close();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});

/** To be answered long after its body is there. */
const SLOW = "/ingest/leeds-csds";
const SLOW_MS = 500;

async function start(deadline_ms: number): Promise<number> {
  const deadline = createBodyDeadline(deadline_ms);
  const server = createServer({ requestTimeout: 0 }, async (incoming, outgoing) => {
    const watched = deadline.watch(incoming);
    try {
      for await (const _ of incoming);
      if (incoming.url === SLOW) await new Promise((resolve) => setTimeout(resolve, SLOW_MS));
      outgoing.end("read");
    } catch {
      outgoing.destroy();
    }
    watched?.end();
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  open.push({ server, deadline });
  return (server.address() as AddressInfo).port;
}

/** Sends a byte of a body every `pause_ms`; answers with what came back until the connection ended. */
async function trickle(port: number, path: string, bytes: number, pause_ms: number): Promise<string> {
  const socket = connect(port, "127.0.0.1");
  let answer = "";
  socket.on("data", (data) => {
    answer += String(data);
  });
  socket.on("error", () => {});
  // Whoever is cut off may be told so by a reset: no fault, and a close follows it.
  const closed = new Promise((resolve) => socket.once("close", resolve));
  socket.write(`POST ${path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: ${bytes}\r\n\r\n`);
  for (let sent = 0; sent < bytes && !socket.destroyed; sent++) {
    await new Promise((resolve) => setTimeout(resolve, pause_ms));
    socket.write("x");
  }
  await closed;
  return answer;
}

test("whoever trickles a body is cut off", async () => {
  const port = await start(50);
  expect(await trickle(port, "/fhir/R4/Observation", 100, 20)).toBe("");
});

test("a body that comes in time is answered", async () => {
  const port = await start(5_000);
  expect(await trickle(port, "/fhir/R4/Observation", 3, 1)).toContain("read");
});

test("a delivery may take as long as it brings something", async () => {
  const port = await start(50);
  expect(await trickle(port, "/ingest/leeds-ctf", 20, 20)).toContain("read");
});

test("a delivery that falls silent is cut off", async () => {
  const port = await start(20);
  expect(await trickle(port, "/ingest/leeds-ctf", 2, 400)).toBe("");
});

test("a delivery that is there as a whole may be worked on as long as it takes", async () => {
  const port = await start(10);
  expect(await trickle(port, SLOW, 2, 5)).toContain("read");
});

test.each(["/ingest/leeds-ctf/withdraw", "/ingest/quarantine/q-1/replay"])(
  "a body for %s is no delivery",
  async (path) => {
    const port = await start(50);
    expect(await trickle(port, path, 100, 20)).toBe("");
  },
);
