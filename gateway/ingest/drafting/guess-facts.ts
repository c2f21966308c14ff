import type { SourceIdentity } from "#mappers/mapper.ts";
import { linkingNhsNumber, linkingUpn } from "../../identity/numbers.ts";
import type { RecordKey, WriteTransaction } from "../../store/store.ts";
import type { CommitContext } from "../commit-unit.ts";
import type { Ask, AskedFacts } from "./messages.ts";

/**
 * Whose a unit most likely is, found by the least that tells it. The transaction that commits the unit resolves its child
 * by all the rules; a guess that was wrong costs the draft that was made of it, and nothing else.
 */
export async function guessFacts(
  transaction: WriteTransaction,
  { key, hash, identity }: Ask,
  context: Pick<CommitContext, "source" | "mapping" | "patientIdOf">,
): Promise<AskedFacts> {
  const { source } = context.source;
  const prior = await transaction.lineage(source, key);
  if (prior?.hash === hash && prior.mapping === context.mapping) return "unchanged";
  const record = prior?.record ?? (await guessRecord(transaction, source, identity));
  if (record === undefined) return { made: [] };
  return { patientId: await context.patientIdOf(transaction, record), made: prior?.made ?? [] };
}

async function guessRecord(
  transaction: WriteTransaction,
  source: string,
  identity: SourceIdentity,
): Promise<RecordKey | undefined> {
  const link = await transaction.linkOf(source, identity.localId);
  if (link !== undefined) return link.record;
  const nhsNumber = linkingNhsNumber(identity);
  const [byNhsNumber] = nhsNumber === undefined ? [] : await transaction.identityKeyHolders(`nhs-number|${nhsNumber}`);
  if (byNhsNumber !== undefined) return byNhsNumber;
  const upn = linkingUpn(identity);
  return upn === undefined ? undefined : (await transaction.identityKeyHolders(`upn|${upn}`))[0];
}
