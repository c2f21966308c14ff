import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { RUNTIME } from "../spawned.fixtures.ts";

const COMMAND = fileURLToPath(new URL("bench-unguarded.ts", import.meta.url));

test("searches its own children alone, on this machine alone, and leaves nothing behind", async () => {
  const environment = { ...RUNTIME, DATA_DIR: "/nowhere", HOST: "0.0.0.0", REGISTER_FILE: "/nowhere" };
  const child = spawn(process.execPath, [COMMAND, "--children", "1"], {
    env: environment,
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = once(child, "exit");
  const [told] = await once(child.stdout, "data");
  const base = String(told).trim();
  expect(base).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
  const found = await (await fetch(`${base}/fhir/R4/Observation?_count=1`)).json();
  const own = (): readonly string[] =>
    readdirSync(tmpdir()).filter((name) => name.startsWith(`bench-unguarded-${child.pid}-`));
  expect(own()).toHaveLength(1);
  expect(found).toMatchObject({
    resourceType: "Bundle",
    type: "searchset",
    entry: [{ search: { mode: "match" } }, {}],
  });
  expect((await fetch(`${base}/fhir/R4/Patient/x`)).status).toBe(404);
  child.kill("SIGTERM");
  expect((await ended)[0]).toBe(0);
  expect(own()).toEqual([]);
});
