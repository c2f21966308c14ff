import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { NHS_NUMBER } from "#profiles/systems.ts";
import { wholeBody } from "./answer.ts";
import { createSearchWorld, observation, practice, type SearchWorld } from "./search-world.fixtures.ts";

/**
 * Pairs of worlds that differ in what is hidden alone: every answer must be the same to the byte, but for the id of the
 * Bundle and what is encrypted in a page link.
 */
const ADDRESSES = [
  "Patient?_id=twin",
  `Patient?identifier=${NHS_NUMBER}|9990000026`,
  "Patient?family=ashdown&_total=accurate",
  "Patient?family=ash&_sort=birthdate&_count=1",
  "Patient?birthdate=2022-05-06",
  "Patient?_count=0",
  "Patient?_has:Observation:patient:code=8302-2",
  "Patient?_has:Observation:patient:code=8302-2&_total=accurate&_count=1",
  "Patient?_revinclude=Observation:patient",
  `Observation?patient.identifier=${NHS_NUMBER}|9990000026`,
  "Observation?patient=twin",
  "Observation?subject:Patient.birthdate=2022-05-06",
  "Observation?_total=accurate&_count=1",
  "Observation?_sort=-date&_count=2&_total=accurate",
  "Observation?_id=t-1,a-1",
  "Observation?_include=*",
  "Organization?_id=clinic&_revinclude=Observation:performer",
  "Organization?_has:Observation:performer:code=8302-2",
  "Practitioner?_has:Observation:performer:_id=t-1",
  "Patient/twin/Observation",
  "Patient/twin/*?_count=1",
  "?_type=Patient,Observation&_total=accurate&_count=3",
  "Observation?code=nonsense|x|y",
  "Patient/twin/Observation?nonsense=x",
] as const;

async function createPlace(): Promise<SearchWorld> {
  const world = await createSearchWorld();
  const ada = await world.child({
    resourceType: "Patient",
    id: "ada",
    name: [{ family: "Ashdown" }],
    birthDate: "2022-05-06",
    identifier: [{ system: NHS_NUMBER, value: "9990000018" }],
  });
  await world.put(ada, [
    observation("a-1", "ada"),
    observation("a-2", "ada", {
      performer: [{ reference: "Organization/clinic" }],
      hasMember: [{ reference: "Observation/t-1" }],
    }),
  ]);
  await world.share([
    { resourceType: "Organization", id: "clinic", name: "Clinic" },
    { resourceType: "Practitioner", id: "visitor", name: [{ family: "Visitor" }] },
  ]);
  return world;
}

async function hideTwin(world: SearchWorld): Promise<void> {
  const twin = await world.child(
    {
      resourceType: "Patient",
      id: "twin",
      name: [{ family: "Ashdown" }],
      birthDate: "2022-05-06",
      identifier: [{ system: NHS_NUMBER, value: "9990000026" }],
    },
    { isRegistered: false },
  );
  await world.put(twin, [
    observation("t-1", "twin", {
      performer: [{ reference: "Organization/clinic" }, { reference: "Practitioner/visitor" }],
    }),
    observation("t-2", "twin"),
  ]);
}

async function answerOf(world: SearchWorld, address: string): Promise<string> {
  const result = await world.ask(practice(), address);
  if (!result.ok) return JSON.stringify(result);
  return wholeBody(result.answer.body)
    .toString()
    .replace(/"id":"[0-9a-f-]{36}"/, '"id":"…"')
    .replace(/_page=[\w-]+/g, "_page=…");
}

describe("a hidden child", () => {
  let without: SearchWorld;
  let withTwin: SearchWorld;
  beforeAll(async () => {
    [without, withTwin] = await Promise.all([createPlace(), createPlace()]);
    await hideTwin(withTwin);
  });
  afterAll(() => Promise.all([without[Symbol.asyncDispose](), withTwin[Symbol.asyncDispose]()]));

  test.each(ADDRESSES)("answers to %s as one who is not there", async (address) => {
    expect(await answerOf(withTwin, address)).toBe(await answerOf(without, address));
    // Nor does the record of it differ, but in what was held back, and in time; the answers were held against each other.
    const told = ({ recorded }: SearchWorld) =>
      recorded.map(({ withheld: _, askedAt_ms: _time, answer: _bytes, ...rest }) => rest);
    expect(told(withTwin)).toEqual(told(without));
  });

  test("and a shown one do differ, so that the pairs could", async () => {
    await using withOther = await createPlace();
    const other = await withOther.child({ resourceType: "Patient", id: "other", birthDate: "2022-05-06" });
    await withOther.put(other, [observation("t-1", "other")]);
    for (const address of ["Patient?_count=0", "Observation?_total=accurate&_count=1", "Observation?_id=t-1,a-1"]) {
      expect(await answerOf(withOther, address)).not.toBe(await answerOf(without, address));
    }
  });
});

describe("a source beyond the agreement", () => {
  test("is met by no search, and the record of the search says that it was held back", async () => {
    await using world = await createSearchWorld();
    const ada = await world.child({ resourceType: "Patient", id: "ada", birthDate: "2022-05-06" });
    await world.put(ada, [observation("seen", "ada")]);
    await world.put(ada, [observation("school", "ada")], { source: "leeds-eyfsp" });
    const healthAlone = practice({ dataClasses: ["health-visiting"] });
    for (const address of ["Observation?patient=ada", "Observation?code=8302-2", "Patient/ada/*?_type=Observation"]) {
      const bundle = await world.bundle(healthAlone, address);
      expect(bundle.entry?.map(({ resource }) => resource?.id)).toEqual(["seen"]);
      expect(world.recorded.at(-1)?.withheld).toEqual({ count: 1, rules: [] });
    }
    expect((await world.bundle(healthAlone, "Patient?_has:Observation:patient:_id=school")).entry).toBeUndefined();
  });
});
