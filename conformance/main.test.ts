import { spawn } from "node:child_process";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { list, parseJson, text } from "./json.ts";
import { startSmallServer } from "./mutants/small-server.ts";

const MAIN = fileURLToPath(new URL("./main.ts", import.meta.url));
const TOKEN = "a-secret-token-of-the-test";

let good: Awaited<ReturnType<typeof startSmallServer>>;
let broken: Awaited<ReturnType<typeof startSmallServer>>;
let locked: Awaited<ReturnType<typeof startSmallServer>>;
let directory: string;

beforeAll(async () => {
  good = await startSmallServer();
  broken = await startSmallServer(async (request, answer) => {
    const response = await answer(request);
    const leaked = JSON.stringify({ access_token: "leaked-secret", sent: request.headers.get("authorization") });
    return request.url.includes("_count=7") ? new Response(leaked, { status: 200 }) : response;
  });
  locked = await startSmallServer(async (request, answer) =>
    request.url.endsWith("/metadata") ? answer(request) : new Response("{}", { status: 401 }),
  );
  directory = await mkdtemp(join(tmpdir(), "conformance-"));
});

afterAll(async () => {
  await Promise.all([good, broken, locked].map(({ stop }) => stop()));
  await rm(directory, { recursive: true });
});

function run(...args: readonly string[]): Promise<{ code: number | null; out: string; err: string }> {
  return new Promise((resolve) => {
    // On a busy machine a run takes its time, and is not to be cut short.
    const child = spawn(process.execPath, [MAIN, "--seconds", "600", ...args], { env: { ...process.env, TOKEN: "" } });
    let [out, err] = ["", ""];
    child.stdout.on("data", (chunk) => {
      out += chunk;
    });
    child.stderr.on("data", (chunk) => {
      err += chunk;
    });
    child.on("close", (code) => resolve({ code, out, err }));
  });
}

/** Runs a command as a person would paste it. */
function paste(command: string): Promise<string> {
  return new Promise((resolve) => {
    const child = spawn("/bin/sh", ["-c", command], { env: { ...process.env, TOKEN } });
    let out = "";
    child.stdout.on("data", (chunk) => {
      out += chunk;
    });
    child.on("close", () => resolve(out));
  });
}

describe("the command", () => {
  test.each([
    ["without a base", []],
    ["with an option that does not exist", ["--bass", "http://127.0.0.1"]],
    ["with a filter that selects nothing", ["--base", "http://127.0.0.1:1", "--only", "READ-99"]],
    ["with one good and one mistyped filter", ["--base", "http://127.0.0.1:1", "--only", "READ-01,READ-99"]],
    ["with a level that does not exist", ["--base", "http://127.0.0.1:1", "--level", "must"]],
    ["with a base that is no address", ["--base", "here"]],
    ["with a time that is no number", ["--base", "http://127.0.0.1:1", "--seconds", "soon"]],
  ])("ends with 2 and says why %s", async (_what, args) => {
    const { code, err } = await run(...args);
    expect(code).toBe(2);
    expect(err).not.toBe("");
  });

  test.each([
    ["--token", ["--base", "http://127.0.0.1:1", "--token", ""]],
    ["--token-b", ["--compare", "http://127.0.0.1:1", "http://127.0.0.1:2", "--token-b", ""]],
    ["--client-id", ["--base", "http://127.0.0.1:1", "--client-id", "", "--key", "key.json"]],
    ["--base", ["--base", ""]],
    ["--header", ["--base", "http://127.0.0.1:1", "--header", "A: b", "--header", ""]],
  ])("ends with 2 before it asks anything when %s is empty, and says that it is", async (name, args) => {
    const { code, out, err } = await run(...args);
    expect({ code, out, err }).toEqual({
      code: 2,
      out: "",
      err: `${name} is empty: give it its value, or leave it out\n`,
    });
  });

  test("lists the cases without a server", async () => {
    const { code, out } = await run("--list", "--only", "READ-03");
    expect(code).toBe(0);
    expect(out.split("\n").filter(Boolean)).toHaveLength(7);
  });

  test("ends with 0 against a server that keeps the rules, and writes every report", async () => {
    const out = join(directory, "good");
    const { code } = await run("--base", good.base, "--seconds", "600", "--out", out);
    expect(code).toBe(0);
    const files = ["badge.svg", "junit.xml", "report.html", "requests.har", "results.json", "testreport.json"];
    expect((await readdir(out)).sort()).toEqual(files);
  });

  test("ends with 1 when the network fails", async () => {
    const { code, out } = await run("--base", "http://127.0.0.1:1/fhir", "--only", "metadata");
    expect(code).toBe(1);
    expect(out).toContain("network:");
  });

  test("ends with 2 and says how to get a token when the server answers only 401", async () => {
    const { code, err } = await run("--base", locked.base, "--seconds", "600");
    expect(code).toBe(2);
    expect(err).toContain("npm run -s token -- --client conformance-demo");
  });

  test("sends no write when told to read only", async () => {
    const out = join(directory, "read-only");
    await run("--base", good.base, "--read-only", "--only", "metadata", "--out", out);
    const har = parseJson(await readFile(join(out, "requests.har"), "utf8"));
    const sent = list(har, "log", "entries").map((entry) => text(entry, "request", "method"));
    expect(sent.length).toBeGreaterThan(10);
    expect(sent.filter((method) => method !== "GET")).toEqual([]);
  });
});

describe("a failure", () => {
  test("shows rule, expectation, answer and a command, without any secret", async () => {
    const out = join(directory, "broken");
    const { code, out: shown } = await run("--base", broken.base, "--seconds", "600", "--token", TOKEN, "--out", out);
    expect(code).toBe(1);
    const files = await Promise.all((await readdir(out)).map((name) => readFile(join(out, name), "utf8")));
    for (const content of [shown, ...files]) {
      expect(content).not.toContain(TOKEN);
      expect(content).not.toContain("leaked-secret");
    }
    const results = list(parseJson(await readFile(join(out, "results.json"), "utf8")), "results");
    const failure = results.find((result) => text(result, "id") === "paging/size[Patient]");
    expect(text(failure, "outcome")).toBe("fail");
    expect(text(failure, "rule")).toContain("No page has more matches");
    expect(text(failure, "expected")).toContain("Bundle of type searchset");
    const command = list(failure, "curl").at(-1);
    expect(command).toContain("$TOKEN");
    expect(await paste(String(command))).toContain(`Bearer ${TOKEN}`);
  });

  test("stands in the reports that machines read", async () => {
    const out = join(directory, "machines");
    await run("--base", broken.base, "--out", out, "--only", "CNT-01");
    const junit = await readFile(join(out, "junit.xml"), "utf8");
    expect(junit).toContain('failures="7"');
    const report = parseJson(await readFile(join(out, "testreport.json"), "utf8"));
    expect(text(report, "resourceType")).toBe("TestReport");
    expect(text(report, "result")).toBe("fail");
    const html = await readFile(join(out, "report.html"), "utf8");
    expect(html).not.toMatch(/<(script|img|link|iframe)[^>]*(src|href)=/);
    expect(html).toContain("CNT-01");
  });
});
