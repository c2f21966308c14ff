import type { ServedType } from "#profiles/interactions.ts";
import { LIMITS } from "../limits.ts";
import { hasToken } from "../search/match.ts";
import { createOrder, type Order, TopMatches } from "../search/page.ts";
import type { Cursor } from "../search/page-token.ts";
import type { Question } from "../search/search-query.ts";
import type { TokenHash } from "../search/token-hash.ts";
import { hasChains, QuestionRefused, withoutChains } from "./ask.ts";
import {
  type Candidates,
  candidatesOf,
  compartmentOf,
  isNarrow,
  type Looking,
  patientRecord,
  together,
} from "./candidates.ts";
import { BEFORE_ALL, eachVisible } from "./collections.ts";
import type { VisiblePerson, VisibleRecord } from "./record-reader.ts";
import { Withheld } from "./search-audit.ts";
import { eachMatch, type Membership, type Selection, toSelection } from "./search-matches.ts";
import { toMembership } from "./search-membership.ts";
import { createTypedOrder, rankOf } from "./search-order.ts";
import type { FoundMatch, Search, SearchPorts } from "./search-request.ts";

export interface Found {
  readonly page: readonly FoundMatch[];
  readonly hasMore: boolean;
  readonly total: number | undefined;
  readonly withheld: Withheld;
}

/**
 * candidates → visible records → matches → page. Throws QuestionRefused when an inner question cannot be answered.
 */
export async function findMatches(search: Search, looking: Looking, ports: SearchPorts): Promise<Found> {
  const { query, page } = search;
  const { questions } = search;
  const hasInner = questions.some((question) => hasChains(question, looking));
  const asked = hasInner ? await plainQuestions(questions, looking, ports) : questions;
  const [only] = asked;
  const candidates =
    only !== undefined && asked.length === 1 && search.patientId === undefined
      ? await candidatesOf(only, looking, ports)
      : await whereToLook(search, asked, { looking, ports });
  // By the question alone: whether a look-up found too much tells of what is hidden.
  const wantsTotal =
    query.count === 0 || (query.total === undefined ? isCountable(search, asked) : query.total !== "none");
  const order = asked.length === 1 ? createOrder(query.sort) : createTypedOrder(query.sort);
  const isInOrder = order.isRecordOrder || (order.isPackOrder && isOneRecord(candidates));
  const matching: Matching = {
    selections: asked
      .map((question) => toSelection(question, withinOf(search, question, ports)))
      .sort((a, b) => rankOf(a.type) - rankOf(b.type)),
    order,
    isInOrder,
    wantsTotal,
    cursor: page.cursor,
    size: query.count + 1,
    isNamed: whomItNames(search, asked),
  };
  if (search.pick) return pickFrom({ ...matching, pick: search.pick }, candidates, { looking, ports });
  const collecting = collect(matching);
  const after = isInOrder && !wantsTotal && page.cursor ? page.cursor.record - 1 : BEFORE_ALL;
  const isOfPatients = query.inclusions.length === 0 && asked.every(isOfAnyPatient);
  await eachVisible(candidates, after, collecting.take, { looking, ports, types: typesOf(matching), isOfPatients });
  const { withheld, kept, total } = collecting;
  return { ...toPage(kept.first(), query.count), total: wantsTotal ? total() : undefined, withheld };
}

async function plainQuestions(
  questions: readonly Question[],
  looking: Looking,
  ports: SearchPorts,
): Promise<readonly Question[]> {
  const asked: Question[] = [];
  for (const question of questions) asked.push(await withoutChains(question, looking, ports));
  return asked;
}

/** Whoever names a child by an id or a number goes on to ask for the rest of its record. */
function isOfAnyPatient({ type, lead }: Question): boolean {
  return type === "Patient" && lead?.kind !== "id" && lead?.kind !== "identifier";
}

function toPage(found: readonly FoundMatch[], count: number): Pick<Found, "page" | "hasMore"> {
  if (found.length <= count) return { page: found, hasMore: false };
  return { page: found.slice(0, count), hasMore: count > 0 };
}

/** All that is found has to be there before anything can be picked from it: a page is a part of what was picked. */
async function pickFrom(
  matching: Matching & { readonly pick: NonNullable<Search["pick"]> },
  candidates: Candidates,
  { looking, ports }: { readonly looking: Looking; readonly ports: SearchPorts },
): Promise<Found> {
  const { pick, order, cursor, size } = matching;
  const max = LIMITS.chained_resources_max;
  const { take, kept, withheld } = collect({ ...matching, cursor: undefined, wantsTotal: false, size: max + 1 });
  await eachVisible(candidates, BEFORE_ALL, take, { looking, ports, types: typesOf(matching) });
  const all = kept.first();
  if (all.length > max) throw new QuestionRefused({ kind: "too-costly", parameter: "patient", max });
  const picked = pick(all);
  const after = cursor ? picked.filter((match) => order.compare(match, cursor) > 0) : picked;
  return { ...toPage(after, size - 1), total: picked.length, withheld };
}

/** Whether the question itself keeps what is to be counted small. */
function isCountable({ patientId }: Search, asked: readonly Question[]): boolean {
  return patientId === undefined ? asked.every(isNarrow) : asked.every(({ type }) => type !== "AuditEvent");
}

/** A compartment that is hidden is as empty as one that does not exist. */
async function whereToLook(
  { patientId }: Search,
  asked: readonly Question[],
  { looking, ports }: { readonly looking: Looking; readonly ports: SearchPorts },
): Promise<Candidates> {
  const home = patientId === undefined ? undefined : await patientRecord(patientId, looking, ports);
  if (patientId !== undefined && !home) return together([]);
  const all: Candidates[] = [];
  for (const question of asked) {
    all.push(
      home && !isOfLinked(asked)
        ? await compartmentOf(home.key, question, looking, ports)
        : await candidatesOf(question, looking, ports),
    );
  }
  return together(all);
}

/** Patients that link to one stand in records of their own; asked for alone, they are looked for everywhere. */
function isOfLinked(asked: readonly Question[]): boolean {
  return asked.length === 1 && asked[0]?.type === "Patient";
}

function withinOf({ patientId }: Search, { type }: Question, { fhirBase }: SearchPorts): Membership | undefined {
  return patientId === undefined ? undefined : toMembership(type, patientId, fhirBase);
}

/**
 * Whether a question names a child: by its id, in a compartment too, or by a number that the requester sees. To look for a
 * child and find nothing is to learn something of it.
 */
function whomItNames({ patientId }: Search, asked: readonly Question[]): (view: VisiblePerson) => boolean {
  const ids = patientId === undefined ? [] : [patientId];
  const hashes: TokenHash[] = [];
  for (const { lead } of asked) {
    if (lead?.kind === "id" && lead.type === "Patient") ids.push(...lead.ids);
    if (lead?.kind === "identifier") for (const { hash } of lead.identifiers) hashes.push(hash);
  }
  if (ids.length + hashes.length === 0) return () => false;
  return ({ identity, patientId: id }) => identity.size > 0 && (ids.includes(id) || hasToken(identity, 0, hashes));
}

function isOneRecord({ known, children, canonicals, auditEvents }: Candidates): boolean {
  return !children && !auditEvents && known.length + Number(canonicals) === 1;
}

function typesOf({ selections }: Matching): readonly ServedType[] {
  return selections.map(({ type }) => type);
}

interface Matching {
  /** In the order in which their types stand in a record. */
  readonly selections: readonly Selection[];
  readonly order: Order;
  /** Whether matches come in the order of the answer: then the first are the page. */
  readonly isInOrder: boolean;
  readonly wantsTotal: boolean;
  readonly cursor: Cursor | undefined;
  readonly size: number;
  readonly isNamed: (view: VisiblePerson) => boolean;
}

/** What it is ordered by is looked up where anything is compared by it: most pages are found in their order. */
class OrderedMatch implements FoundMatch {
  readonly view: VisibleRecord;
  readonly record: number;
  readonly pack: FoundMatch["pack"];
  readonly entry: number;
  readonly #order: Order;
  #values: FoundMatch["values"] | undefined;

  constructor(view: VisibleRecord, pack: FoundMatch["pack"], entry: number, order: Order) {
    this.view = view;
    this.record = view.key;
    this.pack = pack;
    this.entry = entry;
    this.#order = order;
  }

  get values(): FoundMatch["values"] {
    this.#values ??= this.#order.valuesOf(this.pack, this.entry);
    return this.#values;
  }
}

/** Keeps the first of what is found after the cursor, and counts the rest if a total is wanted. */
function collect({ selections, order, isInOrder, wantsTotal, cursor, size, isNamed }: Matching) {
  const kept = new TopMatches<FoundMatch>(order, size, isInOrder);
  const withheld = new Withheld(isNamed);
  let total = 0;
  const wantsMore = (): boolean => wantsTotal || !isInOrder || !kept.isFull;
  const take = (view: VisibleRecord): boolean => {
    withheld.note(view);
    const found = (pack: FoundMatch["pack"], entry: number): boolean => {
      total++;
      if (isInOrder && kept.isFull) return wantsTotal;
      const match = new OrderedMatch(view, pack, entry, order);
      if (!cursor || order.compare(match, cursor) > 0) kept.offer(match);
      return wantsMore();
    };
    for (const selection of selections) eachMatch(view, selection, found, withheld);
    return wantsMore();
  };
  return { kept, withheld, take, total: () => total };
}
