import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  createSearchWorld,
  FHIR,
  laboratory,
  names,
  observation,
  practice,
  type SearchWorld,
} from "./search-world.fixtures.ts";

const LABORATORY = { source: "laboratory" };
const MRN = "https://example.org/mrn";

let world: SearchWorld;

beforeAll(async () => {
  world = await createSearchWorld();
  await world.share(
    [
      observation("before", "ada", { code: { coding: [{ code: "x" }] } }),
      observation("before-by-url", "ada", { subject: { reference: `${FHIR}/Patient/ada` } }),
      observation("before-bo", "bo"),
      observation("nobody", "nobody"),
    ],
    LABORATORY,
  );
  for (const id of ["ada", "bo"]) {
    const child = await world.child(
      { resourceType: "Patient", id, identifier: [{ system: MRN, value: id }] },
      LABORATORY,
    );
    await world.put(child, [observation(`after-${id}`, id)], LABORATORY);
  }
});
afterAll(() => world[Symbol.asyncDispose]());

describe("what was told of a child before the child was is found by the child's identifier", () => {
  test.each([
    [`patient.identifier=${MRN}|ada`, ["after-ada", "before", "before-by-url"]],
    [`subject.identifier=${MRN}|bo`, ["after-bo", "before-bo"]],
    [`subject:Patient.identifier=${MRN}|ada&code=x`, ["before"]],
    [`patient.identifier=${MRN}|ada&patient=ada`, ["after-ada", "before", "before-by-url"]],
    [`patient.identifier=${MRN}|ada&patient=bo`, []],
    [`patient.identifier=${MRN}|ada,${MRN}|bo`, ["after-ada", "after-bo", "before", "before-bo", "before-by-url"]],
    [`patient.identifier=${MRN}|none`, []],
  ])("Observation?%s", async (query, ids) => {
    const bundle = await world.bundle(laboratory(), `Observation?${query}`);
    expect(names(bundle).toSorted()).toEqual(ids.map((id) => `Observation/${id}`));
    expect(bundle.total).toBe(ids.length);
  });

  test("with no scope for Patients, since it says no more than was known", async () => {
    const bundle = await world.bundle(laboratory("system/Observation.s"), `Observation?patient.identifier=${MRN}|bo`);
    expect(names(bundle).toSorted()).toEqual(["Observation/after-bo", "Observation/before-bo"]);
  });

  test("by nobody who does not see shared records about people", async () => {
    const bundle = await world.bundle(practice(), `Observation?patient.identifier=${MRN}|ada`);
    expect(names(bundle)).toEqual([]);
  });
});
