import type { SourceIdentity } from "#mappers/mapper.ts";
import { NHS_NUMBER, UPN } from "#profiles/systems.ts";
import { type RecordKey, SHARED_ID_SPACE, type WriteTransaction } from "../store/store.ts";
import { toBlockNumbers } from "./block-key.ts";
import {
  type Candidate,
  type Decision,
  decide,
  type Facts,
  isOfAnother,
  type LinkingNumber,
  linkingNhsNumber,
  linkingUpn,
  RULES_VERSION,
} from "./rules.ts";

/** More than two records alike say no more than two. */
const LOOK_ALIKES_MAX = 2;
/** Source children alike that are looked at, which may be of few records. */
const LOOK_ALIKES_LOOKED_AT_MAX = 64;

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
  readonly describesChild: boolean;
}

/** Whose record a source record is, decided but not yet written. */
export interface Resolution {
  readonly source: string;
  readonly identity: SourceIdentity;
  /** Where the child is known already; `undefined` for a child of its own. */
  readonly record: RecordKey | undefined;
  /** Identifiers that must be taken out of what the source contributes: neither indexed nor served for this child. */
  readonly withheldIdentifiers: readonly { readonly system: string; readonly value: string }[];
  readonly decision: Decision;
  readonly facts: Facts;
}

/** Looks up what the store knows and decides; writes nothing, so that a record refused later leaves no trace. */
export async function resolveChild(
  transaction: WriteTransaction,
  source: string,
  identity: SourceIdentity,
  { describesChild }: ResolveOptions = { describesChild: true },
): Promise<Resolution> {
  const facts = await gatherFacts(transaction, { source, identity, describesChild });
  const decision = decide(identity, facts);
  const withheldIdentifiers = decision.withheld.flatMap((number) => {
    const value = linkingValue(number, identity);
    return value === undefined ? [] : [{ system: number === "upn" ? UPN : NHS_NUMBER, value }];
  });
  return { source, identity, record: decision.record, withheldIdentifiers, decision, facts };
}

export interface ApplyOptions {
  readonly patientId: string;
  /** Milliseconds since 1970. */
  readonly now: number;
  /** What the unit made before, and ends where it was when its child is another now. */
  readonly madeBefore?: readonly { readonly type: string; readonly id: string }[];
}

/** Writes a resolution down: the child if it is new, its numbers, the link with its evidence, and what to review. */
export async function applyResolution(
  transaction: WriteTransaction,
  resolution: Resolution,
  options: ApplyOptions,
): Promise<RecordKey> {
  const { source, identity, decision, facts } = resolution;
  const { localId } = identity;
  const record = resolution.record ?? (await transaction.createChild(options.patientId, SHARED_ID_SPACE));
  if (facts.linked?.record !== record) {
    await transaction.appendLink({
      source,
      localId,
      record,
      author: `${RULES_VERSION}/${decision.rule}`,
      evidence: decision.evidence,
      decidedAt: options.now,
    });
  }
  await takeNumbers(transaction, record, resolution);
  const kept: KeptIdentity = facts.describesNobody === true ? { ...identity, describesNobody: true } : identity;
  await transaction.putSourceIdentity(source, localId, kept, toBlockNumbers(kept));
  await closeAnswered(transaction, record, { resolution, options });
  for (const review of decision.reviews) {
    await transaction.openReview({ ...review, source, localId, record, createdAt: options.now });
  }
  if (bringsNumber(resolution)) await closeUnlinked(transaction, record);
  return record;
}

async function takeNumbers(
  transaction: WriteTransaction,
  record: RecordKey,
  { source, identity, decision, facts }: Resolution,
): Promise<void> {
  for (const number of ["nhs-number", "upn"] as const) {
    const value = linkingValue(number, identity);
    const known = number === "upn" ? facts.upnHolder : facts.nhsNumberHolder;
    const isWithheld = decision.withheld.includes(number);
    // What nobody else holds and does not fit the child is not claimed at all.
    if (value === undefined || (isWithheld && (known === undefined || known.record === record))) continue;
    const claim = { record, source, localId: identity.localId, isWithheld };
    if (facts.describesNobody !== true) {
      await transaction.claimIdentityKey({ ...claim, key: `${number}|${value}` });
    } else if (!isWithheld && known?.record !== record) {
      for (const key of toAwaitedKeys(number, value, identity)) await transaction.claimIdentityKey({ ...claim, key });
    }
  }
}

/** The first that waits for a number, and the first that waits for it with this birth date. */
function toAwaitedKeys(number: LinkingNumber, value: string, { birthDate }: SourceIdentity): readonly string[] {
  const key = `awaited-${number}|${value}`;
  return birthDate === undefined ? [key] : [key, `${key}|${birthDate}`];
}

/** Closes what this decision answers: a number has come, or the child has joined the one whose number it told. */
async function closeAnswered(
  transaction: WriteTransaction,
  record: RecordKey,
  told: { readonly resolution: Resolution; readonly options: ApplyOptions },
): Promise<void> {
  const { source, identity, decision, facts } = told.resolution;
  const { linked } = facts;
  const stillOpen = decision.reviews.map(({ kind }) => kind);
  let isAnswered = false;
  if (linked !== undefined && linked.record !== record) {
    await transaction.removeContribution(linked.record, source, identity.localId, told.options.now);
    const ended = new Set(told.options.madeBefore?.map(({ type, id }) => `${type}/${id}`));
    const left = (await transaction.record(linked.record))?.resources ?? [];
    // Another row about the same child may still stand there, under the number that is in doubt.
    isAnswered = decision.rule !== "demographics" && left.every(({ type, id }) => ended.has(`${type}/${id}`));
  }
  await transaction.closeReview(source, identity.localId, [
    ...stillOpen,
    ...(isAnswered ? [] : FOR_A_PERSON),
    ...(decision.isFindable ? [] : (["unlinked"] as const)),
  ]);
}

function linkingValue(number: LinkingNumber, identity: SourceIdentity): string | undefined {
  return number === "upn" ? linkingUpn(identity) : linkingNhsNumber(identity);
}

/** Whether a child that was there before can from now on be found by an NHS number. */
function bringsNumber({ record, identity, decision, facts }: Resolution): boolean {
  if (record === undefined || facts.describesNobody === true || decision.withheld.includes("nhs-number")) return false;
  return linkingNhsNumber(identity) !== undefined && facts.nhsNumberHolder === undefined;
}

/** What waited in review only because no number was known is answered by the number. */
async function closeUnlinked(transaction: WriteTransaction, record: RecordKey): Promise<void> {
  const stored = await transaction.record(record);
  for (const { source, localId } of stored?.contributions ?? []) {
    await transaction.closeReview(source, localId, FOR_A_PERSON);
  }
}

interface Asked extends ResolveOptions {
  readonly source: string;
  readonly identity: SourceIdentity;
}

async function gatherFacts(transaction: WriteTransaction, asked: Asked): Promise<Facts> {
  const { source, identity, describesChild } = asked;
  const link = await transaction.linkOf(source, identity.localId);
  const numbers = {
    ...(describesChild ? {} : { describesNobody: true }),
    ...(await holdersOf(transaction, identity)),
  };
  if (link === undefined) return { ...numbers, sameDemographics: await findAlike(transaction, identity) };
  // What this source said before is replaced by what it says now, so only the others can contradict it; and of them
  // none that does not describe the child contradicts one that does.
  const all = await identitiesOf(transaction, link.record);
  const others = all.filter(
    ({ localId, describesNobody }) => localId !== identity.localId && !(describesChild && describesNobody === true),
  );
  const linked = await toCandidate(transaction, link.record, others);
  if (describesChild && isOfAnother(identity, await toCandidate(transaction, link.record, all))) {
    return {
      ...numbers,
      linked,
      isReused: true,
      sameDemographics: await findAlike(transaction, identity, link.record),
    };
  }
  if (describesChild || others.length > 0) return { ...numbers, linked, sameDemographics: [] };
  const alike = await findAlike(transaction, identity, link.record);
  return { ...numbers, linked, mayMove: true, sameDemographics: alike };
}

async function holdersOf(transaction: WriteTransaction, identity: SourceIdentity): Promise<Partial<Facts>> {
  const nhsNumber = await holderOf(transaction, "nhs-number", identity);
  const upn = await holderOf(transaction, "upn", identity);
  return {
    nhsNumberHolder: nhsNumber.holder,
    nhsNumberAwaiter: nhsNumber.awaiter,
    upnHolder: upn.holder,
    upnAwaiter: upn.awaiter,
  };
}

interface Holder {
  readonly holder?: Candidate;
  readonly awaiter?: Candidate;
}

async function holderOf(
  transaction: WriteTransaction,
  number: LinkingNumber,
  identity: SourceIdentity,
): Promise<Holder> {
  const value = linkingValue(number, identity);
  if (value === undefined) return {};
  const [holder] = await transaction.identityKeyHolders(`${number}|${value}`);
  if (holder !== undefined) {
    return { holder: await toCandidate(transaction, holder, await identitiesOf(transaction, holder)) };
  }
  let awaiter: Candidate | undefined;
  for (const key of toAwaitedKeys(number, value, identity)) {
    const [record] = await transaction.identityKeyHolders(key);
    // Nobody waits for the number at all, whatever the birth date.
    if (record === undefined) break;
    const identities = await identitiesOf(transaction, record);
    // Whoever waited there may have gone elsewhere, or been told another number.
    if (!identities.some((waiting) => linkingValue(number, waiting) === value)) continue;
    awaiter = await toCandidate(transaction, record, identities);
  }
  return awaiter === undefined ? {} : { awaiter };
}

async function findAlike(
  transaction: WriteTransaction,
  identity: SourceIdentity,
  own?: RecordKey,
): Promise<readonly Candidate[]> {
  const { children } = await transaction.findAlike(toBlockNumbers(identity), LOOK_ALIKES_LOOKED_AT_MAX);
  const alike = [...new Set(children.map(({ record }) => record))].sort((a, b) => a - b);
  const candidates: Candidate[] = [];
  for (const record of alike.filter((key) => key !== own).slice(0, LOOK_ALIKES_MAX)) {
    candidates.push(await toCandidate(transaction, record, await identitiesOf(transaction, record)));
  }
  return candidates;
}

async function identitiesOf(transaction: WriteTransaction, record: RecordKey): Promise<readonly KeptIdentity[]> {
  return (await transaction.sourceChildrenOf(record)).map(({ identity }) => identity);
}

async function toCandidate(
  transaction: WriteTransaction,
  record: RecordKey,
  identities: readonly KeptIdentity[],
): Promise<Candidate> {
  const describing = identities.filter(({ describesNobody }) => describesNobody !== true);
  const telling = describing.length === 0 ? identities : describing;
  const nhsNumbers = telling.flatMap((identity) => linkingNhsNumber(identity) ?? []);
  let isFindable = false;
  for (const number of new Set(nhsNumbers)) {
    isFindable ||= (await transaction.identityKeyHolders(`nhs-number|${number}`))[0] === record;
  }
  return {
    record,
    birthDates: telling.flatMap(({ birthDate }) => birthDate ?? []),
    nhsNumbers,
    upns: telling.flatMap((identity) => linkingUpn(identity) ?? []),
    isFindable,
  };
}
