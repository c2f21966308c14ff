import type { SourceIdentity } from "#mappers/mapper.ts";
import type { AlikeChild, ReadVerbs, RecordKey } from "../store/store.ts";
import { type CandidateFinder, describing, type Found, type KnownRecord } from "./find-candidates.ts";
import { differs } from "./judge-numbers.ts";
import type { Comparable, Graded } from "./matcher/matcher.ts";
import { areInScope } from "./matching-scope.ts";
import {
  type LinkingNumber,
  linkingNhsNumber,
  linkingUpn,
  linkingValue,
  toAwaitedKeys,
  toIdentityKey,
} from "./numbers.ts";
import { type Candidate, type Facts, isOfAnother } from "./rules.ts";
import { TRACED_SUFFIX, toTracedLocalId } from "./traced-name.ts";

/** What is asked of the store about a source record's child. */
export type ResolvingReads = Pick<
  ReadVerbs,
  "linkOf" | "identityKeyHolders" | "findAlike" | "sourceChildrenOf" | "neverLinked"
>;

export interface Asked<C extends Comparable> {
  readonly source: string;
  readonly identity: SourceIdentity;
  readonly comparable: C;
  readonly describesChild: boolean;
  /** The record that this child does not leave, whatever is certain. */
  readonly staysIn?: RecordKey | undefined;
  /** The national register took the NHS number that is told out of use. */
  readonly isVoid: boolean;
}

/** What is known beside the facts, for writing the decision down. */
export interface Gathered {
  readonly facts: Facts;
  /** What the source said of the child before. */
  readonly before: SourceIdentity | undefined;
}

/** Looks up all that the rules must know; writes nothing. */
export async function gatherFacts<C extends Comparable>(
  reads: ResolvingReads,
  asked: Asked<C>,
  finder: CandidateFinder<C>,
): Promise<Gathered> {
  const own = finder.scope.authorityOf(asked.source);
  const linked = asked.staysIn ?? (await reads.linkOf(asked.source, asked.identity.localId))?.record;
  const gathering = { reads, asked, finder };
  if (linked === undefined) {
    const numbers = await holdersOf(gathering, { authorities: [own], never: [] });
    const alike = await findAlike(gathering, { authorities: [own], never: [], except: [] });
    return { facts: { ...numbers, ...alike }, before: undefined };
  }
  return gatherLinked(gathering, linked);
}

interface Gathering<C extends Comparable> {
  readonly reads: ResolvingReads;
  readonly asked: Asked<C>;
  readonly finder: CandidateFinder<C>;
  /** The record that the child stays in whatever holds its numbers, so that nothing need be compared with it. */
  readonly staying?: KnownRecord | undefined;
}

/** The child was told of before: what stands in its record decides whether it may leave it. */
async function gatherLinked<C extends Comparable>(gathering: Gathering<C>, record: RecordKey): Promise<Gathered> {
  const { reads, asked, finder } = gathering;
  const { source, identity, describesChild, staysIn } = asked;
  const all = (await finder.known(reads, record)) ?? { record, children: [], authorities: [] };
  const isSelf = (child: AlikeChild): boolean => child.source === source && child.localId === identity.localId;
  const before = all.children.find(isSelf)?.identity;
  const strangers = all.children.filter((child) => !isSelf(child));
  // What this source said before is replaced by what it says now, so only the others can contradict it; and of them
  // none that does not describe the child contradicts one that does.
  const others = strangers.filter((child) => !(describesChild && child.identity.describesNobody === true));
  const stays = staysIn !== undefined;
  const isReused = !stays && describesChild && isOfAnother(identity, toNumbers(all.children));
  const isAlone = !stays && strangers.every((child) => isTracedOf(asked, child) && !tellsOther(identity, child));
  const mayMove = !stays && !isReused && !describesChild && others.length === 0;
  const own = finder.scope.authorityOf(source);
  const authorities = isAlone || isReused || mayMove ? [own] : [...new Set([own, ...all.authorities])];
  const never = await reads.neverLinked(record);
  const linked = {
    ...(await toCandidate(gathering, { record, children: others, authorities: all.authorities })),
    authorities,
  };
  const staying = isReused || mayMove ? undefined : all;
  const numbers = await holdersOf({ ...gathering, staying }, { authorities, never });
  const isTold = describesChild || stays;
  const looks = isReused || mayMove || (isTold && before !== undefined && isChanged(before, identity));
  const alike = looks ? await findAlike(gathering, { authorities, never, except: [record] }) : NOBODY_ALIKE(finder);
  return {
    facts: {
      ...numbers,
      ...alike,
      linked,
      ...(isReused ? { isReused } : {}),
      ...(mayMove ? { mayMove } : {}),
      ...(isAlone && describesChild && !isReused ? { isAlone } : {}),
    },
    before,
  };
}

function isChanged(before: SourceIdentity, now: SourceIdentity): boolean {
  return (["given", "family", "birthDate", "postcode"] as const).some((field) => before[field] !== now[field]);
}

/** What a national register told of this child, beside its source. */
function isTracedOf<C extends Comparable>(
  { source, identity: { localId } }: Asked<C>,
  child: Pick<AlikeChild, "source" | "localId">,
): boolean {
  return child.localId === toTracedLocalId({ source, localId }) && child.source.endsWith(TRACED_SUFFIX);
}

/** A number that the register gave the child is no other than the one that is told now. */
function tellsOther(identity: SourceIdentity, traced: AlikeChild): boolean {
  const known = linkingNhsNumber(traced.identity);
  return known !== undefined && differs(linkingNhsNumber(identity), [known]);
}

interface Within {
  readonly authorities: readonly string[];
  /** Records that a person has decided to be of another child. */
  readonly never: readonly RecordKey[];
}

async function holdersOf<C extends Comparable>(
  gathering: Gathering<C>,
  within: Within,
): Promise<
  Pick<Facts, "describesNobody" | "isVoid" | "nhsNumberHolders" | "nhsNumberAwaiter" | "upnHolders" | "upnAwaiter">
> {
  const { isVoid } = gathering.asked;
  const nhsNumber = isVoid ? NO_HOLDERS : await holdersOfNumber(gathering, "nhs-number", within);
  const upn = await holdersOfNumber(gathering, "upn", within);
  return {
    ...(gathering.asked.describesChild ? {} : { describesNobody: true }),
    ...(isVoid ? { isVoid } : {}),
    nhsNumberHolders: nhsNumber.holders,
    nhsNumberAwaiter: nhsNumber.awaiter,
    upnHolders: upn.holders,
    upnAwaiter: upn.awaiter,
  };
}

interface Holders {
  readonly holders: readonly Candidate[];
  readonly awaiter?: Candidate;
}

const NO_HOLDERS: Holders = { holders: [] };

/** Records in scope that hold a number, those of the asker's own authority first; or the one that waits for it. */
async function holdersOfNumber<C extends Comparable>(
  gathering: Gathering<C>,
  number: LinkingNumber,
  within: Within,
): Promise<Holders> {
  const { reads, asked, finder, staying } = gathering;
  const value = linkingValue(number, asked.identity);
  if (value === undefined) return NO_HOLDERS;
  const tellers = async (key: string): Promise<readonly Candidate[]> => {
    const candidates: Candidate[] = [];
    for (const record of await reads.identityKeyHolders(key)) {
      const known = record === staying?.record ? staying : await finder.known(reads, record);
      if (known === undefined || !areInScope(within.authorities, known.authorities, finder.scope)) continue;
      // Whoever had the number may have been told another one since.
      if (!known.children.some(({ identity }) => linkingValue(number, identity) === value)) continue;
      const [graded] = known === staying ? [] : finder.grade(asked.comparable, [known]);
      candidates.push(await toCandidate(gathering, known, { graded, never: within.never }));
    }
    return candidates;
  };
  const own = finder.scope.authorityOf(asked.source);
  const holders = await tellers(toIdentityKey(number, value));
  if (holders.length > 0) {
    const isOwn = ({ authorities }: Candidate): boolean => authorities.includes(own);
    return { holders: holders.toSorted((left, right) => Number(isOwn(right)) - Number(isOwn(left))) };
  }
  const awaiters: Candidate[] = [];
  for (const key of toAwaitedKeys(number, value, asked.identity)) awaiters.push(...(await tellers(key)));
  const { birthDate } = asked.identity;
  const agreeing = awaiters.find(({ birthDates }) => birthDate !== undefined && birthDates.includes(birthDate));
  const awaiter = agreeing ?? awaiters[0];
  return awaiter === undefined ? NO_HOLDERS : { holders: [], awaiter };
}

function NOBODY_ALIKE<C extends Comparable>({ scope }: CandidateFinder<C>): Pick<Facts, "alike" | "matches"> {
  return { alike: [], matches: scope.matches };
}

async function findAlike<C extends Comparable>(
  gathering: Gathering<C>,
  { never, ...search }: Within & { readonly except: readonly RecordKey[] },
): Promise<Pick<Facts, "alike" | "isCut" | "matches">> {
  const { reads, asked, finder } = gathering;
  const { graded, isCut }: Found = await finder.find(reads, asked.comparable, {
    ...search,
    ...(asked.describesChild ? { source: asked.source } : {}),
  });
  const alike: Candidate[] = [];
  for (const [place, one] of graded.entries()) {
    if (one.grade === "certainly-not" && one.veto === undefined) continue;
    alike.push(await toCandidate(gathering, one.candidate, { graded: one, never, isChosen: place === 0 }));
  }
  return { alike, isCut, matches: finder.scope.matches };
}

function toNumbers(children: readonly AlikeChild[]): Pick<Candidate, "birthDates" | "nhsNumbers" | "upns"> {
  const telling = describing(children);
  return {
    birthDates: telling.flatMap(({ identity }) => identity.birthDate ?? []),
    nhsNumbers: telling.flatMap(({ identity }) => linkingNhsNumber(identity) ?? []),
    upns: telling.flatMap(({ identity }) => linkingUpn(identity) ?? []),
  };
}

async function toCandidate<C extends Comparable>(
  { reads, asked }: Gathering<C>,
  { record, children, authorities }: KnownRecord,
  told: {
    readonly graded?: Graded<KnownRecord> | undefined;
    readonly never?: readonly RecordKey[];
    /** False where the record is not going to be chosen, so that nobody asks how it is found. */
    readonly isChosen?: boolean;
  } = {},
): Promise<Candidate> {
  const { graded, never = [], isChosen = true } = told;
  const numbers = toNumbers(children);
  let isFindable = false;
  for (const value of isChosen ? new Set(numbers.nhsNumbers) : []) {
    isFindable ||= (await reads.identityKeyHolders(toIdentityKey("nhs-number", value))).includes(record);
  }
  const bar = barOf({ record, children }, asked, never);
  return {
    record,
    authorities,
    ...numbers,
    isFindable,
    ...(graded === undefined ? {} : { graded: withoutCandidate(graded) }),
    ...(bar === undefined ? {} : { bar }),
  };
}

function withoutCandidate({ candidate: _, ...graded }: Graded<KnownRecord>): NonNullable<Candidate["graded"]> {
  return graded;
}

function barOf<C extends Comparable>(
  { record, children }: Pick<KnownRecord, "record" | "children">,
  { source, identity: { localId }, describesChild }: Asked<C>,
  never: readonly RecordKey[],
): Candidate["bar"] {
  if (never.includes(record)) return "do-not-link";
  const isOfSame = (child: AlikeChild): boolean => child.source === source && child.localId !== localId;
  return describesChild && children.some(isOfSame) ? "same-source" : undefined;
}
