import type { Observation, Patient } from "@medplum/fhirtypes";
import { expect, test } from "vitest";
import type { Mapped } from "#mappers/mapper.ts";
import { type Draft, draftUnit } from "../draft.ts";
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

/** A draft as it comes out of the other thread. */
function sent(mapped: Mapped): Draft | undefined {
  const unit = { ...UNIT, map: () => mapped };
  const prepared = { kind: "unit" as const, line: 3, content: () => "", warnings: [], unit };
  const read: Read = { prepared, notCarried: [], dropped: [], filled: () => [], found: [] };
  const bytes = new ByteWriter(new ArrayBuffer(64));
  const packed = packRead(read, draftUnit(unit, { made: [] }, CONTEXT), bytes);
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
