import { spawn } from "node:child_process";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { statusChanged } from "./mutants/breakage.ts";
import { startSmallServer } from "./mutants/small-server.ts";
import { runConformance } from "./runner.ts";

let server: Awaited<ReturnType<typeof startSmallServer>>;

/** Forbids every update and every read that asks for a subset. */
beforeAll(async () => {
  server = await startSmallServer(
    statusChanged(
      200,
      422,
      ({ method, url, headers }) => method === "PUT" || (headers.has("prefer") && /_id=/.test(url)),
    ),
  );
});

afterAll(async () => {
  await server.stop();
});

function paste(commands: readonly string[]): Promise<string> {
  return new Promise((resolve) => {
    const child = spawn("/bin/sh", ["-c", commands.join("\n")], { env: { ...process.env, TOKEN: "a-token" } });
    let out = "";
    child.stdout.on("data", (chunk) => {
      out += chunk;
    });
    child.on("close", () => resolve(out));
  });
}

async function commandsOf(only: string): Promise<readonly string[]> {
  const { results } = await runConformance({ base: server.base, mayWrite: true, only: [only], types: ["Observation"] });
  return results[0]?.curl ?? [];
}

describe("the commands of a failure", () => {
  test("make anew what the case had made and taken away, and come to the same answer", async () => {
    const commands = await commandsOf("update/status");
    expect(commands.length).toBeGreaterThan(2);
    const shown = await paste(commands);
    expect(shown).toContain("HTTP/1.1 422");
    expect(shown).not.toContain("HTTP/1.1 404");
  });

  test("carry the version that the server gives anew into If-Match", async () => {
    const commands = await commandsOf("update/current");
    expect(await paste(commands)).toContain("HTTP/1.1 422");
    expect(commands.join("\n")).not.toMatch(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}'\s*$/);
  });
});
