import type { Requester } from "../access/requester.ts";
import { toPack } from "../search/pack.ts";
import type { Candidate } from "./record-reader-candidate.ts";
import type { LoadedRecord, LoadOptions } from "./record-reader-load.ts";
import type { Sight } from "./record-reader-view.ts";
import { type ScopeFilter, scopeFilterOf } from "./scope-filter.ts";
import type { VisibleVersion } from "./versions.ts";

/** What is seen of a record, as far as scopes with search parameters reach; the same where there are none. */

const NO_PACK = toPack([], "");

interface Looking {
  readonly requester: Requester;
  readonly options: LoadOptions;
}

export function withinScopes(sight: Sight, record: LoadedRecord, { requester, options }: Looking): Sight {
  const filter = scopeFilterOf(requester, options.fhirBase);
  if (filter === undefined) return sight;
  const patient = sight.patient.size > 0 && filter.holds(sight.patient, 0) ? sight.patient : NO_PACK;
  const knows = (target: string): boolean => {
    const [type = "", id = ""] = target.split("/");
    if (type === "Patient" && id === record.patientId) return patient.size > 0 || sight.patient.size === 0;
    const entry = record.pack.ids.findIndex((known, at) => known === id && record.pack.types[at] === type);
    return entry < 0 || filter.holds(record.pack, entry);
  };
  return {
    ...sight,
    patient,
    identity: patient,
    sees: (candidate) =>
      isWithin(candidate, record, filter) &&
      // Who told of what is not seen would tell that it is there.
      (candidate.type !== "Provenance" || candidate.targets().every(knows)) &&
      sight.sees(candidate),
  };
}

function isWithin({ type, entry, body }: Candidate, { pack }: LoadedRecord, filter: ScopeFilter): boolean {
  if (body !== undefined) return filter.holdsBody(type, body);
  return entry !== undefined && filter.holds(pack, entry);
}

/** Versions of one Patient, newest first: none where the newest lies outside, else those that lie within. */
export function patientVersionsWithin(
  versions: readonly VisibleVersion[],
  { requester, options }: Looking,
): readonly VisibleVersion[] {
  const filter = scopeFilterOf(requester, options.fhirBase);
  if (filter === undefined) return versions;
  const isSeen = ({ body }: VisibleVersion): boolean => body !== undefined && filter.holdsBody("Patient", body);
  const newest = versions.find(({ body }) => body !== undefined);
  if (newest === undefined || !isSeen(newest)) return [];
  return versions.filter((version) => version.body === undefined || isSeen(version));
}
