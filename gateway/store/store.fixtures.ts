import type { Relationship } from "#mappers/mapper.ts";
import type { RecordKey, StoredContribution, StoredResource } from "./record.ts";
import type { RecordSearchKey } from "./record-verbs.ts";

export const BASE: StoredResource = {
  type: "Observation",
  id: "o-1",
  version: 1,
  lastUpdated: 1_000,
  source: "leeds-eyfsp",
  dataClass: "education",
  body: Buffer.from('{"resourceType":"Observation","note":"ë"}'),
  keys: "code=E01",
  contentHash: "hash-1",
};

export function resource(change: Partial<StoredResource> = {}): StoredResource {
  return { ...BASE, ...change, body_bytes: (change.body ?? BASE.body).length };
}

/** Resources as they come from a store, with their texts read, to be held against others. */
export function withTexts(kept: readonly StoredResource[] | undefined): readonly StoredResource[] | undefined {
  return kept?.map((one) => ({ ...one, body: one.body }));
}

export function contribution(change: Partial<StoredContribution> = {}): StoredContribution {
  return {
    source: "leeds-eyfsp",
    localId: "A1",
    dataClass: "education",
    lastUpdated: 1_000,
    body: '{"resourceType":"Patient"}',
    ...change,
  };
}

export function rollOf(value: string, change: Partial<Relationship> = {}): Relationship {
  return { kind: "roll", organization: { system: "urn:establishment", value }, ...change };
}

export const FAMILY: RecordSearchKey = { code: "family", value: "ashdown" };

/** Makes a child's record in a transaction of its own. */
export type Child = (patientId: string) => Promise<RecordKey>;
