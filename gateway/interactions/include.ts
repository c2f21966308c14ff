import type { OperationOutcome } from "@medplum/fhirtypes";
import { isRecordType } from "#profiles/interactions.ts";
import { hasScope } from "../access/scope.ts";
import { LIMITS } from "../limits.ts";
import type { Inclusion } from "../search/search-query.ts";
import type { CandidatePorts, Looking } from "./candidates.ts";
import { referencesOf } from "./include-references.ts";
import { referringEntries } from "./include-reverse.ts";
import { findVisible } from "./read-visible.ts";
import { nameOf, type ReleasedEntry } from "./search-request.ts";

export interface Included {
  readonly entries: readonly ReleasedEntry[];
  /** A whole entry that says what was left out for size. */
  readonly outcome: Buffer | undefined;
}

interface Including {
  readonly looking: Looking;
  readonly ports: CandidatePorts;
}

export const NOTHING: Included = { entries: [], outcome: undefined };
/** How far `:iterate` follows; longer ways round than this only come from references in a circle of many. */
const ROUNDS_MAX = 20;

/**
 * The resources that `_include` and `_revinclude` add to a page: each once, each only as far as the requester may see
 * it, none of a type that the requester holds no scope for. https://hl7.org/fhir/R4/search.html#include
 */
export async function includedEntries(
  inclusions: readonly Inclusion[],
  matched: readonly ReleasedEntry[],
  including: Including,
): Promise<Included> {
  if (inclusions.length === 0 || matched.length === 0) return NOTHING;
  const seen = new Set(matched.map(nameOf));
  const entries: ReleasedEntry[] = [];
  const iterating = inclusions.filter(({ iterate }) => iterate);
  let frontier = matched;
  for (let round = 0; frontier.length > 0; round++) {
    const due = round === 0 ? inclusions : iterating;
    if (due.length === 0) break;
    if (round === ROUNDS_MAX) return { entries, outcome: CUT };
    const added: ReleasedEntry[] = [];
    for (const inclusion of due) {
      const found =
        inclusion.direction === "include"
          ? await referredEntries(inclusion, frontier, { ...including, seen })
          : await referringEntries(inclusion, frontier, { ...including, seen });
      for (const entry of found) {
        const name = nameOf(entry);
        if (seen.has(name)) continue;
        if (entries.length === LIMITS.included_entries_max) return { entries, outcome: CUT };
        seen.add(name);
        entries.push(entry);
        added.push(entry);
      }
    }
    frontier = added;
  }
  return { entries, outcome: undefined };
}

function toCutOutcome(): Buffer {
  const resource: OperationOutcome = {
    resourceType: "OperationOutcome",
    issue: [
      {
        severity: "warning",
        code: "too-costly",
        diagnostics: `_include and _revinclude add ${LIMITS.included_entries_max} resources to a page at most; others are left out of this one. Ask for smaller pages with _count, or for the others by a search of their own.`,
      },
    ],
  };
  return Buffer.from(JSON.stringify({ resource, search: { mode: "outcome" } }));
}

const CUT = toCutOutcome();

interface Following extends Including {
  readonly seen: ReadonlySet<string>;
}

/** What the entries of one source type refer to. */
async function referredEntries(
  { source, code, target }: Inclusion,
  frontier: readonly ReleasedEntry[],
  following: Following,
): Promise<readonly ReleasedEntry[]> {
  const { looking, ports, seen } = following;
  const found = new Map<string, ReleasedEntry>();
  for (const from of frontier) {
    if (source !== "*" && from.pack.types[from.entry] !== source) continue;
    for (const reference of referencesOf(from, code, ports.fhirBase)) {
      if (seen.has(reference) || found.has(reference)) continue;
      const [type = "", id = ""] = reference.split("/");
      if (!isRecordType(type) || (target !== undefined && target !== type)) continue;
      if (!hasScope(looking.requester.scopes, type, "r")) continue;
      const entry =
        findVisible(from.view, type, id) ?? (await ports.reader.find(type, id, looking.requester, looking.at));
      if (entry) found.set(reference, entry);
      if (found.size > LIMITS.included_entries_max) return [...found.values()];
    }
  }
  return [...found.values()];
}
