import { expect, test } from "vitest";
import { validateBase } from "#profiles/generated/validators.ts";
import { sourceOf } from "./line.fixtures.ts";
import { toProvenance } from "./provenance.ts";

const about = {
  id: "p1",
  source: sourceOf("eyfs-profile"),
  organizationId: "o1",
  targets: ["Observation/a", "Patient/b"],
  receivedAt: Date.UTC(2026, 10, 2, 9),
  activity: "CREATE" as const,
};

test("says what was made, by whom, when and from which record, as valid FHIR", () => {
  const provenance = toProvenance({ ...about, record: "P1/2025" });
  expect(validateBase(provenance)).toEqual([]);
  expect(provenance).toMatchObject({
    target: [{ reference: "Observation/a" }, { reference: "Patient/b" }],
    recorded: "2026-11-02T09:00:00.000Z",
    agent: [{ who: { reference: "Organization/o1" } }],
    entity: [{ role: "source", what: { identifier: { value: "leeds-eyfsp/P1/2025" } } }],
  });
});

test("does not give on a name that was made out of what identifies the child", () => {
  const digest = `child-${"0123456789abcdef".repeat(2)}`;
  for (const record of [digest, `${digest}/2025`]) {
    expect(JSON.stringify(toProvenance({ ...about, record }))).not.toContain(digest);
  }
});
