import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { promisify } from "node:util";
import { decodeJwt } from "jose";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createDpopNonces } from "../access/dpop-nonce.ts";
import { ensureNonceKey, openGatewayKeys } from "../access/gateway-keys.ts";
import { createTokenEndpoint } from "../access/token.ts";
import { ensureDemonstrationRegister } from "../demonstration/ensure-register.ts";
import { createSqliteStore } from "../store/sqlite/sqlite.ts";
import type { Store } from "../store/store.ts";
import { runToken } from "./token.ts";

let dataDir: string;
let store: Store;
let server: Server;
let environment: Record<string, string>;

/** The token endpoint behind a real socket, at `/oauth2/token`; any other path answers with a page. */
beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), "command-"));
  store = createSqliteStore({ path: join(dataDir, "store.sqlite") });
  const register = await ensureDemonstrationRegister(dataDir);
  const where = { dataDir, mode: "demonstration" } as const;
  const keys = await openGatewayKeys({ ...where, clock: Date.now });
  const nonces = createDpopNonces(await ensureNonceKey(where));
  server = createServer(async (request, response) => {
    const { host = "" } = request.headers;
    const endpoint = createTokenEndpoint({
      register,
      store,
      keys,
      nonces,
      findKey: async (client, { kid }) => client.keys.find((key) => key.kid === kid),
      isSearchable: () => true,
      baseUrl: `http://${host}`,
      clock: Date.now,
    });
    const body = await text(request);
    const answer = await endpoint({ contentType: request.headers["content-type"], body });
    response.writeHead(answer.status, answer.headers).end(answer.body);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  environment = { DATA_DIR: dataDir, PORT: String(port) };
});
afterAll(async () => {
  await new Promise((resolve) => server.close(resolve));
  await store.close();
  await rm(dataDir, { recursive: true });
});

describe("a token", () => {
  test("is printed alone, for all that the client may and its first purpose", async () => {
    const { exit, out, error } = await runToken(["--client", "gp-demo"], environment);
    expect({ exit, error }).toEqual({ exit: 0, error: "" });
    expect(out).toMatch(/^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\n$/);
    expect(decodeJwt(out.trim())).toMatchObject({
      sub: "gp-demo",
      purpose: "TREAT",
      scope: "system/Patient.rs system/Observation.rs system/Organization.rs oversight/break-glass",
    });
  });

  test("is for the purpose and the scope that are asked for", async () => {
    const given = ["--client", "officer-demo", "--purpose", "HSYSADMIN", "--scope", "system/Observation.rs"];
    const { out } = await runToken(given, environment);
    expect(decodeJwt(out.trim())).toMatchObject({ purpose: "HSYSADMIN", scope: "system/Observation.rs" });
  });

  test("is printed by the command as a person calls it", async () => {
    const command = join(import.meta.dirname, "token.ts");
    const { stdout, stderr } = await promisify(execFile)(process.execPath, [command, "--client", "hv-demo"], {
      env: { ...process.env, ...environment, BASE_URL: "" },
    });
    expect(stderr).toBe("");
    expect(decodeJwt(stdout.trim()).sub).toBe("hv-demo");
  });
});

describe("what cannot be done ends with 1 and says what to do", () => {
  test.each([
    { name: "a client that is none", given: ["--client", "gp"], set: {}, says: "There are: gp-demo, " },
    { name: "a path for a client", given: ["--client", "../x"], set: {}, says: "no client of the demonstration" },
    {
      name: "no keys yet",
      given: ["--client", "gp-demo"],
      set: { DATA_DIR: "/nonexistent" },
      says: "Start the gateway once",
    },
    {
      name: "no gateway",
      given: ["--client", "gp-demo"],
      set: { BASE_URL: "http://127.0.0.1:1" },
      says: "No gateway answers at http://127.0.0.1:1/oauth2/token. Start it with npm start",
    },
    {
      name: "a purpose that is not registered",
      given: ["--client", "gp-demo", "--purpose", "HRESCH"],
      set: {},
      says: "one of those registered: TREAT",
    },
    {
      name: "a scope that is not registered",
      given: ["--client", "gp-demo", "--scope", "ingest/leeds-ctf"],
      set: {},
      says: "None of these scopes is registered",
    },
    {
      name: "a source of a client that sends nothing",
      given: ["--client", "gp-demo", "--scope", "ingest/leeds-ctf"],
      set: {},
      says: "gp-demo sends for no source.",
    },
    {
      name: "a source that is mistyped",
      given: ["--client", "officer-demo", "--scope", "ingest/leeds-eyfps"],
      set: {},
      says: "officer-demo does not send for leeds-eyfps. Did you mean leeds-eyfsp?",
    },
    {
      name: "a source that is nobody's",
      given: ["--client", "officer-demo", "--scope", "ingest/nowhere-at-all"],
      set: {},
      says: "It does for leeds-eyfsp, ",
    },
    { name: "a wrong variable", given: ["--client", "gp-demo"], set: { PORT: "x" }, says: "PORT: expected" },
    {
      name: "a register that is not there",
      given: ["--client", "gp-demo"],
      set: { REGISTER_FILE: "/nonexistent.json" },
      says: "REGISTER_FILE: /nonexistent.json cannot be read",
    },
  ])("$name", async ({ given, set, says }) => {
    const { exit, out, error } = await runToken(given, { ...environment, ...set });
    expect({ exit, out }).toEqual({ exit: 1, out: "" });
    expect(error).toContain(says);
  });

  test("a register that is wrong, with its path", async () => {
    const file = join(dataDir, "register.json");
    await writeFile(file, JSON.stringify({ organizations: [], agreements: [], clients: [], sources: {} }));
    const { exit, error } = await runToken(["--client", "gp-demo"], { ...environment, REGISTER_FILE: file });
    expect(exit).toBe(1);
    expect(error).toMatch(/REGISTER_FILE is wrong:\n {2}sources: /);
  });

  test("a key that another directory's gateway does not know", async () => {
    const elsewhere = await mkdtemp(join(tmpdir(), "command-"));
    await ensureDemonstrationRegister(elsewhere);
    const { exit, error } = await runToken(["--client", "gp-demo"], { ...environment, DATA_DIR: elsewhere });
    expect(exit).toBe(1);
    expect(error).toContain("another DATA_DIR");
    await rm(elsewhere, { recursive: true });
  });
});

describe("a wrong call ends with 2 and shows the right one", () => {
  test.each([
    { given: [] },
    { given: ["--client"] },
    { given: ["--client", ""] },
    { given: ["--user", "gp-demo"] },
    { given: ["gp-demo"] },
  ])("$given", async ({ given }) => {
    const { exit, out, error } = await runToken(given, environment);
    expect({ exit, out }).toEqual({ exit: 2, out: "" });
    expect(error).toContain("Usage: npm run -s token -- --client CLIENT");
  });
});
