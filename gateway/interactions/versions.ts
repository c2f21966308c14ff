import { isRecordType, type RecordType } from "#profiles/interactions.ts";
import { UPN } from "#profiles/systems.ts";
import type { Labels } from "../disclosure/labels/label.ts";
import { resourceBytes } from "../search/pack.ts";
import type { StoredVersion } from "../store/store.ts";
import { guardBody } from "./guard.ts";
import { type Candidate, Current, observationsIn, targetsOf } from "./record-reader-candidate.ts";
import { labelsOfVersion } from "./record-reader-labels.ts";
import { isKnownBy } from "./record-reader-links.ts";
import { type LoadedRecord, type LoadOptions, stripped } from "./record-reader-load.ts";
import { patientVersions } from "./record-reader-patient.ts";
import { type Looking as Asking, factsIn, type Sight, toSight } from "./record-reader-view.ts";
import { patientVersionsWithin } from "./scope-sight.ts";

/** One version of a resource as a requester may see it. https://hl7.org/fhir/R4/http.html#history */
export interface VisibleVersion {
  readonly type: RecordType;
  readonly id: string;
  readonly versionId: string;
  readonly lastUpdated_ms: number;
  readonly method: "POST" | "PUT" | "DELETE";
  /** Absent where the version is the end of the resource. */
  readonly body: Buffer | undefined;
  /** Whether the resource began with it, or began anew. */
  readonly creates: boolean;
  /** Whose record it stands in; empty for a shared record. */
  readonly patientId: string;
  /** Who told it; empty for a Patient, which is of several. */
  readonly source: string;
  /** Grows with every version of the resource. */
  readonly sequence: number;
}

/** Whose versions are asked for; all, where nothing is said. */
export interface Wanted {
  readonly types?: readonly RecordType[];
  readonly id?: string;
}

interface Looking extends Asking {
  readonly options: LoadOptions;
  readonly wanted: Wanted;
  /** Of a child that is merged into another: logical id of that one's Patient. */
  readonly replacedBy?: string;
}

/** A stored version, current or not. */
interface Version {
  readonly type: RecordType;
  readonly id: string;
  readonly source: string;
  readonly version: number;
  readonly lastUpdated_ms: number;
  readonly body: Buffer | undefined;
  /** What is asked of it where it is told; of the end of a resource nothing is. */
  readonly candidate?: Candidate;
}

/** The versions of what is wanted of a record, newest first, as far as the requester may see it today. */
export function toVersions(
  record: LoadedRecord,
  history: readonly StoredVersion[],
  looking: Looking,
): readonly VisibleVersion[] {
  const { requester, at, options } = looking;
  const told = new Set(record.facts.sources.map(({ source }) => source));
  const past = [...new Set(history.map(({ source }) => source))].filter((source) => !told.has(source));
  const sources = [...record.facts.sources, ...past.flatMap((source) => options.sources.get(source) ?? [])];
  const sight = toSight(record, { requester, at, facts: { ...record.facts, sources } }, options);
  if (!sight) return [];
  const chains = Map.groupBy(wantedVersions(record, history, looking), ({ type, id }) => `${type}/${id}`);
  const visible = [...chains.values()].flatMap((chain) => visibleChain(chain, sight, record.patientId));
  return [...visible, ...patientChain(record, sight, looking)].sort(compareVersions);
}

/** Versions of the Patients of children that are merged into this one, as whoever sees this one sees them. */
export function toMergedVersions(
  merged: readonly LoadedRecord[],
  into: LoadedRecord,
  looking: Looking,
): readonly VisibleVersion[] {
  const { requester, at, options } = looking;
  const sight = toSight(into, { requester, at }, options);
  const visibility = sight?.visibility;
  if (sight === undefined || visibility === undefined || sight.patient.size === 0) return [];
  return merged
    .filter((record) => isKnownBy(record.merged?.sources ?? [], visibility))
    .flatMap((record) => patientChain(record, sight, { ...looking, replacedBy: into.patientId }))
    .sort(compareVersions);
}

export function joinVersions(
  versions: readonly VisibleVersion[],
  others: readonly VisibleVersion[],
): readonly VisibleVersion[] {
  return [...versions, ...others].sort(compareVersions);
}

/** Newest first; what changed together keeps a fixed order. */
export function compareVersions(a: VisibleVersion, b: VisibleVersion): number {
  if (a.lastUpdated_ms !== b.lastUpdated_ms) return b.lastUpdated_ms - a.lastUpdated_ms;
  if (a.type !== b.type) return a.type < b.type ? -1 : 1;
  if (a.id !== b.id) return a.id < b.id ? -1 : 1;
  return b.sequence - a.sequence;
}

function wantedVersions(
  record: LoadedRecord,
  history: readonly StoredVersion[],
  { options, wanted }: Looking,
): readonly Version[] {
  const { pack } = record;
  const patientIds = new Map(
    [record, ...record.replaces].map((one) => ["key" in one ? one.key : one.record, one.patientId]),
  );
  const known = new Set<string>();
  const current = pack.ids.flatMap((id, entry): Version[] => {
    const type = pack.types[entry];
    if (type === undefined || !isRecordType(type) || !isWanted(type, id, wanted)) return [];
    const version = Number(pack.versions[entry]);
    known.add(`${type}/${id}/${version}`);
    const lastUpdated_ms = pack.lastUpdated_ms[entry] ?? 0;
    const body = resourceBytes(pack, entry);
    const candidate = new Current(record, entry, options);
    return [{ type, id, source: candidate.source, version, lastUpdated_ms, body, candidate }];
  });
  const past = history.flatMap(({ type, id, version, lastUpdated, source, body, keys, record: holder }): Version[] => {
    if (!isRecordType(type) || !isWanted(type, id, wanted) || known.has(`${type}/${id}/${version}`)) return [];
    const told = { type, id, version, lastUpdated_ms: lastUpdated, source };
    if (body === undefined) return [{ ...told, body }];
    const patientId = patientIds.get(holder) ?? record.patientId;
    guardBody({ type, id, source, body }, { patientId, isWritten: options.sources.get(source)?.isWritten });
    const shown = stripped({ type, source, body, keys }, record)?.body ?? body;
    const labels = (): Labels => labelsOfVersion(options, { type, source, body });
    const candidate: Candidate = {
      ...{ type, id, source, body: shown, labels },
      targets: () => targetsOf(shown, options.fhirBase),
      refers: () => true,
      references: () => observationsIn(body),
      tellsPupil: () => shown.includes(UPN),
      facts: () => factsIn({ source, body, labels }, options),
    };
    return [{ ...told, body: shown, candidate }];
  });
  return [...current, ...past];
}

function isWanted(type: RecordType, id: string, wanted: Wanted): boolean {
  return (wanted.id === undefined || wanted.id === id) && (wanted.types?.includes(type) ?? true);
}

/**
 * The visible versions of one resource. One whose newest text is hidden is hidden altogether, as if it had never been;
 * its end is told to whom the version before it is.
 */
function visibleChain(chain: readonly Version[], sight: Sight, patientId: string): readonly VisibleVersion[] {
  const ordered = chain.toSorted((a, b) => a.version - b.version);
  const isSeen = (version: Version): boolean => version.candidate !== undefined && sight.sees(version.candidate);
  const newest = ordered.findLast(({ body }) => body !== undefined);
  if (!newest || !isSeen(newest)) return [];
  const visible: VisibleVersion[] = [];
  for (const told of ordered) {
    const { type, id, version, lastUpdated_ms, source, body } = told;
    const wasThere = visible.at(-1)?.body !== undefined;
    if (body === undefined ? !wasThere : !isSeen(told)) continue;
    visible.push({
      type,
      id,
      versionId: String(version),
      lastUpdated_ms,
      method: body === undefined ? "DELETE" : methodOf(id, visible.length === 0),
      body,
      creates: body !== undefined && !wasThere,
      patientId,
      source,
      sequence: version,
    });
  }
  return visible;
}

function patientChain(record: LoadedRecord, { visibility }: Sight, looking: Looking): readonly VisibleVersion[] {
  if (!visibility || !isWanted("Patient", record.patientId, looking.wanted)) return [];
  const versions = patientVersions(record, visibility, looking);
  const told = versions.map(
    ({ versionId, lastUpdated_ms, body }, index): VisibleVersion => ({
      type: "Patient",
      id: record.patientId,
      versionId,
      lastUpdated_ms,
      method: body === undefined ? "DELETE" : methodOf(record.patientId, index === versions.length - 1),
      body: body === undefined ? undefined : Buffer.from(body),
      creates: body !== undefined && versions[index + 1]?.body === undefined,
      patientId: record.patientId,
      source: "",
      sequence: versions.length - index,
    }),
  );
  return patientVersionsWithin(told, looking);
}

const SERVER_ID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** An id that the gateway did not choose came with an update that created. */
function methodOf(id: string, isFirst: boolean): "POST" | "PUT" {
  return isFirst && SERVER_ID.test(id) ? "POST" : "PUT";
}
