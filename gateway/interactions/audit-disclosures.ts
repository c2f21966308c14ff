import type { Patient } from "@medplum/fhirtypes";
import { NHS_NUMBER } from "#profiles/systems.ts";
import type { AuditLog, AuditRecord, Disclosure } from "../audit/audit.ts";
import type { Label } from "../disclosure/labels/label.ts";
import { handlingOf } from "../disclosure/labels/rank.ts";
import { type Pack, resourceBytes } from "../search/pack.ts";
import type { VisiblePerson, VisibleRecord } from "./record-reader.ts";

/** The part of a record that says what was released: a row a child, and apart what is of no child. */
export type Disclosed = Pick<AuditRecord, "disclosures" | "released">;

/** A resource on its way out, and as part of what it is seen. */
export interface Leaving {
  readonly view: VisiblePerson & Partial<Pick<VisibleRecord, "pack" | "labelsOf">>;
  readonly pack: Pack;
  readonly entry: number;
}

/** Of whom a question tells something even where nothing of them leaves. */
export interface LookedAt {
  /** How many resources of a child were held back. */
  readonly heldBack: ReadonlyMap<VisiblePerson, number>;
  /** Children whom the question names and the requester sees. */
  readonly named: ReadonlySet<VisiblePerson>;
}

const NOBODY: LookedAt = { heldBack: new Map(), named: new Set() };

/** A row for every child of whom anything leaves or was held back, or whom the question names. */
export function toDisclosed(
  entries: readonly Leaving[],
  audit: AuditLog,
  { heldBack, named }: LookedAt = NOBODY,
): Disclosed {
  const only = onlyChildOf(entries, { heldBack, named });
  if (only) return { disclosures: [toRow(only, entries, audit)] };
  const byChild = new Map<VisiblePerson, Leaving[]>();
  const shared: string[] = [];
  for (const entry of entries) {
    if (entry.view.patientId === "") {
      shared.push(nameOf(entry));
      continue;
    }
    const own = byChild.get(entry.view);
    if (own === undefined) byChild.set(entry.view, [entry]);
    else own.push(entry);
  }
  for (const view of [...named, ...heldBack.keys()]) if (!byChild.has(view)) byChild.set(view, []);
  const disclosures = [...byChild].map(([view, own]): Disclosure => {
    const row = toRow(view, own, audit, heldBack.get(view));
    return own.length === 0 && named.has(view) ? { ...row, isNamed: true } : row;
  });
  return {
    ...(disclosures.length > 0 && { disclosures }),
    ...(shared.length > 0 && { released: shared }),
  };
}

/** The child whose all of an answer is, as nearly always; absent where anybody else, or what was held back, is to be told. */
function onlyChildOf(entries: readonly Leaving[], { heldBack, named }: LookedAt): VisiblePerson | undefined {
  const view = entries[0]?.view;
  if (view === undefined || view.patientId === "" || heldBack.size > 0) return undefined;
  if (named.size > Number(named.has(view))) return undefined;
  return entries.every((entry) => entry.view === view) ? view : undefined;
}

function toRow(view: VisiblePerson, own: readonly Leaving[], audit: AuditLog, count?: number): Disclosure {
  return toDisclosure(view, own.map(nameOf), { audit, labelled: labelledOf(own), count });
}

function nameOf({ pack, entry }: Leaving): string {
  return pack.names[entry] ?? "";
}

function toDisclosure(
  view: VisiblePerson,
  released: readonly string[],
  facts: { readonly audit: AuditLog; readonly labelled: Labelled; readonly count: number | undefined },
): Disclosure {
  const { audit, labelled, count } = facts;
  const { texts } = labelled;
  const standing = standingOf(view, audit);
  return {
    ...standing,
    released,
    labels: texts.length > 0 ? texts : undefined,
    withheld: count === undefined ? undefined : { count, rules: standing.decidedBy ?? [] },
    family: labelled.isUnsafe ? "unsafe" : standing.family,
  };
}

/** Handling under which a family is not told who saw its record. */
const UNSAFE: ReadonlySet<string> = new Set(["PDS-R", "domestic-abuse-address", "do-not-inform-family"]);

/** What a row says of labels: each as `system|code`. */
interface Labelled {
  readonly texts: readonly string[];
  readonly isUnsafe: boolean;
}

const UNLABELLED: Labelled = { texts: [], isUnsafe: false };
const LABELLED = new WeakMap<readonly Label[], Labelled>();

/** Entries of one kind share their labels, which are made into words once. */
function labelledOf(entries: readonly Leaving[]): Labelled {
  const kinds: (readonly Label[])[] = [];
  for (const { view, pack, entry } of entries) {
    // The Patient is a pack of its own, and folded: labels are told of what stands in the record.
    const own = pack === view.pack ? view.labelsOf?.(entry) : undefined;
    if (own !== undefined && !kinds.includes(own)) kinds.push(own);
  }
  const [only] = kinds;
  if (only === undefined) return UNLABELLED;
  if (kinds.length === 1) return inWords(only);
  const each = kinds.map(inWords);
  return {
    texts: [...new Set(each.flatMap(({ texts }) => texts))],
    isUnsafe: each.some(({ isUnsafe }) => isUnsafe),
  };
}

function inWords(labels: readonly Label[]): Labelled {
  const known = LABELLED.get(labels);
  if (known !== undefined) return known;
  const texts = [...new Set(labels.map(({ system, code }) => `${system}|${code}`))];
  const made = { texts, isUnsafe: handlingOf(labels).some((code) => UNSAFE.has(code)) };
  LABELLED.set(labels, made);
  return made;
}

type Standing = Pick<Disclosure, "patient" | "number" | "decidedBy" | "family" | "override">;

const STANDING = new WeakMap<VisiblePerson, Standing>();

/** What every disclosure of a view repeats; a view is the same object while nothing of its record changes. */
function standingOf(view: VisiblePerson, audit: AuditLog): Standing {
  const known = STANDING.get(view);
  if (known !== undefined) return known;
  const { patientId, rules, override, isRestricted } = view;
  const number = numberOf(view, audit);
  const decidedBy = rules.filter((rule) => !rule.startsWith("agreement/"));
  // A restricted child's family is told nothing, whatever was decided on telling it.
  const family = isRestricted ? "unsafe" : override?.family;
  const standing: Standing = {
    patient: patientId,
    number,
    decidedBy: decidedBy.length > 0 ? decidedBy : undefined,
    family,
    override: override && { kind: override.kind, decision: override.decision },
  };
  STANDING.set(view, standing);
  return standing;
}

/** The child's NHS number as the requester sees it, hashed under the log's key. */
function numberOf({ identity }: VisiblePerson, audit: AuditLog): string | undefined {
  if (identity.size === 0 || audit.pseudonym === undefined) return undefined;
  const { identifier = [] }: Patient = JSON.parse(resourceBytes(identity, 0).toString());
  const value = identifier.find(({ system }) => system === NHS_NUMBER)?.value;
  return value === undefined ? undefined : audit.pseudonym(value);
}

/** A version or a written resource on its way out: it stands in no pack. */
export interface LeavingVersion {
  /** Logical id of the Patient in whose record it stands; empty for a shared record. */
  readonly patientId: string;
  /** `Type/id/version`; empty where nothing of it leaves. */
  readonly name: string;
  /** The child as the requester sees it now, where that is known. */
  readonly view?: VisiblePerson | undefined;
}

export function toDisclosedVersions(leaving: readonly LeavingVersion[], audit: AuditLog): Disclosed {
  const byChild = Map.groupBy(leaving, ({ patientId }) => patientId);
  const shared = namesOf(byChild.get("") ?? []);
  byChild.delete("");
  const disclosures = [...byChild].map(([patient, own]): Disclosure => {
    const view = own.find((one) => one.view?.patientId === patient)?.view;
    const released = namesOf(own);
    return view
      ? toDisclosure(view, released, { audit, labelled: UNLABELLED, count: undefined })
      : { patient, released };
  });
  return {
    ...(disclosures.length > 0 && { disclosures }),
    ...(shared.length > 0 && { released: shared }),
  };
}

function namesOf(leaving: readonly LeavingVersion[]): readonly string[] {
  return leaving.flatMap(({ name }) => (name === "" ? [] : [name]));
}

/** Whose record was looked at, where nothing of it leaves. */
export function withoutReleased({ disclosures }: Disclosed): Disclosed {
  return disclosures === undefined ? {} : { disclosures: disclosures.map((one) => ({ ...one, released: [] })) };
}
