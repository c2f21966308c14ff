import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import * as systems from "#profiles/systems.ts";
import { createTerminologyWorld, GOAL, GOALS, MAP } from "./terminology-operation.fixtures.ts";

const { expansion, invoke, directory, dispose } = await createTerminologyWorld();

afterAll(dispose);

describe("an operation on terminology", () => {
  const bad = (parameter: string, expected: string) => ({
    kind: "bad-operation-parameter",
    parameter,
    expected: expect.stringContaining(expected),
  });

  test.each([
    ["expand", "", {}, bad("url", "canonical URL")],
    ["expand", `url=${GOALS}`, { id: "early-learning-goal" }, bad("url", "without an id")],
    ["expand", `ulr=${GOALS}`, {}, bad("ulr", "url, the nearest")],
    ["expand", `url=${GOALS}&fliter=read`, {}, bad("fliter", "filter, the nearest")],
    ["expand", `url=${GOALS}&count=-1`, {}, bad("count", "whole number")],
    ["expand", `url=${GOALS}&count=ten`, {}, bad("count", "whole number")],
    ["expand", `url=${GOALS}&activeOnly=yes`, {}, bad("activeOnly", "true or false")],
    ["expand", `url=${GOALS}&context=x`, {}, bad("context", "not supported")],
    ["expand", `url=${GOALS}&valueSet=x`, {}, bad("valueSet", "by POST")],
    ["expand", `url=${GOALS}&url=${GOALS}`, {}, { kind: "repeated-parameter", parameter: "url" }],
    ["expand", "url=https://example.org/unheard-of", {}, { kind: "unknown-canonical", type: "ValueSet" }],
    ["expand", `url=${GOALS}|9.9.9`, {}, { kind: "unknown-canonical", type: "ValueSet" }],
    ["expand", "", { id: "unheard-of" }, { kind: "not-found", type: "ValueSet" }],
    ["expand", "", { body: { resourceType: "Patient" } }, bad("body", "Parameters")],
    ["expand", "", { body: { resourceType: "Parameters", parameter: [{ valueUri: GOALS }] } }, bad("body", "name")],
    [
      "expand",
      "",
      { body: "url=x", contentType: "application/x-www-form-urlencoded" },
      { kind: "unsupported-media-type", expected: "application/fhir+json" },
    ],
    ["lookup", "code=E01", {}, bad("system", "URI")],
    ["lookup", `system=${GOAL}`, {}, bad("code", "a code with its system")],
    ["lookup", `system=${GOAL}&code=E18`, {}, { kind: "unknown-code", isWhole: true }],
    ["lookup", `system=${systems.SNOMED}&code=1`, {}, { kind: "unknown-code", isWhole: false }],
    ["lookup", "system=https://example.org/unheard-of&code=1", {}, { kind: "unknown-canonical", type: "CodeSystem" }],
    ["lookup", `system=${GOAL}&version=9&code=E01`, {}, { kind: "unknown-canonical", type: "CodeSystem" }],
    ["validate-code", `url=${GOALS}&code=E01`, {}, bad("system", "URI")],
    ["validate-code", `url=${GOALS}`, {}, bad("code", "exactly one")],
    ["validate-code of CodeSystem", "code=E01", {}, bad("url", "URL")],
    [
      "validate-code of CodeSystem",
      "url=https://example.org/x&code=1",
      {},
      { kind: "unknown-canonical", type: "CodeSystem" },
    ],
    ["validate-code of CodeSystem", "code=E01", { id: "unheard-of" }, { kind: "not-found", type: "CodeSystem" }],
    ["translate", `url=${MAP}`, {}, bad("code", "one of")],
    ["translate", `url=${MAP}&code=E01`, {}, bad("code", "system")],
    [
      "translate",
      `url=https://example.org/x&code=E01&system=${GOAL}`,
      {},
      { kind: "unknown-canonical", type: "ConceptMap" },
    ],
    ["translate", `code=E01&system=${GOAL}`, { id: "unheard-of" }, { kind: "not-found", type: "ConceptMap" }],
  ])("refuses %s?%s %j", async (name, query, invocation, issue) => {
    expect((await invoke(name, query, invocation)).issues).toEqual([issue]);
  });

  test.each(["_format=json", "_pretty=true"])("leaves %s to who sends the answer", async (parameter) => {
    expect((await expansion(`url=${GOALS}&${parameter}`)).total).toBe(17);
  });

  test("records who asked what", async () => {
    await invoke("lookup", `system=${GOAL}&code=E03`);
    const files = await readdir(directory, { recursive: true, withFileTypes: true });
    const texts = await Promise.all(
      files.filter((file) => file.isFile()).map((file) => readFile(join(file.parentPath, file.name), "utf8")),
    );
    expect(texts.join("\n")).toContain("CodeSystem/$lookup?");
  });
});
