import { isRecordType, SERVED_RESOURCES, type ServedType } from "#profiles/interactions.ts";
import { hasScope } from "../access/scope.ts";
import { LIMITS } from "../limits.ts";
import type { Inclusion } from "../search/search-query.ts";
import { around, type CandidatePorts, type Looking } from "./candidates.ts";
import { BEFORE_ALL, eachVisible } from "./collections.ts";
import { referenceCodes, toReferenceCondition } from "./include-references.ts";
import { eachMatch, toSelection } from "./search-matches.ts";
import { nameOf, type ReleasedEntry } from "./search-request.ts";

const RECORD_TYPES: readonly ServedType[] = SERVED_RESOURCES.map(({ type }) => type).filter(isRecordType);

/**
 * What refers to entries of a page: it is looked for as by a search of its type, which is why the scope to search is
 * needed. What belongs to a child is referred to from that child's record and from shared ones; an Organization or a
 * Practitioner from anywhere.
 */
export async function referringEntries(
  { source, code, target }: Inclusion,
  frontier: readonly ReleasedEntry[],
  { looking, ports, seen }: { looking: Looking; ports: CandidatePorts; seen: ReadonlySet<string> },
): Promise<readonly ReleasedEntry[]> {
  const targets = frontier.filter(({ pack, entry }) => target === undefined || pack.types[entry] === target);
  const found: ReleasedEntry[] = [];
  for (const type of source === "*" ? RECORD_TYPES : [source]) {
    if (targets.length === 0 || !hasScope(looking.requester.scopes, type, "s")) continue;
    const condition = toReferenceCondition(type, referenceCodes(type, code), targets.map(nameOf), ports.fhirBase);
    const selection = toSelection({ type, conditions: [condition], lead: undefined });
    const candidates = await around(
      targets.map(({ view }) => view),
      type,
      looking,
      ports,
    );
    const take = (view: ReleasedEntry["view"]): boolean => {
      eachMatch(view, selection, (pack, entry) => {
        if (!seen.has(`${type}/${pack.ids[entry]}`)) found.push({ view, pack, entry });
        return found.length <= LIMITS.included_entries_max;
      });
      return found.length <= LIMITS.included_entries_max;
    };
    await eachVisible(candidates, BEFORE_ALL, take, { looking, ports });
  }
  return found;
}
