import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { serve } from "@hono/node-server";
import { afterAll, beforeAll, expect, test } from "vitest";
import { composeGateway, type Gateway } from "../compose.ts";
import { loadConfig } from "../config.ts";
import { toCsv, toProfileRow, toTables } from "../ingest/line.fixtures.ts";
import { createLog } from "../log.ts";
import { freePort } from "../spawned.fixtures.ts";
import { runIngest } from "./ingest.ts";

let directory: string;
let gateway: Gateway;
let server: ReturnType<typeof serve>;
let environment: Record<string, string>;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "command-ingest-"));
  environment = { DATA_DIR: join(directory, "data"), PORT: String(await freePort()), LOG_LEVEL: "silent" };
  const config = loadConfig(environment);
  const calls = { baseUrl: config.baseUrl, environment: "", isDemonstration: true };
  gateway = await composeGateway(config, createLog("silent"), calls);
  gateway.markReady();
  await new Promise<void>((resolve) => {
    server = serve({ fetch: gateway.app.fetch, port: config.port, hostname: config.host }, () => resolve());
  });
});
afterAll(async () => {
  await new Promise((resolve) => server.close(resolve));
  await gateway.close();
  await rm(directory, { recursive: true });
});

async function write(name: string, text: string): Promise<string> {
  const path = join(directory, name);
  await writeFile(path, text);
  return path;
}

test("one file gives one receipt, with the name of the file", async () => {
  const file = await write("return 1.csv", toCsv([toProfileRow()]));
  const { exit, out, error } = await runIngest(["--source", "leeds-eyfsp", file], environment);
  expect({ exit, error }).toEqual({ exit: 0, error: "" });
  expect(JSON.parse(out)).toMatchObject({ source: "leeds-eyfsp", fileName: "return 1.csv", received: 1, committed: 1 });
});

test("several files give an array of receipts in their order", async () => {
  const { mpi = "", gp = "" } = toTables();
  const files = [await write("gp.csv", gp), await write("mpi.csv", mpi)];
  const { exit, out } = await runIngest(["--source", "leeds-csds", ...files], environment);
  expect(exit).toBe(0);
  expect(JSON.parse(out)).toMatchObject([{ fileName: "gp.csv" }, { fileName: "mpi.csv" }]);
});

test("anything in quarantine makes the command end with 1, and its receipt is printed all the same", async () => {
  const file = await write("bad.csv", toCsv([toProfileRow({ FSP_DOB: "2020-02-31" })]));
  const { exit, out } = await runIngest(["--source", "leeds-eyfsp", file], environment);
  expect(exit).toBe(1);
  expect(JSON.parse(out)).toMatchObject({ quarantined: 1 });
});

test("progress is drawn where somebody watches, and nowhere else", async () => {
  const file = await write("again.csv", toCsv([toProfileRow()]));
  let drawn = "";
  const terminal = {
    write(text: string | Uint8Array) {
      drawn += String(text);
      return true;
    },
  };
  await runIngest(["--source", "leeds-eyfsp", file], environment, terminal);
  expect(drawn).toContain("100 % of again.csv");
});

test.each<[string, readonly string[]]>([
  ["no source", ["file.csv"]],
  ["no file", ["--source", "leeds-eyfsp"]],
  ["an unknown option", ["--source", "leeds-eyfsp", "--fast", "file.csv"]],
  ["a file that is not there", ["--source", "leeds-eyfsp", "/nowhere/file.csv"]],
  ["a source that is no name", ["--source", "../fhir", "file.csv"]],
])("%s is misuse, ends with 2 and shows how the command is used", async (_, given) => {
  const { exit, out, error } = await runIngest(given, environment);
  expect({ exit, out }).toEqual({ exit: 2, out: "" });
  expect(error).toContain("Usage:");
});

test.each<[string, readonly string[], Readonly<Record<string, string>>]>([
  ["a client that may not send", ["--client", "gp-demo"], {}],
  ["a gateway that does not answer", [], { PORT: "1" }],
])("%s ends with 1 and a sentence", async (_, given, other) => {
  const file = await write("file.csv", toCsv([toProfileRow()]));
  const { exit, out, error } = await runIngest(["--source", "leeds-eyfsp", ...given, file], {
    ...environment,
    ...other,
  });
  expect({ exit, out }).toEqual({ exit: 1, out: "" });
  expect(error).toMatch(/\w+/);
});
