import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ConnectionRefusedError, toStoreError } from "./errors.ts";
import { ask } from "./postgres.fixtures.ts";
import { createPostgresStore } from "./postgres.ts";
import { SchemaError } from "./schema.ts";
import { administrate, startTestPostgres, type TestDatabase } from "./test-postgres.ts";
import { toGivenUrl } from "./wire.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await (await startTestPostgres()).createDatabase();
});
afterAll(() => database.drop());

const withMode = (mode: string, more = ""): string => `${database.url}?sslmode=${mode}${more}`;
const opened = (url: string) => createPostgresStore({ url });

describe("a server without TLS", () => {
  test.each(["allow", "prefer", "require", "verify-ca", "verify-full", "no-verify"])(
    "is said to have none where sslmode=%s asks for it, and is not waited for",
    async (mode) => {
      const refusal = async (): Promise<number> => {
        const before = performance.now();
        await expect(opened(withMode(mode))).rejects.toThrow(/^The server has no TLS, .*sslmode=disable/);
        return performance.now() - before;
      };
      // A server that is away is waited for longer than that, every time; a busy machine is as slow now and then.
      let took_ms = await refusal();
      for (let again = 0; again < 9 && took_ms >= 2_500; again += 1) took_ms = await refusal();
      expect(took_ms).toBeLessThan(2_500);
    },
  );

  test("is used where sslmode=disable does without", async () => {
    await (await opened(withMode("disable"))).close();
  });

  test("is told of on standard error by nobody but the gateway", async () => {
    const module = new URL("./postgres.ts", import.meta.url).href;
    const program = `const { createPostgresStore } = await import(${JSON.stringify(module)});
      await createPostgresStore({ url: process.env.URL }).catch((error) => process.stdout.write(error.message));`;
    const env = { ...process.env, URL: withMode("require") };
    const run = promisify(execFile)(process.execPath, ["--input-type=module", "--eval", program], { env });
    const { stdout, stderr } = await run;
    expect(stdout).toMatch(/^The server has no TLS/);
    expect(stderr).toBe("");
  });
});

test("a file of a certificate that is not there is said to be missing", async () => {
  const url = withMode("verify-full", "&sslrootcert=/nowhere/ca.pem");
  await expect(opened(url)).rejects.toThrow(
    "A file that sslrootcert, sslcert or sslkey names cannot be read (ENOENT).",
  );
});

test.each([
  "SELF_SIGNED_CERT_IN_CHAIN",
  "CERT_HAS_EXPIRED",
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
  "ERR_TLS_CERT_ALTNAME_INVALID",
])("a certificate that does not hold is said to be that: %s", (code) => {
  const error = toStoreError(Object.assign(new Error("in words of its own"), { code }));
  expect(error).toBeInstanceOf(ConnectionRefusedError);
  expect(error.message).toContain(`The server's certificate does not hold (${code})`);
});

test("nothing of an address is changed but how strict it is about TLS", () => {
  const url = "postgres://user:p%40ss%2Fword@db.example:5433/gateway?application_name=x&sslmode=require";
  expect(toGivenUrl(url)).toBe(url.replace("sslmode=require", "sslmode=verify-full"));
  for (const same of ["sslmode=disable", "sslmode=no-verify", "sslmode=require&uselibpqcompat=true"]) {
    expect(toGivenUrl(`postgres://db.example/gateway?${same}`)).toBe(`postgres://db.example/gateway?${same}`);
  }
});

describe("a user who lacks rights", () => {
  const USER = "restricted";
  let url: string;
  const schemas = () => ask(database.url, "SELECT 1 FROM pg_namespace WHERE nspname = 'early_years_gateway'");

  beforeAll(async () => {
    await administrate(database.url, "DROP SCHEMA IF EXISTS early_years_gateway CASCADE");
    await administrate(database.url, `CREATE ROLE ${USER} LOGIN PASSWORD 'restricted'`);
    const own = new URL(database.url);
    own.username = USER;
    own.password = "restricted";
    url = own.href;
  });
  afterAll(async () => {
    await administrate(database.url, `DROP OWNED BY ${USER} CASCADE`);
    await administrate(database.url, `DROP ROLE ${USER}`);
  });

  test("to make the schema is told what the owner is to run, and that is enough", async () => {
    const refused = opened(url);
    await expect(refused).rejects.toThrow(SchemaError);
    await expect(refused).rejects.toThrow(
      `CREATE SCHEMA early_years_gateway AUTHORIZATION ${USER}; or GRANT CREATE ON DATABASE ${database.name} TO ${USER}.`,
    );
    expect(await schemas()).toEqual([]);
    await administrate(database.url, `GRANT CREATE ON DATABASE ${database.name} TO ${USER}`);
    await (await opened(url)).close();
    expect(await schemas()).toHaveLength(1);
  });

  test("to a schema that another user made is told what its owner is to run", async () => {
    await administrate(database.url, "DROP SCHEMA early_years_gateway CASCADE");
    await (await opened(database.url)).close();
    await expect(opened(url)).rejects.toThrow(`ALTER SCHEMA early_years_gateway OWNER TO ${USER}`);
  });
});
