import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { at, list, parseJson, text } from "../json.ts";
import { startSmallServer } from "../mutants/small-server.ts";

const MAIN = fileURLToPath(new URL("main.ts", import.meta.url));

let directory: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "bench-main-"));
});

afterAll(() => rm(directory, { recursive: true }));

function run(...args: readonly string[]): Promise<{ code: number; out: string; err: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, [MAIN, ...args], { env: { ...process.env, DATABASE_URL: "" } }, (error, out, err) => {
      resolve({ code: typeof error?.code === "number" ? error.code : 0, out, err });
    });
  });
}

describe("the bench", () => {
  test("measures another FHIR server, deletes what it made there, and stands beside a peer", async () => {
    const server = await startSmallServer();
    const before = await patientsOn(server.base);
    const json = join(directory, "small.json");
    const peer = join(directory, "peer.json");
    await writeFile(
      peer,
      JSON.stringify({ format: 2, name: "a peer", workloads: [{ id: "read", rate_per_s: 1, rateRatio: 0.5 }] }),
    );
    try {
      const words = ["--base", server.base, "--quick", "--only", "read,everything", "--name", "small", "--json", json];
      const { code, out, err } = await run(...words, "--beside", peer);
      expect({ code, err }).toMatchObject({ code: 0 });
      expect(out).toMatch(/read +\d.*\(\d+\.\d+\).*1\.00 \(0\.500\)/);
      expect(out).toContain("everything: answered 404");
      const report = parseJson(await readFile(json, "utf8"));
      expect(at(report, "workloads", 0)).toMatchObject({ id: "read", rate_per_s: expect.any(Number) });
      expect(at(report, "findings", "comparisons", 0, "verified")).toBeGreaterThan(0);
      expect(await readFile(join(directory, "small.svg"), "utf8")).toMatch(/^<svg /);
      expect(await patientsOn(server.base)).toEqual(before);
    } finally {
      await server.stop();
    }
  });

  test("fails when a server answers with another child's Observations", async () => {
    let asked = 0;
    const server = await startSmallServer(async (request, answer) => {
      const response = await answer(request);
      if (!request.url.endsWith("/Observation/_search")) return response;
      asked += 1;
      // Right while the load is prepared, wrong under it.
      return asked <= 60
        ? response
        : new Response((await response.text()).replaceAll("Patient/", "Patient/x"), response);
    });
    try {
      const { code, out } = await run("--base", server.base, "--quick", "--only", "search");
      expect(code).toBe(1);
      expect(out).toContain("another child's Observation");
    } finally {
      await server.stop();
    }
  });

  test.each([
    { args: ["--no-such"], code: 2, says: "--no-such" },
    { args: ["--beside", "nowhere.json"], code: 2, says: "nowhere.json" },
    { args: ["--list"], code: 0, says: "the GP's day" },
    { args: ["--help"], code: 0, says: "--base URL" },
  ])("with $args ends with $code", async ({ args, code, says }) => {
    const result = await run(...args);
    expect(result.code).toBe(code);
    expect(result.out + result.err).toContain(says);
  });
});

async function patientsOn(base: string): Promise<readonly string[]> {
  const answer = await fetch(`${base}/Patient?_count=100`);
  return list(await answer.json(), "entry").map((entry) => text(entry, "resource", "id") ?? "");
}
