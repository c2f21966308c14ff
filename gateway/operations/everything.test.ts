import type { Bundle } from "@medplum/fhirtypes";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Requester } from "../access/requester.ts";
import { type Result, wholeBody } from "../interactions/answer.ts";
import {
  createSearchWorld,
  FHIR,
  names,
  nextOf,
  observation,
  practice,
  type SearchWorld,
  toRequest,
} from "../interactions/search-world.fixtures.ts";
import { createEverything } from "./everything.ts";

let world: SearchWorld;

beforeAll(async () => {
  world = await createSearchWorld();
  const ada = await world.child({
    resourceType: "Patient",
    id: "ada",
    birthDate: "2022-05-06",
    managingOrganization: { reference: "Organization/practice" },
  });
  await world.put(ada, [
    observation("old", "ada", {
      effectiveDateTime: "2024-01-01",
      performer: [{ reference: "PractitionerRole/visiting" }],
    }),
    observation("middle", "ada", { effectiveDateTime: "2025-01-01" }),
    {
      resourceType: "Provenance",
      id: "told",
      recorded: "2026-03-01T00:00:00Z",
      target: [{ reference: "Observation/old" }, { reference: "Patient/ada" }],
      agent: [{ who: { reference: "Organization/unheld" } }],
    },
  ]);
  await world.put(ada, [observation("new", "ada", { effectiveDateTime: "2026-01-01" })], {
    lastUpdated_ms: Date.UTC(2026, 10, 20),
  });
  await world.put(ada, [observation("school", "ada", { effectiveDateTime: "2026-01-02" })], { source: "leeds-eyfsp" });
  await world.share([
    { resourceType: "Organization", id: "practice", name: "Practice" },
    { resourceType: "Practitioner", id: "visitor", name: [{ family: "Visitor" }] },
    { resourceType: "PractitionerRole", id: "visiting", practitioner: { reference: "Practitioner/visitor" } },
    { resourceType: "Organization", id: "other", name: "Other" },
  ]);
  await world.child({ resourceType: "Patient", id: "hidden", birthDate: "2020-01-02" }, { isRegistered: false });
});

afterAll(() => world[Symbol.asyncDispose]());

async function everything(
  id: string,
  query: string,
  requester: Requester = practice(),
  body?: object,
): Promise<Result> {
  const request = {
    ...toRequest(requester, new URLSearchParams(query)),
    interaction: "operation",
    operation: "everything",
  } as const;
  const sent = body === undefined ? {} : { method: "POST" as const, body: JSON.stringify(body) };
  return createEverything(world.ports, world.flow)({ ...request, type: "Patient", id, ...sent });
}

async function bundle(...asked: Parameters<typeof everything>): Promise<Bundle> {
  const result = await everything(...asked);
  if (!result.ok) throw new Error(JSON.stringify(result.issues));
  return JSON.parse(wholeBody(result.answer.body).toString());
}

const COMPARTMENT = [
  "Patient/ada",
  "Observation/school",
  "Observation/new",
  "Observation/middle",
  "Observation/old",
  "Provenance/told",
];
const REFERRED = ["Organization/practice", "PractitionerRole/visiting", "Practitioner/visitor"];

describe("$everything", () => {
  test("answers with the Patient, its compartment and those they refer to", async () => {
    const all = await bundle("ada", "");
    expect(names(all, "match")).toEqual(COMPARTMENT);
    expect([...names(all, "include")].sort()).toEqual([...REFERRED].sort());
    expect(all.total).toBe(COMPARTMENT.length);
    expect(all.link).toEqual([{ relation: "self", url: `${FHIR}/Patient/ada/$everything` }]);
  });

  test.each<[string, string, readonly string[]]>([
    ["start", "start=2025-06-01", ["Patient/ada", "Observation/school", "Observation/new", "Provenance/told"]],
    ["end", "end=2025-06-01", ["Patient/ada", "Observation/middle", "Observation/old", "Provenance/told"]],
    [
      "start and end of one day",
      "start=2025-01-01&end=2025-01-01",
      ["Patient/ada", "Observation/middle", "Provenance/told"],
    ],
    ["_since", "_since=2026-11-20T00:00:00Z", ["Observation/new"]],
    ["_type", "_type=Observation", ["Observation/school", "Observation/new", "Observation/middle", "Observation/old"]],
    ["_type of several", "_type=Provenance,Patient", ["Patient/ada", "Provenance/told"]],
  ])("narrows by %s", async (_, query, expected) => {
    expect(names(await bundle("ada", query), "match")).toEqual(expected);
  });

  test("takes its parameters from a Parameters resource too", async () => {
    const body = {
      resourceType: "Parameters",
      parameter: [
        { name: "start", valueDate: "2025-06-01" },
        { name: "_type", valueCode: "Observation" },
      ],
    };
    expect(names(await bundle("ada", "", practice(), body), "match")).toEqual([
      "Observation/school",
      "Observation/new",
    ]);
  });

  test("comes in pages, each with what its own entries refer to", async () => {
    const met: string[] = [];
    let query = "_count=2";
    for (let pages = 0; query !== ""; pages++) {
      const page: Bundle = await bundle("ada", query);
      met.push(...names(page, "match"));
      query = nextOf(page)?.split("?")[1] ?? "";
      expect(pages).toBeLessThan(4);
    }
    expect(met).toEqual(COMPARTMENT);
  });

  test("holds no more than agreement and scopes allow", async () => {
    const health = practice({ dataClasses: ["health-visiting"] }, "system/Patient.r system/Observation.r");
    expect(names(await bundle("ada", "", health))).toEqual([
      "Patient/ada",
      "Observation/new",
      "Observation/middle",
      "Observation/old",
    ]);
  });

  test("is recorded once, by its name", async () => {
    const before = world.recorded.length;
    await bundle("ada", "_type=Patient,Organization");
    expect(world.recorded.slice(before)).toMatchObject([
      {
        interaction: "$everything",
        disclosures: [{ patient: "ada", released: [expect.stringMatching(/^Patient\/ada\//)] }],
        released: ["Organization/practice/1"],
      },
    ]);
  });

  test.each([
    ["hidden", "", "not-found"],
    ["nobody", "", "not-found"],
    ["ada!", "", "invalid-id"],
    ["ada", "_count=0", "bad-operation-parameter"],
    ["ada", "start=yesterday", "bad-operation-parameter"],
    ["ada", "end=2025-13-40", "bad-operation-parameter"],
    ["ada", "_since=yesterday", "bad-operation-parameter"],
    ["ada", "_type=Organization", "bad-operation-parameter"],
    ["ada", "_type=Nothing", "bad-operation-parameter"],
    ["ada", "begin=2025-01-01", "bad-operation-parameter"],
    ["ada", "start=2025-01-01&start=2026-01-01", "bad-operation-parameter"],
    ["ada", "_page=x", "stale-page"],
  ])("of %s with %s is refused: %s", async (id, query, kind) => {
    expect(await everything(id, query)).toMatchObject({ ok: false, issues: [{ kind }] });
  });

  test.each([
    [
      { resourceType: "Parameters", parameter: [{ name: "start", valuePeriod: { start: "2025" } }] },
      "bad-operation-parameter",
    ],
    [{ resourceType: "Patient" }, "invalid-resource"],
  ])("refuses a body that it does not understand: %j", async (body, kind) => {
    expect(await everything("ada", "", practice(), body)).toMatchObject({ ok: false, issues: [{ kind }] });
  });
});
