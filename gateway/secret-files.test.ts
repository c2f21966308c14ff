import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ConfigError, loadConfig } from "./config.ts";

let directory: string;
let file: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "secrets-"));
  file = join(directory, "redis_url");
  await writeFile(file, "redis://:secret@redis.example:6379\n");
});
afterAll(() => rm(directory, { recursive: true }));

const problemsOf = (environment: Record<string, string>): readonly string[] => {
  try {
    loadConfig(environment);
    return [];
  } catch (error) {
    return error instanceof ConfigError ? error.problems : [String(error)];
  }
};

test("a secret may stand in a file, without the end of its line", () => {
  expect(loadConfig({ REDIS_URL_FILE: file }).redisUrl).toBe("redis://:secret@redis.example:6379");
});

test("an empty name of a file is none", () => {
  expect(loadConfig({ REDIS_URL_FILE: "" })).toEqual(loadConfig({}));
});

test("what is wrong in a file is told by the variable, and not quoted", () => {
  expect(problemsOf({ IDENTITY_KEY_FILE: file })).toEqual([expect.stringMatching(/^IDENTITY_KEY: expected base64/)]);
});

test.each([
  { environment: { REDIS_URL_FILE: "/nowhere/redis_url" }, says: "REDIS_URL_FILE: the file cannot be read" },
  {
    environment: { DATABASE_URL_FILE: "/nowhere/url", DATABASE_URL: "postgres://db/x" },
    says: "DATABASE_URL_FILE: expected in the place of DATABASE_URL, not beside it",
  },
])("$environment is refused", ({ environment, says }) => {
  expect(problemsOf(environment)).toContain(says);
});
