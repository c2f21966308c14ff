import { expect, test } from "vitest";
import { validateBase } from "#profiles/generated/validators.ts";
import { validateProfiles } from "#profiles/validate-profile.ts";
import { sourceOf } from "./line.fixtures.ts";
import { toProvenance } from "./provenance.ts";

const about = {
  id: "p1",
  source: sourceOf("eyfs-profile"),
  organizationId: "o1",
  targets: ["Observation/a", "Patient/b"],
  delivery: { receipt: "d1", file: "cohort.csv", receivedAt: Date.UTC(2026, 10, 1, 9) },
  mapping: 3,
  recordedAt: Date.UTC(2026, 10, 2, 9),
  activity: "CREATE" as const,
};

test("says what was made, by whom, when, from which record and file and by which mapping, as valid FHIR", () => {
  const provenance = toProvenance({ ...about, record: "P1/2025" });
  expect([...validateBase(provenance), ...validateProfiles(provenance)]).toEqual([]);
  expect(provenance).toMatchObject({
    target: [{ reference: "Observation/a" }, { reference: "Patient/b" }],
    occurredDateTime: "2026-11-01T09:00:00.000Z",
    recorded: "2026-11-02T09:00:00.000Z",
    agent: [
      { who: { reference: "Organization/o1" } },
      { who: { display: "Early Years FHIR Gateway, mapping eyfs-profile version 3" } },
    ],
    entity: [
      { role: "source", what: { identifier: { value: "leeds-eyfsp/P1/2025" } } },
      { role: "source", what: { identifier: { value: "d1" }, display: "cohort.csv" } },
    ],
  });
});

test("does not give on a name that was made out of what identifies the child", () => {
  const digest = `child-${"0123456789abcdef".repeat(2)}`;
  for (const record of [digest, `${digest}/2025`]) {
    expect(JSON.stringify(toProvenance({ ...about, record }))).not.toContain(digest);
  }
});
