import type { Bundle } from "@medplum/fhirtypes";
import { NHS_NUMBER } from "#profiles/systems.ts";
import { createSearchWorld, observation, type SearchWorld } from "./search-world.fixtures.ts";

const ADA = { resourceType: "Patient", id: "ada", active: true } as const;
const WEIGHT = { coding: [{ system: "http://loinc.org", code: "29463-7" }] };
const CLINIC = { resourceType: "Organization", id: "clinic", name: "Clinic", active: true } as const;

/**
 * Two children of the practice, ada and bo; one who is hidden from it; a clinic with a ward and a visitor; and in a space of
 * ids of its own what a laboratory holds.
 */
export async function createFamilies(): Promise<SearchWorld> {
  const world = await createSearchWorld();
  const ada = await world.child({
    ...ADA,
    identifier: [{ system: NHS_NUMBER, value: "9990000018" }],
    name: [{ family: "Ashdown", given: ["Ada"] }],
    birthDate: "2022-05-06",
    managingOrganization: { reference: "Organization/clinic" },
  });
  const bo = await world.child({
    resourceType: "Patient",
    id: "bo",
    name: [{ family: "Birch", given: ["Bo"] }],
    birthDate: "2021-01-02",
  });
  const hidden = await world.child(
    { resourceType: "Patient", id: "hidden", name: [{ family: "Ashby" }], birthDate: "2020-01-02" },
    { isRegistered: false },
  );
  await world.put(ada, [
    observation("a-height", "ada", {
      effectiveDateTime: "2026-01-01",
      performer: [{ reference: "Organization/clinic" }],
    }),
    observation("a-weight", "ada", { code: WEIGHT, effectiveDateTime: "2026-02-01" }),
    observation("a-panel", "ada", {
      code: { text: "both" },
      effectiveDateTime: "2026-03-01",
      hasMember: [{ reference: "Observation/a-height" }, { reference: "Observation/a-weight" }],
    }),
    {
      resourceType: "Provenance",
      id: "a-told",
      recorded: "2026-03-01T00:00:00Z",
      target: [{ reference: "Observation/a-weight" }, { reference: "Patient/ada" }],
      agent: [{ who: { reference: "Practitioner/visitor" } }],
    },
  ]);
  await world.put(bo, [observation("b-height", "bo", { performer: [{ reference: "Practitioner/visitor" }] })]);
  await world.put(hidden, [observation("h-height", "hidden", { performer: [{ reference: "Organization/clinic" }] })]);
  await world.share([
    CLINIC,
    { resourceType: "Organization", id: "ward", name: "Ward", partOf: { reference: "Organization/clinic" } },
    { resourceType: "Practitioner", id: "visitor", name: [{ family: "Visitor" }] },
    {
      resourceType: "PractitionerRole",
      id: "visiting",
      practitioner: { reference: "Practitioner/visitor" },
      organization: { reference: "Organization/clinic" },
    },
  ]);
  await world.child({ resourceType: "Patient", id: "lab-child", active: true }, { source: "laboratory" });
  await world.child(
    {
      resourceType: "Patient",
      id: "lab-linked",
      active: false,
      link: [{ other: { reference: "Patient/lab-child" }, type: "replaced-by" }],
    },
    { source: "laboratory" },
  );
  await world.share(
    [
      observation("of-nobody", "unheld", { performer: [{ reference: "Practitioner/lab-worker" }] }),
      observation("of-lab-child", "lab-child"),
      { resourceType: "Practitioner", id: "lab-worker", name: [{ family: "Worker" }] },
    ],
    { source: "laboratory" },
  );
  return world;
}

/** What the entries that tell of the search itself say: severity and text of each issue. */
export function outcomesOf({ entry = [] }: Bundle) {
  return entry.flatMap(({ resource, search }) =>
    search?.mode === "outcome" && resource?.resourceType === "OperationOutcome"
      ? (resource.issue ?? []).map(({ severity, diagnostics }) => [severity, diagnostics])
      : [],
  );
}
