import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createFamilies } from "./search-flow.fixtures.ts";
import { FHIR, names, nextOf, practice, type SearchWorld } from "./search-world.fixtures.ts";

let world: SearchWorld;

beforeAll(async () => {
  world = await createFamilies();
});
afterAll(() => world[Symbol.asyncDispose]());

describe("an answer", () => {
  test.each([
    ["Patient?_count=0", 2],
    ["Observation?patient=ada&_summary=count", 3],
    ["Observation?_total=accurate&_count=1", 4],
    ["Observation?patient=ada&_count=1", 3],
    ["Observation?_total=none&_count=1", undefined],
    ["Observation?_count=1", undefined],
  ])("to %s counts %s", async (address, total) => {
    const bundle = await world.bundle(practice(), address);
    expect(bundle.total).toBe(total);
    if (/_count=0|_summary=count/.test(address)) expect(bundle.entry).toBeUndefined();
  });

  test("with a total alone still holds the entry that says what absence does not mean", async () => {
    const bundle = await world.bundle(practice({ coverageNotice: true }), "Patient?_count=0");
    expect(bundle.entry?.map(({ search }) => search?.mode)).toEqual(["outcome"]);
  });

  test("holds matches and what they include in the shape that was asked for", async () => {
    const bundle = await world.bundle(
      practice(),
      "Observation?_id=a-height&_include=Observation:subject&_elements=status",
    );
    expect(bundle.entry?.map(({ resource }) => Object.keys(resource ?? {}).sort())).toEqual([
      ["code", "id", "meta", "resourceType", "status"],
      // Whether a Patient is in use changes what all the rest means: it is never left out.
      ["active", "id", "meta", "resourceType"],
    ]);
    expect(bundle.entry?.map(({ fullUrl }) => fullUrl)).toEqual([
      `${FHIR}/Observation/a-height`,
      `${FHIR}/Patient/ada`,
    ]);
  });

  test("is recorded once, with all that was released and whose it is", async () => {
    const before = world.recorded.length;
    await world.bundle(practice(), "Observation?_id=b-height&_include=Observation:performer");
    expect(world.recorded.slice(before)).toMatchObject([
      {
        interaction: "search-type",
        outcome: "success",
        query: "Observation?_id=b-height&_include=Observation%3Aperformer",
        disclosures: [{ patient: "bo", released: ["Observation/b-height/1"] }],
        released: ["Practitioner/visitor/1"],
        answer: expect.anything(),
      },
    ]);
  });

  test.each([
    ["a total alone", "Observation?patient=ada&_summary=count", [{ patient: "ada", released: [], isNamed: true }]],
    ["nothing", "Observation?patient=ada&code=none", [{ patient: "ada", released: [], isNamed: true }]],
    [
      "nothing of its compartment",
      "Patient/ada/Observation?code=none",
      [{ patient: "ada", released: [], isNamed: true }],
    ],
    ["a stranger", "Observation?patient=stranger", undefined],
    ["a finding that never was", "Observation?_id=none", undefined],
  ])("that names a child and is answered with %s is recorded as one about it", async (_, address, disclosures) => {
    const before = world.recorded.length;
    await world.bundle(practice(), address);
    expect(world.recorded[before]?.disclosures).toEqual(
      disclosures?.map((one) => expect.objectContaining<object>(one)),
    );
  });

  test("of a page is no use at another address, nor for another client, nor with more parameters", async () => {
    const first = await world.bundle(practice(), "Patient/ada/Observation?_count=1");
    const token = nextOf(first)?.split("_page=")[1];
    const other = { ...practice(), client: "another" };
    for (const [who, address] of [
      [practice(), `Patient/bo/Observation?_page=${token}`],
      [practice(), `Observation?_page=${token}`],
      [practice(), `Patient/ada/*?_page=${token}`],
      [other, `Patient/ada/Observation?_page=${token}`],
      [practice(), `Patient/ada/Observation?_page=${token}&code=x`],
      [practice(), "Patient/ada/Observation?_page=x"],
    ] as const) {
      expect(await world.ask(who, address), address).toEqual({ ok: false, issues: [{ kind: "stale-page" }] });
    }
    expect(names(await world.bundle(practice(), `Patient/ada/Observation?_page=${token}&_format=json`))).toEqual([
      "Observation/a-weight",
    ]);
  });
});
