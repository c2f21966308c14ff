import type { Observation, Patient } from "@medplum/fhirtypes";
import { expect, test } from "vitest";
import type { Mapped } from "#mappers/mapper.ts";
import { type Draft, type DraftFacts, draftUnit } from "../draft.ts";
import { draftProvenances } from "../draft-provenances.ts";
import { sourceOf } from "../line.fixtures.ts";
import type { Read } from "../prepared.ts";
import type { Unit } from "../unit.ts";
import { ByteWriter, packRead } from "./pack.ts";
import { unpackRead } from "./unpack.ts";

const MAPPED: Mapped = {
  patient: { resourceType: "Patient" },
  made: [],
  organizations: [],
  relationships: [],
  notCarried: [],
};
const UNIT: Omit<Unit, "map"> = {
  key: "A1",
  hash: "h",
  record: "A1",
  line: 3,
  writtenAt: undefined,
  identity: { localId: "A1" },
};
const CONTEXT = {
  source: "leeds-ctf",
  localAuthority: "383",
  derives: new Set<never>(),
  organizationId: () => "organisation",
  ids: () => "4726db41-45d5-4c7c-8a7a-bdad5b367401",
  receivedAt: 0,
};

const PROVENANCE = {
  source: sourceOf("common-transfer-file"),
  organizationId: "organisation",
  delivery: { receipt: "delivery-1", file: "pupils.xml", receivedAt: 0 },
  mapping: 1,
};

/** A draft as it comes out of the other thread. */
function sent(mapped: Mapped, facts: DraftFacts = { made: [] }): Draft | undefined {
  const unit = { ...UNIT, map: () => mapped };
  const prepared = { kind: "unit" as const, line: 3, content: () => "", warnings: [], unit };
  const read: Read = { prepared, notCarried: [], dropped: [], filled: () => [], found: [] };
  const bytes = new ByteWriter(new ArrayBuffer(64));
  const draft = draftUnit(unit, facts, CONTEXT);
  const provenances = draftProvenances(draft, unit.record, PROVENANCE);
  const packed = packRead(read, { ...draft, provenances }, bytes);
  const other = unpackRead(structuredClone(packed), bytes.take(), { map: () => mapped, ids: CONTEXT.ids });
  return other.prepared.kind === "unit" ? other.prepared.unit.draft : undefined;
}

const WRONG: Patient = { resourceType: "Patient", gender: JSON.parse('"unheard-of"') };
const NO_CODE: Observation = { resourceType: "Observation", status: "final", code: JSON.parse("null") };

test("what is wrong with the person, or with a resource, is told in the other thread too", () => {
  expect(sent(MAPPED)?.personIssues()).toEqual([]);
  expect(sent({ ...MAPPED, patient: WRONG })?.personIssues()).toMatchObject([{ field: "Patient.gender" }]);
  const organization = { resourceType: "Organization" as const, active: JSON.parse('"yes"') };
  expect(sent({ ...MAPPED, organizations: [organization] })?.personIssues()).not.toEqual([]);
  const made = [{ slot: "s", record: "A1", resource: { ...NO_CODE, id: "x" } }];
  expect(sent({ ...MAPPED, made })?.contents[0]?.issues()).not.toEqual([]);
});

test("the Provenance of a record that made nothing before comes with its draft, beside what it made", () => {
  const made = [{ slot: "s", record: "A1", resource: { ...NO_CODE, id: "x" } }];
  const draft = sent({ ...MAPPED, made });
  expect(draft?.contents.map(({ slot }) => slot)).toEqual(["s"]);
  expect(draft?.provenances.map(({ slot }) => slot)).toEqual(["Provenance/A1"]);
  const [drafted] = draft?.provenances ?? [];
  expect(drafted?.content.type).toBe("Provenance");
  expect(draft?.idOf("Provenance/A1")).toBe(drafted?.content.id);
  const before = { made: [{ slot: "Provenance/A1", type: "Provenance", id: "p" }] };
  expect(sent({ ...MAPPED, made }, before)?.provenances).toEqual([]);
});
