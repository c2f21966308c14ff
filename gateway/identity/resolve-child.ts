import type { SourceIdentity } from "#mappers/mapper.ts";
import { NHS_NUMBER, UPN } from "#profiles/systems.ts";
import type { RecordKey, WriteTransaction } from "../store/store.ts";
import { toBlockKey } from "./block-key.ts";
import {
  type Candidate,
  type Decision,
  decide,
  type Facts,
  type LinkingNumber,
  linkingNhsNumber,
  linkingUpn,
  RULES_VERSION,
} from "./rules.ts";

/** More than two records alike say no more than two. */
const LOOK_ALIKES_MAX = 2;

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
): Promise<Resolution> {
  const facts = await gatherFacts(transaction, source, identity);
  const decision = decide(identity, facts);
  const withheldIdentifiers = decision.withheld.flatMap((number) => {
    const value = linkingValue(number, identity);
    return value === undefined ? [] : [{ system: number === "upn" ? UPN : NHS_NUMBER, value }];
  });
  return { source, identity, record: decision.record, withheldIdentifiers, decision, facts };
}

/** Writes a resolution down: the child if it is new, its numbers, the link with its evidence, and what to review. */
export async function applyResolution(
  transaction: WriteTransaction,
  resolution: Resolution,
  options: { readonly patientId: string; readonly now: number },
): Promise<RecordKey> {
  const { source, identity, decision, facts } = resolution;
  const { localId } = identity;
  const record = resolution.record ?? (await transaction.createChild(options.patientId));
  for (const number of ["nhs-number", "upn"] as const) {
    const value = decision.withheld.includes(number) ? undefined : linkingValue(number, identity);
    const known = number === "upn" ? facts.upnHolder : facts.nhsNumberHolder;
    if (value === undefined || known?.record === record) continue;
    const holder = await transaction.takeIdentityKey(`${number}|${value}`, record);
    if (holder !== record) throw new Error("An identity key was taken between a decision and its writing.");
  }
  if (facts.linked === undefined) {
    await transaction.appendLink({
      source,
      localId,
      record,
      author: `${RULES_VERSION}/${decision.rule}`,
      evidence: decision.evidence,
      decidedAt: options.now,
    });
  }
  await transaction.putSourceIdentity(source, localId, identity);
  const open = decision.reviews.map(({ kind }) => kind);
  await transaction.closeReview(source, localId, open);
  for (const review of decision.reviews) {
    await transaction.openReview({ ...review, source, localId, record, createdAt: options.now });
  }
  if (bringsNumber(resolution)) await closeUnlinked(transaction, record);
  return record;
}

function linkingValue(number: LinkingNumber, identity: SourceIdentity): string | undefined {
  return number === "upn" ? linkingUpn(identity) : linkingNhsNumber(identity);
}

/** Whether a child that was there before can from now on be found by an NHS number. */
function bringsNumber({ record, identity, decision, facts }: Resolution): boolean {
  if (record === undefined || decision.withheld.includes("nhs-number")) return false;
  return linkingNhsNumber(identity) !== undefined && facts.nhsNumberHolder === undefined;
}

/** What waited in review only because no number was known is answered by the number. */
async function closeUnlinked(transaction: WriteTransaction, record: RecordKey): Promise<void> {
  const stored = await transaction.record(record);
  const identities = await transaction.identitiesOf(record);
  const without = new Set(identities.filter(({ nhsNumber }) => nhsNumber === undefined).map(({ localId }) => localId));
  for (const { source, localId } of stored?.contributions ?? []) {
    if (without.has(localId)) await transaction.closeReview(source, localId);
  }
}

async function gatherFacts(transaction: WriteTransaction, source: string, identity: SourceIdentity): Promise<Facts> {
  const link = await transaction.linkOf(source, identity.localId);
  const holderOf = async (number: LinkingNumber): Promise<Candidate | undefined> => {
    const value = linkingValue(number, identity);
    const holder = value === undefined ? undefined : await transaction.identityKeyHolder(`${number}|${value}`);
    return holder === undefined ? undefined : toCandidate(holder, await transaction.identitiesOf(holder));
  };
  const nhsNumberHolder = await holderOf("nhs-number");
  const upnHolder = await holderOf("upn");
  if (link !== undefined) {
    // What this source said before is replaced by what it says now, so only the others can contradict it.
    const others = await transaction.identitiesOf(link.record);
    const linked = toCandidate(
      link.record,
      others.filter(({ localId }) => localId !== identity.localId),
    );
    return { linked, nhsNumberHolder, upnHolder, sameDemographics: [] };
  }
  const block = toBlockKey(identity);
  const alike =
    block === undefined ? [] : await transaction.findRecords([{ code: "block", value: block }], LOOK_ALIKES_MAX);
  const sameDemographics: Candidate[] = [];
  for (const record of alike) sameDemographics.push(toCandidate(record, await transaction.identitiesOf(record)));
  return { nhsNumberHolder, upnHolder, sameDemographics };
}

function toCandidate(record: RecordKey, identities: readonly SourceIdentity[]): Candidate {
  return {
    record,
    birthDates: identities.flatMap(({ birthDate }) => birthDate ?? []),
    nhsNumbers: identities.flatMap((identity) => linkingNhsNumber(identity) ?? []),
    upns: identities.flatMap((identity) => linkingUpn(identity) ?? []),
  };
}
