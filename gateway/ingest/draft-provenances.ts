import type { RegisteredSource } from "../access/source.ts";
import type { Draft, DraftContent } from "./draft.ts";
import { type ProvenanceDelivery, toProvenance } from "./provenance.ts";
import { type Content, toContent } from "./stored-resource.ts";

export const PROVENANCE = "Provenance";

/** Slot of the Provenance of a source record. */
export function toProvenanceSlot(record: string): string {
  return `${PROVENANCE}/${record}`;
}

/** A Provenance of a draft. */
export interface DraftedProvenance {
  readonly slot: string;
  readonly content: Content;
}

/** What each source record of a unit made, `Type/id`, the one that speaks of the person first. */
export function targetsOf(told: {
  /** What the source calls the record that speaks of the person. */
  readonly record: string;
  /** Absent when nothing is told about the person. */
  readonly patientId: string | undefined;
  readonly contents: readonly DraftContent[];
}): ReadonlyMap<string, readonly string[]> {
  const targets = new Map<string, string[]>();
  const add = (record: string, target: string): void => {
    const known = targets.get(record);
    if (known === undefined) targets.set(record, [target]);
    else known.push(target);
  };
  if (told.patientId !== undefined) add(told.record, `Patient/${told.patientId}`);
  for (const { record, content } of told.contents) add(record, `${content.type}/${content.id}`);
  return targets;
}

/** What stays the same for all Provenances of records that one delivery brings. */
export interface ProvenanceContext {
  readonly source: RegisteredSource;
  /** Logical id of the organisation that sends. */
  readonly organizationId: string;
  readonly delivery: ProvenanceDelivery;
  /** Version of the mapper. */
  readonly mapping: number;
}

/**
 * The Provenances of the records that have made nothing of this child before, for the delivery that brings them. Of any
 * other it counts what is stored.
 */
export function draftProvenances(
  { contents, patient, patientId, facts, idOf }: Omit<Draft, "provenances">,
  record: string,
  { delivery, ...context }: ProvenanceContext,
): readonly DraftedProvenance[] {
  const before = new Set(facts.made.map(({ slot }) => slot));
  const all = targetsOf({ record, patientId: patient && patientId, contents });
  return [...all].flatMap(([name, targets]) => {
    const slot = toProvenanceSlot(name);
    if (before.has(slot)) return [];
    const provenance = toProvenance({
      ...context,
      id: idOf(slot),
      record: name,
      targets,
      delivery,
      recordedAt: delivery.receivedAt,
      activity: "CREATE",
    });
    return [{ slot, content: toContent(provenance, context.source.source) }];
  });
}
