import { readFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createSend } from "../http.ts";
import { startSmallServer } from "../mutants/small-server.ts";
import { runScript } from "./script.ts";

const FILE = fileURLToPath(new URL("./fixtures/patient-lifecycle.json", import.meta.url));

const lifecycle = Object(JSON.parse(readFileSync(FILE, "utf8")));

let server: Awaited<ReturnType<typeof startSmallServer>>;

beforeAll(async () => {
  server = await startSmallServer();
});

afterAll(async () => {
  await server.stop();
});

const send: ReturnType<typeof createSend> = (...sent) => createSend({ base: server.base, timeout_ms: 5_000 })(...sent);

async function judged(assert: object): Promise<string> {
  const operation = { type: { code: "search" }, resource: "Patient", params: "?_count=2&_sort=birthdate" };
  const test = [{ name: "one", action: [{ operation }, { assert }] }];
  const { parts } = await runScript(FILE, { resourceType: "TestScript", name: "One", test }, send);
  return parts.find(({ name }) => name === "one")?.steps.at(-1)?.outcome ?? "none";
}

describe("a TestScript", () => {
  test("passes on a server that keeps the rules, in every step", async () => {
    const { outcome, parts } = await runScript(FILE, lifecycle, send);
    expect(parts.flatMap(({ steps }) => steps.filter((step) => step.outcome !== "pass"))).toEqual([]);
    expect(outcome).toBe("pass");
    expect(parts.map(({ name }) => name)).toEqual(["setup", "read", "search", "update", "teardown"]);
  });

  test("skips what follows a step that fails, and still tears down", async () => {
    const action = [{ operation: { type: { code: "read" }, url: "Patient/nobody" } }, { assert: { response: "okay" } }];
    const script = { ...lifecycle, setup: { action: [...lifecycle.setup.action, ...action] } };
    const { outcome, parts } = await runScript(FILE, script, send);
    expect(outcome).toBe("fail");
    expect(parts.find(({ name }) => name === "read")?.steps.map((step) => step.outcome)).toEqual(Array(6).fill("skip"));
    expect(parts.at(-1)).toMatchObject({ name: "teardown", steps: [{ outcome: "pass" }] });
  });

  test.each([
    ["pass", "Patient/gender"],
    ["pass", "fhir:Patient/fhir:gender/@value"],
    ["skip", "//fhir:Patient/fhir:name[1]"],
  ])("ends with %s where a variable is told by the path %s", async (expected, path) => {
    const contained = [{ resourceType: "Patient", id: "it", gender: "male" }];
    const script = {
      resourceType: "TestScript",
      contained,
      fixture: [{ id: "it", resource: { reference: "#it" } }],
      variable: [{ name: "sex", sourceId: "it", path }],
      test: [
        {
          action: [
            { operation: { type: { code: "search" }, resource: "Patient", params: `?gender=$${"{sex}"}` } },
            { assert: { requestURL: "gender=male", operator: "contains" } },
          ],
        },
      ],
    };
    expect((await runScript(FILE, script, send)).outcome).toBe(expected);
  });

  test("finds a fixture that is named as a resource under the name that packages give it", async () => {
    const folder = await mkdtemp(join(tmpdir(), "testscript-"));
    await writeFile(join(folder, "Patient-example.json"), '{"resourceType":"Patient"}');
    const fixture = [{ id: "patient", resource: { reference: "Patient/example" } }];
    const { outcome } = await runScript(join(folder, "script.json"), { resourceType: "TestScript", fixture }, send);
    await rm(folder, { recursive: true });
    expect(outcome).toBe("pass");
  });

  test("reads no fixture from outside its folder", async () => {
    const fixture = [{ id: "secret", resource: { reference: "../../../package.json" } }];
    const { outcome } = await runScript(FILE, { resourceType: "TestScript", fixture }, send);
    expect(outcome).toBe("error");
  });

  test.each([
    ["pass", { response: "okay" }],
    ["fail", { response: "created" }],
    ["pass", { responseCode: "404", operator: "notEquals" }],
    ["fail", { responseCode: "404,410", operator: "in" }],
    ["pass", { contentType: "application/fhir+json" }],
    ["pass", { headerField: "X-Request-Id", operator: "notEmpty" }],
    ["fail", { headerField: "X-Nothing" }],
    ["pass", { direction: "request", headerField: "Accept", value: "application/fhir+json" }],
    ["pass", { requestMethod: "get" }],
    ["pass", { requestURL: "/Patient", operator: "contains" }],
    ["fail", { resource: "Patient" }],
    ["pass", { expression: "Bundle.total > 2" }],
    ["fail", { expression: "Bundle.total > 200" }],
    ["pass", { expression: "Bundle.total", operator: "greaterThan", value: "2" }],
    ["pass", { expression: "Bundle.entry.resource.gender", value: "male" }],
    ["fail", { expression: "Bundle.entry.resource.gender", operator: "notEquals", value: "male" }],
    ["pass", { expression: "Bundle.identifier", operator: "empty" }],
    ["warning", { expression: "Bundle.identifier.exists()", warningOnly: true }],
    ["fail", { navigationLinks: true }],
    ["skip", { validateProfileId: "some-profile" }],
    ["skip", { path: "//fhir:Patient" }],
    ["skip", { expression: "Bundle.total", operator: "eval", value: "1" }],
  ])("ends with %s on the assert %j", async (outcome, assert) => {
    expect(await judged(assert)).toBe(outcome);
  });
});
