import type { ServedType } from "#profiles/interactions.ts";
import { hasToken, meetsConditions } from "../search/match.ts";
import type { Pack } from "../search/pack.ts";
import type { Condition, Question } from "../search/search-query.ts";
import type { TokenHash } from "../search/token-hash.ts";
import type { VisibleRecord } from "./record-reader.ts";

/** A question made ready to be held against many entries: cheap conditions apart from dear ones. */
export interface Selection {
  readonly type: ServedType;
  readonly within: Membership | undefined;
  readonly byKeys: readonly Condition[];
  /** Those for which a body has to be parsed. */
  readonly byResource: readonly Condition[];
  /** Each has to be met by the child whose record it is. */
  readonly byChild: readonly (readonly TokenHash[])[];
}

/** What makes an entry a member of what is searched at all, as of a compartment: one of the keys, or what the body says. */
export interface Membership {
  readonly hashes: readonly TokenHash[];
  isMember?(pack: Pack, entry: number): boolean;
}

const NONE: readonly never[] = [];

const SELECTIONS = new WeakMap<Question, Selection>();

/** A question that is asked in the same words again is the same object, and ready already. */
export function toSelection(question: Question, within?: Membership): Selection {
  if (within !== undefined) return makeSelection(question, within);
  const known = SELECTIONS.get(question);
  if (known !== undefined) return known;
  const made = makeSelection(question, undefined);
  SELECTIONS.set(question, made);
  return made;
}

function makeSelection({ type, conditions }: Question, within: Membership | undefined): Selection {
  const isPlain = conditions.every(({ kind }) => kind !== "resource" && kind !== "child-identifier");
  if (isPlain) return { type, within, byKeys: conditions, byResource: NONE, byChild: NONE };
  return {
    type,
    within,
    byKeys: conditions.filter(({ kind }) => kind !== "resource" && kind !== "child-identifier"),
    byResource: conditions.filter(({ kind }) => kind === "resource"),
    byChild: conditions.flatMap((condition) =>
      condition.kind === "child-identifier" ? [condition.identifiers.map(({ hash }) => hash)] : [],
    ),
  };
}

/** What met the conditions and is held back all the same: for the audit record alone. */
export interface Tally {
  withheld: number;
}

/**
 * Shows every visible entry of one record that meets a selection, in pack order, until `found` has enough. Conditions
 * that need the body are looked at last, and never in what is hidden.
 */
export function eachMatch(
  view: VisibleRecord,
  { type, within, byKeys, byResource, byChild }: Selection,
  found: (pack: Pack, entry: number) => boolean,
  tally?: Tally,
): void {
  for (const hashes of byChild) {
    if (view.identity.size === 0 || !hasToken(view.identity, 0, hashes)) return;
  }
  const isPatient = type === "Patient";
  const pack = isPatient ? view.patient : view.pack;
  const { types, size } = pack;
  for (let entry = 0; entry < size; entry++) {
    if (types[entry] !== type || !meetsConditions(pack, entry, byKeys)) continue;
    if (!isPatient && !view.isVisible(entry)) {
      if (tally) tally.withheld++;
      continue;
    }
    if (within && !hasToken(pack, entry, within.hashes) && !within.isMember?.(pack, entry)) continue;
    if (byResource.length > 0 && !meetsConditions(pack, entry, byResource)) continue;
    if (!found(pack, entry)) return;
  }
}
