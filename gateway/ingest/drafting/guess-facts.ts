import type { SourceIdentity } from "#mappers/mapper.ts";
import { linkingNhsNumber, linkingUpn } from "../../identity/numbers.ts";
import type { RecordKey, WriteTransaction } from "../../store/store.ts";
import type { DeliveryContext } from "../commit-batch.ts";
import { hashOf } from "../commit-resources.ts";
import type { DraftFacts } from "../draft.ts";
import { AHEAD_RECORDS, readKnown } from "../read-ahead.ts";
import type { Unit } from "../unit.ts";
import type { Ask, AskedFacts, ChildAsk } from "./messages.ts";

type GuessContext = Pick<
  DeliveryContext,
  "source" | "mapping" | "dataClass" | "patientIdOf" | "resolver" | "guesses" | "pause"
>;

/** Reads together what the guesses at these units ask for. */
export async function readToGuess(
  transaction: WriteTransaction,
  asks: readonly Ask[],
  context: GuessContext,
): Promise<void> {
  const { source } = context.source;
  await readKnown(transaction, source, asks);
  if (!context.guesses.looksForAlike) return;
  const unknown: Ask[] = [];
  for (const ask of asks) if ((await findNamed(transaction, source, ask.identity)) === undefined) unknown.push(ask);
  const options = describing(context);
  for (let from = 0; from < unknown.length; from += AHEAD_RECORDS) {
    const some = unknown.slice(from, from + AHEAD_RECORDS);
    const alike = some.map(({ identity }) => context.resolver.alikeOf(source, identity, options));
    await transaction.readAhead({ source, alike });
    await context.pause();
  }
}

/**
 * Whose a unit most likely is, found by the least that tells it. The transaction that commits the unit resolves its child
 * by all the rules; a guess that was wrong costs the draft that was made of it, and nothing else.
 */
export async function guessFacts(
  transaction: WriteTransaction,
  { key, hash, identity }: Ask,
  context: GuessContext,
): Promise<AskedFacts> {
  const { source } = context.source;
  const prior = await transaction.lineage(source, key);
  if (prior?.hash === hash && prior.mapping === context.mapping) return "unchanged";
  const record =
    prior?.record ??
    (await findNamed(transaction, source, identity)) ??
    (await findAlike(transaction, identity, context));
  if (record === undefined) return { made: [] };
  return { patientId: await context.patientIdOf(transaction, record), made: prior?.made ?? [] };
}

/** Staged children with the facts that their drafts are to stand on; nothing is asked of one of whom nothing new came. */
export async function toAsks(
  transaction: WriteTransaction,
  units: readonly (Unit & Pick<ChildAsk, "text">)[],
  context: GuessContext,
): Promise<readonly ChildAsk[]> {
  const asks: ChildAsk[] = [];
  for (const unit of units) {
    const facts = await guessFacts(transaction, unit, context);
    if (facts === "unchanged") continue;
    const { key, record, text } = unit;
    asks.push({ unit: key, record, text, facts: await withHeld(transaction, key, { facts, context }) });
  }
  return asks;
}

/** In the transaction that commits the draft, what is held is known: a draft need not say it again. */
async function withHeld(
  transaction: WriteTransaction,
  unit: string,
  { facts, context }: { readonly facts: DraftFacts; readonly context: GuessContext },
): Promise<DraftFacts> {
  const prior = await transaction.lineage(context.source.source, unit);
  if (prior === undefined) return facts;
  const current = await transaction.currentOf(prior.record);
  return { ...facts, held: facts.made.map((one) => hashOf(one, current)) };
}

/** By what its source calls the child, or by a number. */
async function findNamed(
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

/** By its details, as it will be resolved if nothing comes in between. */
async function findAlike(
  transaction: WriteTransaction,
  identity: SourceIdentity,
  context: GuessContext,
): Promise<RecordKey | undefined> {
  const { resolver, guesses, source } = context;
  if (!guesses.looksForAlike) return undefined;
  const { record } = await resolver.resolve(transaction, source.source, identity, describing(context));
  // Of those who are not found it is told when they are committed.
  if (record !== undefined) guesses.tell(true);
  return record;
}

function describing({ dataClass }: GuessContext): { readonly describesChild: boolean } {
  return { describesChild: dataClass !== "sharing" };
}
