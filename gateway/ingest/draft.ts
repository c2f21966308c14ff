import type { Organization, Patient } from "@medplum/fhirtypes";
import type { MapContext, Mapped, Relationship } from "#mappers/mapper.ts";
import type { Lineage } from "../store/store.ts";
import type { DraftedProvenance } from "./draft-provenances.ts";
import type { Repeats } from "./repeats.ts";
import { type Content, toContent } from "./stored-resource.ts";
import type { UnitIssue } from "./unit.ts";
import { validateMapped } from "./validate-mapped.ts";

/** Whose a unit is taken to be, and what it made before: all of the store that its mapping can see. */
export interface DraftFacts {
  /** Logical id of the child's Patient; absent for a child of its own. */
  readonly patientId?: string | undefined;
  /** What it made of this child before; each slot keeps its id. */
  readonly made: Lineage["made"];
  /**
   * Content hash of each of these as the store holds it, where that was looked for: of what is made just so again, a
   * draft from another thread says no more.
   */
  readonly held?: readonly (string | undefined)[];
}

/** One resource of a draft. */
export interface DraftContent {
  readonly slot: string;
  /** Which source record made it. */
  readonly record: string;
  readonly content: Content;
  /** What is wrong with it. */
  readonly issues: () => readonly UnitIssue[];
}

/** All that a unit makes, in the form in which it is stored, before it is held against what is there. */
export interface Draft {
  readonly facts: DraftFacts;
  /** The one of the facts, or one drawn for a child of its own. */
  readonly patientId: string;
  readonly contents: readonly DraftContent[];
  /** Of records of the delivery that have made nothing before, where they were drafted too. */
  readonly provenances: readonly DraftedProvenance[];
  /** Id of a further slot, as that of a Provenance. */
  readonly idOf: (slot: string) => string;
  readonly patient: Patient | undefined;
  readonly organizations: readonly Organization[];
  /** What is wrong with these two. */
  readonly personIssues: () => readonly UnitIssue[];
  readonly relationships: readonly Relationship[];
  readonly notCarried: readonly string[];
  readonly replaces: readonly string[];
  readonly withdraws: boolean;
  /** Latest date of a resource of the unit, YYYY-MM-DD. */
  readonly until: string | undefined;
}

export interface DraftContext extends Omit<MapContext, "patientId" | "id"> {
  /** Random UUIDs. */
  readonly ids: () => string;
  /** Milliseconds since 1970. */
  readonly receivedAt: number;
  /** What is known of resources that many children have in the same words. */
  readonly repeats?: Repeats;
}

/** Maps a unit and puts what it makes into text. Throws what its mapper throws. */
export function draftUnit(
  unit: { map(context: MapContext): Mapped },
  facts: DraftFacts,
  { ids, receivedAt, repeats, ...context }: DraftContext,
): Draft {
  const patientId = facts.patientId ?? ids();
  const idOf = createSlotIds(facts.made, ids);
  const mapped = unit.map({ ...context, patientId, id: idOf });
  return {
    facts,
    patientId,
    idOf,
    contents: mapped.made.map(({ slot, record, resource }) => {
      const identified = { ...resource, id: idOf(slot) };
      const content = toContent(identified, context.source);
      const repeated =
        identified.resourceType === "Observation" ? repeats?.of(identified, content, patientId) : undefined;
      if (repeated !== undefined) return { slot, record, content: { ...content, ...repeated }, issues: NOTHING_WRONG };
      return { slot, record, content, issues: () => validateMapped([identified], [], undefined) };
    }),
    provenances: [],
    patient: mapped.patient,
    organizations: mapped.organizations,
    personIssues: () => validateMapped([], mapped.organizations, mapped.patient),
    relationships: mapped.relationships,
    notCarried: mapped.notCarried,
    replaces: mapped.replaces ?? [],
    withdraws: mapped.withdraws === true,
    until: latestDate(mapped, receivedAt),
  };
}

const NOTHING_WRONG = (): readonly UnitIssue[] => [];

/** Characters in which the ids of one unit begin alike, so that they lie side by side in the store's index of them. */
export const FAMILY_CHARACTERS = 8;

/** The same slot has the same id for ever; a new one gets a new id, which begins as `like` does. */
export function createSlotIds(
  made: Iterable<{ readonly slot: string; readonly id: string }>,
  next: () => string,
  like?: string,
): (slot: string) => string {
  const ids = new Map<string, string>();
  for (const { slot, id } of made) ids.set(slot, id);
  let family = like?.slice(0, FAMILY_CHARACTERS);
  return (slot) => {
    const known = ids.get(slot);
    if (known !== undefined) return known;
    family ??= next().slice(0, FAMILY_CHARACTERS);
    const id = family + next().slice(FAMILY_CHARACTERS);
    ids.set(slot, id);
    return id;
  };
}

/** A date in the future is a slip of the source, and must not make it look more recent than it is. */
function latestDate(mapped: Mapped, receivedAt: number): string | undefined {
  const today = new Date(receivedAt).toISOString().slice(0, 10);
  let latest: string | undefined;
  for (const { resource } of mapped.made) {
    const told =
      resource.resourceType === "Observation"
        ? (resource.effectiveDateTime ?? resource.effectivePeriod?.end ?? resource.effectiveInstant)
        : resource.dateTime;
    const date = told?.slice(0, 10);
    if (date?.length === 10 && date <= today && (latest === undefined || date > latest)) latest = date;
  }
  return latest;
}
