import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { isNhsNumber } from "#mappers/datatypes/nhs-number.ts";
import { loadConfig } from "../config.ts";
import { demonstrationPeople } from "../demonstration/pds-people.ts";

const PROGRAM = fileURLToPath(new URL("pds-stand-in.ts", import.meta.url));

function start(...args: readonly string[]) {
  return spawn(process.execPath, [PROGRAM, ...args], { stdio: ["ignore", "pipe", "pipe"] });
}

test("says with which variables a gateway asks it, keeps its key for the owner alone, and ends when told to", async () => {
  const directory = await mkdtemp(join(tmpdir(), "stand-in-"));
  const standIn = start("--port", "0", "--children", "3", "--out", directory);
  const [said] = await once(standIn.stdout, "data");
  const told = String(said).trim().split("\n");
  const { pds } = loadConfig(Object.fromEntries(told.map((line) => line.split("=", 2))));
  expect(pds?.baseUrl).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/personal-demographics\/FHIR\/R4$/);
  expect((await stat(join(directory, "key.pem"))).mode & 0o777).toBe(0o600);
  expect((await fetch(`${pds?.baseUrl}/Patient/9990000018`)).status).toBe(401);
  standIn.kill("SIGTERM");
  expect(await once(standIn, "exit")).toEqual([0, null]);
  await rm(directory, { recursive: true });
});

test.each([
  ["--port", "x"],
  ["--children", "-1"],
  ["--children", "400000"],
  ["--unknown", "1"],
])("misused (%s %s): says how, and ends with 2", async (...args) => {
  const standIn = start(...args);
  const [said, [code]] = await Promise.all([text(standIn.stderr), once(standIn, "exit")]);
  expect([code, said.startsWith("usage: ")]).toEqual([2, true]);
});

test("it knows each of the demonstration's children by one number, of the range that is never issued", () => {
  const people = demonstrationPeople(50);
  const numbers = people.map(({ nhsNumber }) => nhsNumber);
  expect(new Set(numbers).size).toBe(people.length);
  expect(numbers.every((number) => number.startsWith("999") && isNhsNumber(number))).toBe(true);
  expect(people.some(({ isRestricted }) => isRestricted === true)).toBe(true);
  expect(people.some(({ supersededBy }) => supersededBy !== undefined)).toBe(true);
});
