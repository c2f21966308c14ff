import { isRecordType, SERVED_RESOURCES, type ServedType } from "#profiles/interactions.ts";
import { hasScope } from "../access/scope.ts";
import { LIMITS } from "../limits.ts";
import type { Inclusion } from "../search/search-query.ts";
import { around, type CandidatePorts, type Candidates, type Looking } from "./candidates.ts";
import { linkedRecords, union } from "./candidates-leads.ts";
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
    const codes = referenceCodes(type, code);
    const condition = toReferenceCondition(type, codes, targets.map(nameOf), ports.fhirBase);
    const selection = toSelection({ type, conditions: [condition], lead: undefined });
    const near = await around(
      targets.map(({ view }) => view),
      type,
      looking,
      ports,
    );
    const candidates =
      type === "Patient" && codes.includes("link")
        ? await withLinking(near, targets, { looking, ports, isNamed: source !== "*" })
        : near;
    const take = (view: ReleasedEntry["view"]): boolean => {
      eachMatch(view, selection, (pack, entry) => {
        if (!seen.has(`${type}/${pack.ids[entry]}`)) found.push({ view, pack, entry });
        return found.length <= LIMITS.included_entries_max;
      });
      return found.length <= LIMITS.included_entries_max;
    };
    await eachVisible(candidates, BEFORE_ALL, take, { looking, ports, types: [type] });
  }
  return found;
}

/**
 * Patients that a decision links are told on both sides. One that links to another by itself is found by going through all
 * children, for which it must be asked by name.
 */
async function withLinking(
  near: Candidates,
  targets: readonly ReleasedEntry[],
  { looking, ports, isNamed }: { looking: Looking; ports: CandidatePorts; isNamed: boolean },
): Promise<Candidates> {
  const ids = targets.flatMap(({ pack, entry }) => (pack.types[entry] === "Patient" ? [pack.ids[entry] ?? ""] : []));
  if (ids.length === 0) return near;
  const linked = await linkedRecords({ kind: "linked", ids }, looking, ports);
  return { ...near, known: union(near.known, linked), children: near.children || isNamed };
}
