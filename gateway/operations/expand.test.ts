import { afterAll, describe, expect, test } from "vitest";
import * as systems from "#profiles/systems.ts";
import { createTerminologyWorld, GOAL, GOALS, sent, UUID } from "./terminology-operation.fixtures.ts";

const { expansion, invoke, dispose } = await createTerminologyWorld();

afterAll(dispose);

describe("$expand", () => {
  test("gives every code with display, counted, under an identifier and at a time", async () => {
    const found = await expansion(`url=${GOALS}`);
    expect(found).toMatchObject({ identifier: `urn:uuid:${UUID}`, timestamp: "2026-11-22T00:00:00.000Z", total: 17 });
    expect(found.contains?.[0]).toEqual({
      system: GOAL,
      version: "0.1.0",
      code: "E01",
      display: "Listening, Attention and Understanding",
    });
  });

  test.each([
    [`url=${GOALS}|0.1.0`, {}, 17],
    [`url=${GOALS}&valueSetVersion=0.1.0`, {}, 17],
    ["", { id: "early-learning-goal" }, 17],
    ["", sent({ name: "url", valueUri: GOALS }), 17],
    [`url=${GOALS}&filter=read`, {}, 1],
    [`url=${GOALS}&filter=WORD%20read`, {}, 1],
    [`url=${GOALS}&filter=E0`, {}, 9],
    [`url=${GOALS}&filter=ead`, {}, 0],
    [`url=${GOALS}&exclude-system=${GOAL}`, {}, 0],
    ["url=http://hl7.org/fhir/ValueSet/observation-interpretation&excludeNotForUI=true", {}, 49],
    ["url=http://hl7.org/fhir/ValueSet/observation-interpretation", {}, 57],
  ])("of %s %j counts %i", async (query, invocation, total) => {
    const found = await expansion(query.replaceAll("WORD", "word"), invocation);
    expect(found.total).toBe(total);
    expect(found.contains?.length ?? 0).toBe(total);
  });

  test("pages by offset and count, under a total that counts all", async () => {
    const codes = async (query: string) => {
      const { contains = [], total, offset } = await expansion(`url=${GOALS}&${query}`);
      return [contains.map(({ code }) => code).join(" "), total, offset];
    };
    expect(await codes("count=2")).toEqual(["E01 E02", 17, undefined]);
    expect(await codes("offset=15&count=5")).toEqual(["E16 E17", 17, 15]);
    expect(await codes("count=0")).toEqual(["", 17, undefined]);
    expect(await codes("offset=99")).toEqual(["", 17, 99]);
  });

  test("records every parameter that made it what it is", async () => {
    const found = await expansion(`url=${GOALS}&filter=read&count=1&activeOnly=true`);
    expect(found.parameter).toEqual([
      { name: "filter", valueString: "read" },
      { name: "count", valueInteger: 1 },
      { name: "activeOnly", valueBoolean: true },
      { name: "version", valueUri: `${GOAL}|0.1.0` },
    ]);
  });

  test("takes a value set that is sent along", async () => {
    const valueSet = (include: object) =>
      sent({
        name: "valueSet",
        resource: { resourceType: "ValueSet", status: "draft", compose: { include: [include] } },
      });
    const found = await expansion("", valueSet({ system: GOAL, concept: [{ code: "E02" }] }));
    expect(found.contains?.map(({ display }) => display)).toEqual(["Speaking"]);
    expect((await invoke("expand", "", valueSet({ system: systems.SNOMED }))).issues).toEqual([
      { kind: "unknown-canonical", type: "CodeSystem" },
    ]);
  });

  test.each([
    [{ system: 7 }, "ValueSet.compose.include[0].system"],
    [{}, "ValueSet.compose.include[0]"],
    [{ valueSet: [GOALS], concept: [{ code: "E01" }] }, "ValueSet.compose.include[0]"],
    [
      { system: GOAL, concept: [{ code: "E01" }], filter: [{ property: "code", op: "=", value: "E01" }] },
      "ValueSet.compose.include[0]",
    ],
    [
      { system: GOAL, concept: Array.from({ length: 1_001 }, () => ({ code: "E01" })) },
      "ValueSet.compose.include[0].concept",
    ],
  ])("names the place where a value set that is sent along breaks R4 or is too long", async (include, place) => {
    const resource = { resourceType: "ValueSet", status: "draft", compose: { include: [include] } };
    expect((await invoke("expand", "", sent({ name: "valueSet", resource }))).issues).toEqual([
      {
        kind: "bad-operation-parameter",
        parameter: "valueSet",
        expected: `a value set that says in a few parts what is in it: see ${place}`,
      },
    ]);
  });

  test("shows designations when it is told to", async () => {
    const url = "url=http://hl7.org/fhir/ValueSet/resource-types";
    const designated = async (query: string) =>
      (await expansion(query)).contains?.filter(({ designation }) => designation).length;
    expect(await designated(url)).toBe(0);
    expect(await designated(`${url}&includeDesignations=true`)).toBeGreaterThan(100);
  });

  test("shows the definition when it is told to", async () => {
    const composeOf = async (query: string) => (await invoke("expand", query)).resource;
    expect(await composeOf(`url=${GOALS}`)).not.toHaveProperty("compose");
    expect(await composeOf(`url=${GOALS}&includeDefinition=true`)).toHaveProperty("compose");
  });
});
