import type { SourceIdentity } from "#mappers/mapper.ts";
import { NHS_NUMBER, UPN } from "#profiles/systems.ts";
import { type AlikeAhead, type RecordKey, SHARED_ID_SPACE, type WriteTransaction } from "../store/store.ts";
import { type CandidateFinder, createCandidateFinder, type ScoringMatcher } from "./find-candidates.ts";
import { gatherFacts, type ResolvingReads } from "./gather-facts.ts";
import type { Comparable } from "./matcher/matcher.ts";
import { toPerson } from "./matcher/to-person.ts";
import type { MatchingScope } from "./matching-scope.ts";
import { LINKING_NUMBERS, linkingNhsNumber, linkingValue, toAwaitedKeys, toIdentityKey, toVoidKey } from "./numbers.ts";
import { type Decision, decide, type Facts, mergeByKind, type Review, RULES_VERSION } from "./rules.ts";

/** Answered by a person alone, since nothing that a source says later makes them certain. */
const FOR_A_PERSON = ["ambiguous", "identifier-conflict"] as const;

/** A source identity as it is kept: marked when its source does not describe the child. */
interface KeptIdentity extends SourceIdentity {
  readonly describesNobody?: true;
}

/** What a source has to do with the children that it names. */
export interface ResolveOptions {
  /**
   * False for a source that tells nothing to show of the person (a register of decisions). It takes no number: it waits
   * under it for a source that describes the child.
   */
  readonly describesChild?: boolean;
  /** The record in which the child is to stay, whatever is certain of others: a person sees that then. */
  readonly staysIn?: RecordKey;
}

/** Whose record a source record is, decided but not yet written. */
export interface Resolution {
  readonly source: string;
  readonly identity: SourceIdentity;
  /** Where the child is known already; `undefined` for a child of its own. */
  readonly record: RecordKey | undefined;
  /** Identifiers of what the source tells that are neither indexed nor served for this child. */
  readonly withheldIdentifiers: readonly { readonly system: string; readonly value: string }[];
  readonly decision: Decision;
  readonly facts: Facts;
  /** What the source said of the child before. */
  readonly before: SourceIdentity | undefined;
  /** Under which the child is found by those who come later. */
  readonly blockingKeys: readonly number[];
  /** All that is compared of the child, where one text can hold it. */
  readonly print: string | undefined;
}

export interface ApplyOptions {
  readonly patientId: string;
  /** The id was drawn just now, so that nobody need look whether it is taken. */
  readonly isDrawn?: boolean;
  /** Milliseconds since 1970. */
  readonly now: number;
  /** What the unit made before, and ends where it was when its child is another now. */
  readonly madeBefore?: readonly { readonly type: string; readonly id: string }[];
  /** Told the key of each number that the source tells no more of this child in that record: it may be another's now. */
  onReleased?(key: string): void;
}

export interface ChildResolver {
  /** Looks up what the store knows and decides; writes nothing, so that a record refused later leaves no trace. */
  resolve(
    reads: ResolvingReads,
    source: string,
    identity: SourceIdentity,
    options?: ResolveOptions,
  ): Promise<Resolution>;
  /** Writes a resolution down: the child if it is new, its numbers, the link with its evidence, and what to review. */
  apply(transaction: WriteTransaction, resolution: Resolution, options: ApplyOptions): Promise<RecordKey>;
  /** What `resolve` looks for of a child that it does not know, so that it can be read of many together. */
  alikeOf(source: string, identity: SourceIdentity, options?: Pick<ResolveOptions, "describesChild">): AlikeAhead;
  /** Under which a source's child is found, for who writes down what a source says without resolving it. */
  blockingKeysOf(identity: SourceIdentity): readonly number[];
  /** What is kept beside those keys. */
  printOf(identity: SourceIdentity): string | undefined;
  /** Within which it resolves. */
  readonly scope: MatchingScope;
}

/** Resolves whose record a source record is, within the matching scope of its source's authority. */
export function createChildResolver<C extends Comparable>(
  matcher: ScoringMatcher<C>,
  scope: MatchingScope,
): ChildResolver {
  const finder = createCandidateFinder(matcher, scope);
  const comparables = new WeakMap<SourceIdentity, C>();
  const toComparable = (identity: SourceIdentity): C => {
    const comparable = comparables.get(identity) ?? matcher.toComparable(toPerson(identity));
    comparables.set(identity, comparable);
    return comparable;
  };
  return {
    resolve: (reads, source, identity, options = {}) =>
      resolve(reads, { source, identity, ...options }, { finder, toComparable }),
    apply: applyResolution,
    alikeOf: (source, identity, { describesChild = true } = {}) =>
      finder.toAlike(toComparable(identity), describesChild ? source : undefined),
    blockingKeysOf: (identity) => matcher.blockingKeys(toComparable(identity)),
    printOf: (identity) => matcher.printOf(toComparable(identity)),
    scope,
  };
}

interface Resolving<C extends Comparable> {
  readonly finder: CandidateFinder<C>;
  readonly toComparable: (identity: SourceIdentity) => C;
}

async function resolve<C extends Comparable>(
  reads: ResolvingReads,
  told: ResolveOptions & { readonly source: string; readonly identity: SourceIdentity },
  { finder, toComparable }: Resolving<C>,
): Promise<Resolution> {
  const { source, identity, describesChild = true, staysIn } = told;
  const nhsNumber = linkingNhsNumber(identity);
  const isVoid = nhsNumber !== undefined && (await reads.identityKeyHolders(toVoidKey(nhsNumber))).length > 0;
  const { nhsNumber: _, ...numberless } = identity;
  const comparable = isVoid ? finder.matcher.toComparable(toPerson(numberless)) : toComparable(identity);
  const asked = { source, identity, comparable, describesChild, staysIn, isVoid };
  const { facts, before } = await gatherFacts(reads, asked, finder);
  const decision = decide(identity, facts);
  const withheldIdentifiers = decision.withheld.flatMap((number) => {
    const value = linkingValue(number, identity);
    return value === undefined ? [] : [{ system: number === "upn" ? UPN : NHS_NUMBER, value }];
  });
  const blockingKeys = finder.matcher.blockingKeys(comparable);
  // A number that is out of use was left out of what is compared here, and is not where others are compared with it.
  const print = isVoid ? undefined : finder.matcher.printOf(comparable);
  const { record } = decision;
  return { source, identity, record, withheldIdentifiers, decision, facts, before, blockingKeys, print };
}

async function applyResolution(
  transaction: WriteTransaction,
  resolution: Resolution,
  options: ApplyOptions,
): Promise<RecordKey> {
  const { source, identity, decision, facts } = resolution;
  const { localId } = identity;
  const record =
    resolution.record ?? (await transaction.createChild(options.patientId, SHARED_ID_SPACE, options.isDrawn));
  const kept: KeptIdentity = facts.describesNobody === true ? { ...identity, describesNobody: true } : identity;
  const { blockingKeys, print } = resolution;
  if (facts.linked?.record === record) {
    await transaction.putSourceIdentity(source, localId, kept, blockingKeys, print);
  } else {
    const author = `${RULES_VERSION}/${decision.rule}`;
    const { evidence } = decision;
    const link = { source, localId, record, author, evidence, decidedAt: options.now };
    await transaction.appendLink(link, { identity: kept, blockingKeys, print });
  }
  for (const key of await claimNumbers(transaction, record, resolution)) options.onReleased?.(key);
  const leftBehind = await leaveRecord(transaction, record, { resolution, options });
  for (const review of mergeByKind([...decision.reviews, ...leftBehind])) {
    await transaction.openReview({ ...review, source, localId, record, createdAt: options.now });
  }
  if (bringsNumber(resolution)) await closeUnlinked(transaction, record);
  return record;
}

/** The numbers that the source tells are claimed, those that it tells no more set free; answers with the keys of these. */
async function claimNumbers(
  transaction: WriteTransaction,
  record: RecordKey,
  { source, identity, decision, facts }: Resolution,
): Promise<readonly string[]> {
  const { localId } = identity;
  const told = new Map<string, boolean>();
  for (const number of LINKING_NUMBERS) {
    const value = linkingValue(number, identity);
    if (value === undefined || decision.contradicted.includes(number)) continue;
    const isWithheld = decision.withheld.includes(number);
    if (facts.describesNobody === true) {
      for (const key of isWithheld ? [] : toAwaitedKeys(number, value, identity)) told.set(key, false);
    } else told.set(toIdentityKey(number, value), isWithheld);
  }
  const claims = facts.linked === undefined ? [] : await transaction.identityClaimsOf(source, localId);
  const released = claims.filter(({ key }) => !told.has(key)).map(({ key }) => key);
  for (const key of released) await transaction.releaseIdentityKey(key, source, localId);
  for (const [key, isWithheld] of told) {
    const claim = claims.find((one) => one.key === key);
    if (claim?.record === record && claim.isWithheld === isWithheld) continue;
    if (claim !== undefined && claim.record !== record) await transaction.releaseIdentityKey(key, source, localId);
    await transaction.claimIdentityKey({ key, record, source, localId, isWithheld });
  }
  return released;
}

/**
 * Closes what this decision answers: a number has come, or the child has joined the one whose number it told. Answers
 * with what is in doubt now: of a child that left its record, other rows may still stand there.
 */
async function leaveRecord(
  transaction: WriteTransaction,
  record: RecordKey,
  told: { readonly resolution: Resolution; readonly options: ApplyOptions },
): Promise<readonly Review[]> {
  const { source, identity, decision, facts } = told.resolution;
  const { linked } = facts;
  const stillOpen = decision.reviews.map(({ kind }) => kind);
  const leftBehind: Review[] = [];
  let isAnswered = false;
  if (linked !== undefined && linked.record !== record) {
    await transaction.removeContribution(linked.record, source, identity.localId, told.options.now);
    const ended = new Set(told.options.madeBefore?.map(({ type, id }) => `${type}/${id}`));
    const left = (await transaction.record(linked.record))?.resources ?? [];
    const isEmptied = left.every(({ type, id }) => ended.has(`${type}/${id}`));
    isAnswered = decision.rule !== "demographics" && isEmptied;
    const evidence = ["what the source told under the same name before stands in another record"];
    if (!isEmptied) leftBehind.push({ kind: "identifier-conflict", candidates: [linked.record], evidence });
  }
  await transaction.closeReview(source, identity.localId, [
    ...stillOpen,
    ...(isAnswered ? [] : FOR_A_PERSON),
    ...(decision.isFindable ? [] : (["unlinked"] as const)),
  ]);
  return leftBehind;
}

/** Whether a child that was there before can from now on be found by an NHS number. */
function bringsNumber({ record, identity, decision, facts }: Resolution): boolean {
  if (record === undefined || facts.describesNobody === true || decision.withheld.includes("nhs-number")) return false;
  return linkingNhsNumber(identity) !== undefined && facts.nhsNumberHolders.length === 0;
}

/** What waited in review only because no number was known is answered by the number. */
async function closeUnlinked(transaction: WriteTransaction, record: RecordKey): Promise<void> {
  for (const { source, localId } of await transaction.sourceChildrenOf(record)) {
    await transaction.closeReview(source, localId, FOR_A_PERSON);
  }
}
