import { randomBytes } from "node:crypto";
import { availableParallelism } from "node:os";
import { resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { ConfigError, loadConfig } from "./config.ts";

const KEY = randomBytes(32).toString("base64");

function problemsOf(environment: Record<string, string | undefined>): readonly string[] {
  try {
    loadConfig(environment);
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
}

test("without any variable the demonstration starts on this machine alone", () => {
  expect(loadConfig({})).toEqual({
    host: "127.0.0.1",
    port: 8080,
    baseUrl: "http://127.0.0.1:8080",
    dataDir: resolve(".data"),
    mode: "demonstration",
    redisClientCache: true,
    workers: 1,
    replayDays: 90,
    oversightReviewDays: 7,
    audit: { familyDelayDays: 7, silentOrganizations: [] },
    cacheMegabytes: 64,
    logLevel: "info",
    demonstrationChildren: 400,
  });
});

test.each([
  "redis://127.0.0.1:6379",
  "rediss://user:p%40ss@redis.example:6380/2",
  "redis://a:1,redis://b:2",
  "redis-cluster://user:pass@a:1,b:2",
  "rediss-cluster://a:1",
])("takes %s for the address of a Redis", (REDIS_URL) => {
  expect(loadConfig({ REDIS_URL }).redisUrl).toBe(REDIS_URL);
});

test("an empty variable means an unset one", () => {
  const names = ["HOST", "PORT", "BASE_URL", "DATA_DIR", "DATABASE_URL", "REDIS_URL", "GATEWAY_MODE", "REGISTER_FILE"];
  const rest = ["IDENTITY_KEY", "CACHE_MB", "LOG_LEVEL", "DEMONSTRATION_CHILDREN", "INBOX_DIR", "REPLAY_DAYS"];
  const mllp = ["MLLP_LISTEN", "MLLP_TLS_CERT", "MLLP_TLS_KEY", "MLLP_TLS_CA", "MLLP_PLAIN"];
  const redis = ["REDIS_CLIENT_CACHE", "GATEWAY_PROCESSES", "GATEWAY_WORKERS", "IDENTITY_KEY_OTHER"];
  const empty = Object.fromEntries(
    [...names, ...rest, ...mllp, ...redis].map((name) => [name, name === "PORT" ? " " : ""]),
  );
  expect(loadConfig(empty)).toEqual(loadConfig({}));
});

test.each([
  { environment: { MTLS_PROXY: "10.0.0.5" }, addresses: ["10.0.0.5"], header: "client-cert" },
  {
    environment: { MTLS_PROXY: "10.0.0.5, ::1", MTLS_HEADER: "X-SSL-Cert" },
    addresses: ["10.0.0.5", "::1"],
    header: "x-ssl-cert",
  },
])("$environment names who hands on certificates, and how", ({ environment, addresses, header }) => {
  expect(loadConfig(environment).certificateProxy).toEqual({ addresses, header });
});

test.each([
  { MTLS_PROXY: "proxy.example" },
  { MTLS_PROXY: "10.0.0.5," },
  { MTLS_PROXY: "1.2.3.4", MTLS_HEADER: "a b" },
])("%j is no proxy that could be believed", (environment) => {
  expect(problemsOf(environment)).toHaveLength(1);
});

test("the configuration cannot be changed after it was built", () => {
  expect(Object.isFrozen(loadConfig({}))).toBe(true);
});

test.each([
  { environment: { HOST: "0.0.0.0", PORT: "9000" }, baseUrl: "http://0.0.0.0:9000" },
  { environment: { HOST: "::1" }, baseUrl: "http://[::1]:8080" },
  { environment: { BASE_URL: "https://gateway.example" }, baseUrl: "https://gateway.example" },
  { environment: { BASE_URL: "https://gateway.example/" }, baseUrl: "https://gateway.example" },
  { environment: { BASE_URL: "http://gateway.example:80" }, baseUrl: "http://gateway.example" },
  { environment: { BASE_URL: "http://localhost:8443" }, baseUrl: "http://localhost:8443" },
])("$environment gives the base URL $baseUrl", ({ environment, baseUrl }) => {
  expect(loadConfig(environment).baseUrl).toBe(baseUrl);
});

test("production starts with a register and a key", () => {
  const config = loadConfig({ GATEWAY_MODE: "production", REGISTER_FILE: "register.json", IDENTITY_KEY: KEY });
  expect(config.registerFile).toBe(resolve("register.json"));
  expect(config.identityKey?.export().toString("base64")).toBe(KEY);
});

test("a watched folder, days of replay and MLLP are read, with every path made absolute", () => {
  const config = loadConfig({
    INBOX_DIR: "inbox",
    REPLAY_DAYS: "0",
    MLLP_LISTEN: "127.0.0.1:2575=leeds-adt",
    MLLP_TLS_CERT: "own.crt",
    MLLP_TLS_KEY: "own.key",
    MLLP_TLS_CA: "ca.crt",
    MLLP_PLAIN: "anywhere",
  });
  const tls = { cert: resolve("own.crt"), key: resolve("own.key"), ca: resolve("ca.crt") };
  expect([config.inboxDirectory, config.replayDays]).toEqual([resolve("inbox"), 0]);
  expect(config.mllp).toEqual({ listen: "127.0.0.1:2575=leeds-adt", tls, isPlainAllowed: true });
});

test("MLLP goes without TLS from this machine alone unless that is waived", () => {
  const MLLP_LISTEN = "127.0.0.1:2575=leeds-adt";
  expect(loadConfig({ MLLP_LISTEN }).mllp).toEqual({ listen: MLLP_LISTEN, isPlainAllowed: false });
  expect(loadConfig({ MLLP_TLS_CERT: "own.crt", MLLP_TLS_KEY: "own.key" }).mllp).toBeUndefined();
});

test.each(["MLLP_TLS_CERT", "MLLP_TLS_KEY"])("%s alone is half of TLS, and the other one is asked for", (name) => {
  const [problem = "", ...more] = problemsOf({ MLLP_LISTEN: "127.0.0.1:2575=leeds-adt", [name]: "a.pem" });
  expect(problem).toMatch(/^MLLP_TLS_(CERT|KEY): expected beside/);
  expect([problem.startsWith(name), more]).toEqual([false, []]);
});

const PDS = {
  PDS_BASE_URL: "https://int.api.service.nhs.uk/personal-demographics/FHIR/R4/",
  PDS_TOKEN_URL: "https://int.api.service.nhs.uk/oauth2/token",
  PDS_API_KEY: "a-key",
  PDS_KEY_FILE: "pds.pem",
  PDS_KEY_ID: "gateway-1",
};

test("PDS is told whole, with its addresses without a slash at the end and its key by an absolute path", () => {
  expect(loadConfig(PDS).pds).toEqual({
    baseUrl: "https://int.api.service.nhs.uk/personal-demographics/FHIR/R4",
    tokenUrl: PDS.PDS_TOKEN_URL,
    apiKey: "a-key",
    keyFile: resolve("pds.pem"),
    keyId: "gateway-1",
    verifyDays: 0,
  });
  expect(loadConfig({ ...PDS, PDS_END_USER_ODS: "Y12345" }).pds?.endUserOds).toBe("Y12345");
});

test.each(Object.keys(PDS))("PDS without %s does not start, and is told so", (name) => {
  expect(problemsOf({ ...PDS, [name]: "" })).toEqual([expect.stringMatching(new RegExp(`^${name}: expected beside`))]);
});

test("a stand-in for PDS may be asked without TLS on this machine, but not in production", () => {
  const plain = { ...PDS, PDS_BASE_URL: "http://127.0.0.1:9000/FHIR/R4", PDS_TOKEN_URL: "http://127.0.0.1:9000/token" };
  expect(loadConfig(plain).pds?.baseUrl).toBe("http://127.0.0.1:9000/FHIR/R4");
  const production = { GATEWAY_MODE: "production", REGISTER_FILE: "register.json", IDENTITY_KEY: KEY };
  expect(problemsOf({ ...production, ...plain }).map((problem) => problem.split(":")[0])).toEqual([
    "PDS_BASE_URL",
    "PDS_TOKEN_URL",
  ]);
});

const REDIS = { REDIS_URL: "redis://127.0.0.1:6379" };

test.each([
  { environment: {}, workers: 1 },
  { environment: { GATEWAY_WORKERS: "1" }, workers: 1 },
  { environment: { ...REDIS, GATEWAY_WORKERS: "3" }, workers: 3 },
  { environment: { ...REDIS, GATEWAY_WORKERS: "3", GATEWAY_PROCESSES: "6" }, workers: 3 },
  { environment: { ...REDIS, GATEWAY_WORKERS: "auto" }, workers: availableParallelism() },
])("$environment starts $workers workers", ({ environment, workers }) => {
  expect(loadConfig(environment).workers).toBe(workers);
});

test.each([
  { environment: { GATEWAY_WORKERS: "2" }, says: /^REDIS_URL: expected beside GATEWAY_WORKERS, which makes 2 / },
  { environment: { ...REDIS, GATEWAY_WORKERS: "3", GATEWAY_PROCESSES: "2" }, says: /^GATEWAY_PROCESSES: .*3 / },
])("$environment is refused", ({ environment, says }) => {
  expect(problemsOf(environment)).toEqual([expect.stringMatching(says)]);
});

describe("a wrong variable stops the start and is named with what is expected", () => {
  test.each([
    { name: "PORT", value: "http", says: "whole number from 1 to 65535" },
    { name: "PORT", value: "0", says: "whole number" },
    { name: "PORT", value: "65536", says: "whole number" },
    { name: "PORT", value: "80.5", says: "whole number" },
    { name: "PORT", value: "1e3", says: "whole number" },
    { name: "HOST", value: "a b", says: "host name" },
    { name: "BASE_URL", value: "gateway.example", says: "origin" },
    { name: "BASE_URL", value: "https://gateway.example/fhir", says: "without a path" },
    { name: "BASE_URL", value: "https://user:pass@gateway.example", says: "origin" },
    { name: "BASE_URL", value: "https://gateway.example?x=1", says: "origin" },
    { name: "BASE_URL", value: "ftp://gateway.example", says: "origin" },
    { name: "DATABASE_URL", value: "mysql://u:secret@db/x", says: "postgres://" },
    { name: "DATABASE_URL", value: "postgres://u:secret@db", says: "/database" },
    { name: "DATABASE_URL", value: "u:secret@db/x", says: "postgres://" },
    { name: "DATABASE_URL", value: "postgres://u:secret@db/x?sslmode=nonsense", says: "verify-full" },
    { name: "DATABASE_URL", value: "postgres://u:secret@db/x?sslmode=require&sslmode=disable", says: "verify-full" },
    { name: "REDIS_URL", value: "http://u:secret@redis", says: "redis://" },
    { name: "REDIS_URL", value: "redis-cluster://", says: "redis-cluster://" },
    { name: "REDIS_URL", value: "redis://a:6379,", says: "redis-cluster://" },
    { name: "REDIS_CLIENT_CACHE", value: "no", says: "on, off" },
    { name: "GATEWAY_PROCESSES", value: "0", says: "from 1" },
    { name: "GATEWAY_WORKERS", value: "0", says: "from 1 to 32, or auto" },
    { name: "GATEWAY_WORKERS", value: "many", says: "auto" },
    { name: "IDENTITY_KEY_OTHER", value: "secret", says: "base64 of at least 32" },
    { name: "GATEWAY_MODE", value: "prod", says: "demonstration, production" },
    { name: "IDENTITY_KEY", value: "secret", says: "base64 of at least 32" },
    { name: "IDENTITY_KEY", value: randomBytes(31).toString("base64"), says: "at least 32" },
    { name: "IDENTITY_KEY", value: Buffer.alloc(32).toString("base64"), says: "random" },
    { name: "CACHE_MB", value: "-1", says: "whole number" },
    { name: "LOG_LEVEL", value: "verbose", says: "trace, debug" },
    { name: "DEMONSTRATION_CHILDREN", value: "many", says: "whole number" },
    { name: "REPLAY_DAYS", value: "forever", says: "whole number from 0 to 3650" },
    { name: "REPLAY_DAYS", value: "3651", says: "whole number" },
    { name: "MLLP_PLAIN", value: "yes", says: "loopback, anywhere" },
    { name: "PDS_BASE_URL", value: "http://pds.example/FHIR/R4", says: "https" },
    { name: "PDS_BASE_URL", value: "https://user:secret@pds.example/FHIR/R4", says: "credentials" },
    { name: "PDS_API_KEY", value: "a secret key", says: "letters, digits" },
    { name: "PDS_END_USER_ODS", value: "y-1", says: "ODS code" },
    { name: "MLLP_TLS_CA", value: "ca.pem", says: "MLLP_TLS_CERT and MLLP_TLS_KEY" },
  ])("$name=$value", ({ name, value, says }) => {
    const problems = problemsOf({ [name]: value });
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(new RegExp(`^${name}: `));
    expect(problems[0]).toContain(says);
    expect(problems[0]).not.toContain("secret");
  });

  test("all wrong variables are named at once", () => {
    expect(problemsOf({ PORT: "x", CACHE_MB: "y" }).map((problem) => problem.split(":")[0])).toEqual([
      "PORT",
      "CACHE_MB",
    ]);
  });

  test("the file of organisations is of no use without a register", () => {
    expect(problemsOf({ ODS_FILE: "ods.csv" })).toEqual([expect.stringMatching(/^ODS_FILE: .*REGISTER_FILE/)]);
    expect(loadConfig({ ODS_FILE: "ods.csv", REGISTER_FILE: "register.json" }).odsFile).toMatch(/^\/.*ods\.csv$/);
  });

  test("production without a register or a key names both", () => {
    const problems = problemsOf({ GATEWAY_MODE: "production" });
    expect(problems.map((problem) => problem.split(":")[0])).toEqual(["REGISTER_FILE", "IDENTITY_KEY"]);
  });

  test("the text of the error holds no value of a secret", () => {
    const bad = { DATABASE_URL: "postgres://u:secret@db", REDIS_URL: "x:secret", IDENTITY_KEY: "secret" };
    expect(() => loadConfig(bad)).toThrow(/DATABASE_URL(?![\s\S]*secret)/);
  });
});
