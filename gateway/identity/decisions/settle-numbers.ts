import type { IdentityClaim, RecordKey, SourceChildName, WriteTransaction } from "../../store/store.ts";
import { identifiersOf, toIdentityKey } from "./contribution-identifiers.ts";
import type { MovingPorts, TouchedIdentifier } from "./ports.ts";
import { isInScope } from "./refusals.ts";

export interface Settled {
  readonly records: readonly RecordKey[];
  readonly identifiers: readonly TouchedIdentifier[];
}

/**
 * Gives each number that is claimed in these records to whom it belongs now that children have moved: of records whose
 * sources may be linked with each other, to the one whose child told it first. Follows from the claims and from where the
 * children are alone, so that what is undone ends as it began.
 */
export async function settleNumbers(
  transaction: WriteTransaction,
  records: readonly RecordKey[],
  { ports, at }: { readonly ports: MovingPorts; readonly at: number },
): Promise<Settled> {
  const keys = new Set<string>();
  for (const record of records) {
    for (const { source, localId } of await transaction.namesOf(record)) {
      for (const { key } of await transaction.identityClaimsOf(source, localId)) keys.add(key);
    }
  }
  return settleKeys(transaction, keys, { ports, at });
}

/** Gives each of these numbers to whom it belongs by the claims that there are now. */
export async function settleKeys(
  transaction: WriteTransaction,
  keys: Iterable<string>,
  { ports, at }: { readonly ports: MovingPorts; readonly at: number },
): Promise<Settled> {
  const touched = new Set<RecordKey>();
  const identifiers: TouchedIdentifier[] = [];
  const tellers = createTellers(transaction);
  for (const key of keys) {
    // A key under which a child waits is not a number that anybody holds.
    if (!NUMBERS.some((number) => key.startsWith(number))) continue;
    for (const claim of await changedClaims(transaction, key, { tellers, ports })) {
      await transaction.claimIdentityKey(claim);
      touched.add(claim.record);
      identifiers.push(...(await settleContribution(transaction, claim, { ports, at })));
    }
  }
  return { records: [...touched], identifiers };
}

const NUMBERS = ["nhs-number|", "upn|"];

type Tellers = (record: RecordKey) => Promise<readonly SourceChildName[]>;

function createTellers(transaction: WriteTransaction): Tellers {
  const known = new Map<RecordKey, readonly SourceChildName[]>();
  return async (record) => {
    const told = known.get(record) ?? (await transaction.namesOf(record));
    known.set(record, told);
    return told;
  };
}

/** Claims of a number that is served where it was not, or the other way. One that was taken out of use is served nowhere. */
async function changedClaims(
  transaction: WriteTransaction,
  key: string,
  { tellers, ports }: { readonly tellers: Tellers; readonly ports: Pick<MovingPorts, "matches"> },
): Promise<readonly IdentityClaim[]> {
  const isVoid = (await transaction.identityClaims(`void-${key}`)).length > 0;
  const held: IdentityClaim[] = [];
  const changed: IdentityClaim[] = [];
  for (const claim of await transaction.identityClaims(key)) {
    // What was withdrawn holds nothing back from others.
    if ((await transaction.contribution(claim.record, claim.source, claim.localId)) === undefined) continue;
    let isWithheld = isVoid;
    for (const one of isVoid ? [] : held) {
      if (one.record === claim.record) continue;
      isWithheld ||= isInScope(await tellers(one.record), await tellers(claim.record), ports);
    }
    if (!isWithheld) held.push(claim);
    if (isWithheld !== claim.isWithheld) changed.push({ ...claim, isWithheld });
  }
  return changed;
}

/** The word of the source, with or without the number. */
async function settleContribution(
  transaction: WriteTransaction,
  { key, record, source, localId, isWithheld }: IdentityClaim,
  { ports, at }: { readonly ports: MovingPorts; readonly at: number },
): Promise<readonly TouchedIdentifier[]> {
  const contribution = await transaction.contribution(record, source, localId);
  if (contribution === undefined) return [];
  const told = identifiersOf(contribution).filter((identifier) => toIdentityKey(identifier) === key);
  if (told.length === 0) return [];
  const names = new Set(told.map(({ system, value }) => `${system}|${value}`));
  const before = new Set(contribution.withheld);
  const withheld = [...(isWithheld ? before.union(names) : before.difference(names))].sort();
  const { withheld: _, ...others } = contribution;
  const settled = { ...others, since: at, ...(withheld.length === 0 ? {} : { withheld }) };
  await transaction.putContribution(record, ports.authorityOf(source), settled, ports.keysOf(settled));
  return told;
}
