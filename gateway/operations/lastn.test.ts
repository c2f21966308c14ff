import type { Bundle, Observation } from "@medplum/fhirtypes";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { NHS_NUMBER } from "#profiles/systems.ts";
import type { Requester } from "../access/requester.ts";
import { type Result, wholeBody } from "../interactions/answer.ts";
import {
  createSearchWorld,
  names,
  nextOf,
  observation,
  practice,
  type SearchWorld,
  toRequest,
} from "../interactions/search-world.fixtures.ts";
import { createLastn } from "./lastn.ts";

let world: SearchWorld;

function coded(id: string, day: string, ...codes: readonly string[]): Observation & { id: string } {
  const coding = codes.map((code) => ({ system: "http://loinc.org", code }));
  return observation(id, "ada", {
    effectiveDateTime: day,
    code: { coding },
    category: [{ coding: [{ code: day < "2025" ? "vital-signs" : "survey" }] }],
  });
}

beforeAll(async () => {
  world = await createSearchWorld();
  const ada = await world.child({
    resourceType: "Patient",
    id: "ada",
    birthDate: "2022-05-06",
    identifier: [{ system: NHS_NUMBER, value: "9990000018" }],
  });
  const bo = await world.child({ resourceType: "Patient", id: "bo", birthDate: "2021-01-02" });
  await world.put(ada, [
    coded("h-1", "2024-01-01", "height"),
    coded("h-2", "2025-02-01", "height"),
    coded("h-3", "2026-03-01", "height"),
    coded("w-1", "2024-01-02", "weight"),
    coded("w-2", "2025-02-02", "weight"),
    coded("w-and-v", "2024-06-01", "weight", "weight-old"),
    coded("v-1", "2023-01-01", "weight-old"),
    observation("t-1", "ada", { effectiveDateTime: "2024-01-03", code: { text: "Looks well" } }),
    observation("t-2", "ada", { effectiveDateTime: "2025-01-03", code: { text: "looks  WELL" } }),
    observation("other-system", "ada", {
      effectiveDateTime: "2022-01-01",
      code: { coding: [{ system: "urn:x", code: "height" }] },
    }),
  ]);
  await world.put(bo, [
    observation("b-1", "bo", {
      effectiveDateTime: "2020-01-01",
      code: { coding: [{ system: "http://loinc.org", code: "height" }] },
    }),
  ]);
  await world.put(ada, [coded("school", "2026-06-01", "height")], { source: "leeds-eyfsp" });
});

afterAll(() => world[Symbol.asyncDispose]());

const HEALTH = practice({ dataClasses: ["health-visiting"] });

async function lastn(query: string, requester: Requester = HEALTH, body?: object): Promise<Result> {
  const request = {
    ...toRequest(requester, new URLSearchParams(query)),
    interaction: "operation",
    operation: "lastn",
  } as const;
  const sent = body === undefined ? {} : { method: "POST" as const, body: JSON.stringify(body) };
  return createLastn(world.ports, world.flow)({ ...request, type: "Observation", ...sent });
}

async function bundle(...asked: Parameters<typeof lastn>): Promise<Bundle> {
  const result = await lastn(...asked);
  if (!result.ok) throw new Error(JSON.stringify(result.issues));
  return JSON.parse(wholeBody(result.answer.body).toString());
}

function ids(found: Bundle): readonly string[] {
  return names(found).map((name) => name.slice("Observation/".length));
}

describe("$lastn", () => {
  test.each<[string, string, readonly string[]]>([
    [
      "the latest of each code, or of each text where there is none",
      "patient=ada",
      ["h-3", "w-2", "t-2", "other-system"],
    ],
    [
      "as many of each as max says",
      "patient=ada&max=2",
      ["h-3", "w-2", "h-2", "t-2", "w-and-v", "t-1", "other-system"],
    ],
    ["of one code", "patient=ada&code=http://loinc.org|height&max=2", ["h-3", "h-2"]],
    ["of one category", "patient=ada&category=vital-signs", ["w-and-v", "h-1"]],
    ["of a time", "patient=ada&date=lt2025", ["w-and-v", "t-1", "h-1", "other-system"]],
    ["by subject", "subject=Patient/ada&code=weight", ["w-2"]],
    ["by identifier of the child", `patient.identifier=${NHS_NUMBER}|9990000018&code=weight`, ["w-2"]],
    ["of each of several children", "patient=ada,bo&code=height&max=1", ["h-3", "other-system", "b-1"]],
  ])("answers with %s", async (_, query, expected) => {
    const found = await bundle(query);
    expect(ids(found)).toEqual(expected);
    expect(found.total).toBe(expected.length);
  });

  test("counts what the requester sees alone: what is hidden takes nobody's place", async () => {
    expect(ids(await bundle("patient=ada&code=http://loinc.org|height", practice()))).toEqual(["school"]);
    expect(ids(await bundle("patient=ada&code=http://loinc.org|height", HEALTH))).toEqual(["h-3"]);
  });

  test("takes its parameters from a Parameters resource too", async () => {
    const body = {
      resourceType: "Parameters",
      parameter: [
        { name: "patient", valueString: "ada" },
        { name: "max", valuePositiveInt: 2 },
        { name: "code", valueString: "weight" },
      ],
    };
    expect(ids(await bundle("", HEALTH, body))).toEqual(["w-2", "w-and-v"]);
  });

  test("comes in pages with _count", async () => {
    const met: string[] = [];
    let query = "patient=ada&max=2&_count=3";
    while (query !== "") {
      const page: Bundle = await bundle(query);
      expect(page.total).toBe(7);
      met.push(...ids(page));
      query = nextOf(page)?.split("?")[1] ?? "";
    }
    expect(met).toEqual(ids(await bundle("patient=ada&max=2")));
  });

  test("adds what matches refer to", async () => {
    expect(names(await bundle("patient=ada&code=weight&_include=Observation:patient"), "include")).toEqual([
      "Patient/ada",
    ]);
  });

  test.each([
    ["code=height", "missing-parameter"],
    ["patient=ada&max=0", "bad-operation-parameter"],
    ["patient=ada&max=many", "bad-operation-parameter"],
    ["patient=ada&max=1&max=2", "bad-operation-parameter"],
    ["patient=ada&_sort=date", "bad-operation-parameter"],
    ["patient=ada&nonsense=1", "unknown-parameter"],
    ["_page=x", "stale-page"],
  ])("refuses %s: %s", async (query, kind) => {
    expect(await lastn(query)).toMatchObject({ ok: false, issues: [{ kind }] });
  });
});
