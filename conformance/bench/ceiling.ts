import { readFile } from "node:fs/promises";
import { serve } from "@hono/node-server";
import { Hono } from "hono";

/**
 * A process of its own that answers every request with the next of the bodies it was given, doing nothing else: what the
 * HTTP server alone can do on this machine, in this run, with the very same bytes.
 *
 * Argument: a file of JSON, a list of bodies as text.
 */
const parsed: unknown = JSON.parse(await readFile(process.argv[2] ?? "", "utf8"));
const bodies = (Array.isArray(parsed) ? parsed : []).map((body) => new TextEncoder().encode(String(body)));
const headers = { "content-type": "application/fhir+json; fhirVersion=4.0", "cache-control": "no-store, private" };

let turn = 0;
const app = new Hono();
app.all("*", (c) => {
  turn = (turn + 1) % bodies.length;
  return c.body(bodies[turn] ?? new Uint8Array(), 200, headers);
});

const server = serve({ fetch: app.fetch, port: 0, hostname: "127.0.0.1", autoCleanupIncoming: true });
server.on("listening", () => {
  const address = server.address();
  if (address !== null && typeof address === "object") process.stdout.write(`http://127.0.0.1:${address.port}\n`);
});
process.on("SIGTERM", () => process.exit(0));
