import type { Practitioner, Resource } from "@medplum/fhirtypes";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  createSearchWorld,
  laboratory,
  names,
  observation,
  practice,
  type SearchWorld,
} from "./search-world.fixtures.ts";

const LABORATORY = { source: "laboratory" };
const WITHIN: Practitioner = { resourceType: "Practitioner", id: "d", name: [{ family: "Within" }] };
const CONTAINED: Resource[] = [
  { resourceType: "Patient", id: "c", name: [{ family: "Inside" }], generalPractitioner: [{ reference: "#d" }] },
  WITHIN,
  { resourceType: "Practitioner", id: "e", name: [{ family: "Unnamed" }] },
];

let world: SearchWorld;

beforeAll(async () => {
  world = await createSearchWorld();
  const ada = await world.child({ resourceType: "Patient", id: "ada", name: [{ family: "Ashdown" }] }, LABORATORY);
  await world.put(
    ada,
    [
      observation("own", "ada", {
        contained: [WITHIN],
        performer: [{ reference: "#d" }],
      }),
      observation("plain", "ada", { performer: [{ reference: "Practitioner/d" }] }),
    ],
    LABORATORY,
  );
  await world.share(
    [
      { resourceType: "Practitioner", id: "d", name: [{ family: "Outside" }] },
      observation("shared", "none", {
        contained: CONTAINED,
        subject: { reference: "#c" },
        performer: [{ reference: "#d" }],
      }),
    ],
    LABORATORY,
  );
});
afterAll(() => world[Symbol.asyncDispose]());

describe("a chain is followed into contained resources", () => {
  test.each([
    ["performer.name=within", ["own", "shared"]],
    ["performer:Practitioner.family:exact=Within", ["own", "shared"]],
    ["performer:Organization.name=within", []],
    ["performer.name=within,outside", ["own", "plain", "shared"]],
    ["performer.name=outside", ["plain"]],
    ["performer.name=unnamed", []],
    ["performer._id=d", ["plain"]],
    ["performer:Practitioner._lastUpdated=lt2000", []],
    ["performer.family:missing=false", ["own", "plain", "shared"]],
    ["subject.name=inside", ["shared"]],
    ["subject:Patient.family=inside", ["shared"]],
    ["subject.name=within", []],
    ["patient.name=inside", ["shared"]],
    ["patient.name=within", []],
    ["subject.name=ashdown", ["own", "plain"]],
    ["subject.name=inside,ashdown", ["own", "plain", "shared"]],
    ["subject:Patient.general-practitioner:Practitioner.name=within", ["shared"]],
    ["subject.general-practitioner.name=outside", []],
    ["subject.name=inside&performer.name=within&status=final", ["shared"]],
    ["subject.name=inside&status=amended", []],
  ])("Observation?%s", async (query, ids) => {
    const bundle = await world.bundle(laboratory(), `Observation?${query}`);
    expect(names(bundle).toSorted()).toEqual(ids.map((id) => `Observation/${id}`));
  });

  test("but not for one who does not see the resource that contains them", async () => {
    const bundle = await world.bundle(practice(), "Observation?performer.name=within");
    expect(names(bundle)).toEqual([]);
  });
});
