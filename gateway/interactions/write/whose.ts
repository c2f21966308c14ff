import type { Patient } from "@medplum/fhirtypes";
import { NHS_NUMBER, UPN } from "#profiles/systems.ts";
import { toIdentity } from "../../identity/identity-of-patient.ts";
import { linkingNhsNumber, linkingUpn } from "../../identity/numbers.ts";
import type { Resolution } from "../../identity/resolve-child.ts";
import type { Facts, Review } from "../../identity/rules.ts";
import { type RecordKey, SHARED_ID_SPACE, type StoredContribution } from "../../store/store.ts";
import type { Held } from "./held.ts";
import type { Scene } from "./ports.ts";
import { identitiesFor, withoutHidden } from "./seen-identities.ts";

/** Of whom a Patient is told, and under which name its writer tells of the child. */
export interface Whose {
  readonly record: RecordKey;
  readonly patientId: string;
  readonly localId: string;
  /** `system|value` of numbers that another child holds: shown to nobody but the writer. */
  readonly withheld: readonly string[];
  /** Set where the record was made for it just now: nothing else is in it. */
  readonly isNew?: true;
}

/**
 * Whose record a written Patient belongs to, settled in the store. One that is there stays where it is; a new one joins
 * a child whom its writer sees, where that is certain by what the writer sees of it, or is a child of its own. Whatever
 * else it resembles is for a person to see: of a child that is hidden the writer learns nothing.
 */
export async function settleWhose(
  patient: Patient,
  { id, held, isDrawn }: { readonly id: string; readonly held?: Held | undefined; readonly isDrawn: boolean },
  scene: Scene,
): Promise<Whose> {
  const { transaction, writer } = scene;
  const record = held?.record;
  const localId = record === undefined ? id : await nameOf(record, id, scene);
  if (!isMatched(scene)) {
    if (record !== undefined) return { record, patientId: id, localId, withheld: [] };
    const made = await transaction.createChild(id, writer.idSpace, isDrawn);
    return { record: made, patientId: id, localId, withheld: [], isNew: true };
  }
  if (record === undefined) return settleNew(patient, { id, isDrawn }, scene);
  return { ...(await settleIn(record, { patient, localId }, scene)), patientId: id };
}

/** Whether the agreement lets what the writer tells be matched at all. */
function isMatched({ requester, writer }: Scene): boolean {
  return requester.agreement.matchingScope !== "none" && writer.idSpace === SHARED_ID_SPACE;
}

/** What the writer calls the child of a record now, or called it last. */
async function nameOf(record: RecordKey, id: string, scene: Scene): Promise<string> {
  const { transaction, writer } = scene;
  if ((await transaction.contribution(record, writer.source, id)) !== undefined) return id;
  const [word] = await wordsOf(record, id, scene);
  if (word !== undefined) return word.localId;
  const past = (await transaction.record(record))?.pastContributions ?? [];
  const own = past.filter(({ source }) => source === writer.source).toSorted((a, b) => b.until - a.until);
  return own[0]?.localId ?? id;
}

/** What the writer says of a child: more than one word only where two of its children were merged. The named one first. */
export async function wordsOf(
  record: RecordKey,
  id: string,
  { transaction, writer }: Scene,
): Promise<readonly StoredContribution[]> {
  const told = (await transaction.record(record))?.contributions ?? [];
  const own = told.filter(({ source }) => source === writer.source);
  return own.toSorted((a, b) => Number(b.localId === id) - Number(a.localId === id) || b.lastUpdated - a.lastUpdated);
}

/** The child stays where it is; what it resembles now is held against all others. */
async function settleIn(
  record: RecordKey,
  { patient, localId }: { readonly patient: Patient; readonly localId: string },
  scene: Scene,
): Promise<Omit<Whose, "patientId">> {
  const { transaction, writer, ports } = scene;
  const identity = toIdentity(patient, localId);
  const options = { describesChild: false, staysIn: record };
  const resolution = await ports.childResolver.resolve(identitiesFor(scene).all, writer.source, identity, options);
  const link = await transaction.linkOf(writer.source, localId);
  if (link?.record !== record) await linkOwn(record, localId, scene);
  await apply({ ...resolution, record }, scene);
  return { record, localId, withheld: withheldIn(record, patient, resolution) };
}

/** Told before it was resolved whom clients tell of, or taken up again. */
async function linkOwn(
  record: RecordKey,
  localId: string,
  { transaction, writer, now_ms, requester }: Scene,
): Promise<void> {
  const evidence = ["the child of which the client told before"];
  const author = `client/${requester.client}`;
  await transaction.appendLink({ source: writer.source, localId, record, author, evidence, decidedAt: now_ms });
}

async function settleNew(
  patient: Patient,
  { id, isDrawn }: { readonly id: string; readonly isDrawn: boolean },
  scene: Scene,
): Promise<Whose> {
  const { transaction, writer, ports } = scene;
  const identities = identitiesFor(scene);
  const identity = toIdentity(patient, id);
  const resolve = (reads: typeof identities.all, told = identity) =>
    ports.childResolver.resolve(reads, writer.source, told, { describesChild: false });
  const all = await resolve(identities.all);
  const seen = isAnybodyLike(all.facts)
    ? await resolve(identities.seen, withoutHidden(identity, identities.hiddenNumbers))
    : undefined;
  const record = seen?.record;
  // What is hidden of the child itself may speak against it: two children in one are worse than one that is told twice.
  const isJoined = record !== undefined && (await resolve(identities.ofSeen)).record === record;
  if (!isJoined) {
    const made = await apply(asOwn(all), scene, isDrawn);
    return { record: made, patientId: id, localId: id, withheld: withheldIn(made, patient, all), isNew: true };
  }
  const patientId = (await transaction.record(record))?.patientId ?? id;
  const [word] = await wordsOf(record, patientId, scene);
  if (word !== undefined) {
    return { ...(await settleIn(record, { patient, localId: word.localId }, scene)), patientId };
  }
  const { rule, evidence } = seen?.decision ?? all.decision;
  await apply({ ...all, record, decision: { ...all.decision, rule, evidence, reviews: besides(all, record) } }, scene);
  return { record, patientId, localId: id, withheld: withheldIn(record, patient, all) };
}

/** The numbers that are told and that another child holds, or that are out of use, as the Patient writes them. */
function withheldIn(
  record: RecordKey,
  { identifier = [] }: Patient,
  { facts, identity }: Resolution,
): readonly string[] {
  const isElsewhere = (holders: Facts["upnHolders"]): boolean =>
    holders.length > 0 && !holders.some((holder) => holder.record === record);
  const { nhsNumber, upn } = identity;
  const isNhsWithheld = facts.isVoid === true || isElsewhere(facts.nhsNumberHolders);
  const isUpnWithheld = isElsewhere(facts.upnHolders);
  return identifier.flatMap(({ system, value = "" }) => {
    const isNhs = isNhsWithheld && system === NHS_NUMBER && linkingNhsNumber({ nhsNumber: value }) === nhsNumber;
    const isUpn = isUpnWithheld && system === UPN && linkingUpn({ upn: value }) === upn;
    return isNhs || isUpn ? [`${system}|${value}`] : [];
  });
}

function isAnybodyLike({ nhsNumberHolders, nhsNumberAwaiter, upnHolders, upnAwaiter, alike }: Facts): boolean {
  const awaiting = [nhsNumberAwaiter, upnAwaiter].some((awaiter) => awaiter !== undefined);
  return awaiting || [nhsNumberHolders, upnHolders, alike].some((found) => found.length > 0);
}

/** A child of its own; who is certain to be the same and is not seen by the writer is shown to a person. */
function asOwn(resolution: Resolution): Resolution {
  const evidence = ["no record that the client sees is certain to be of the same child"];
  const decision = { ...resolution.decision, rule: "own", evidence, reviews: besides(resolution, undefined) } as const;
  return { ...resolution, record: undefined, decision };
}

/** What is in doubt when a Patient goes to a record, or to one of its own. */
function besides({ record, decision }: Resolution, chosen: RecordKey | undefined): readonly Review[] {
  const others = decision.reviews.flatMap((review): readonly Review[] => {
    const candidates = review.candidates.filter((candidate) => candidate !== chosen);
    return candidates.length === 0 && review.candidates.length > 0 ? [] : [{ ...review, candidates }];
  });
  if (record === undefined || record === chosen) return others;
  return [...others, { kind: "ambiguous", candidates: [record], evidence: [...decision.evidence, NOT_SEEN] }];
}

const NOT_SEEN = "the client that tells of it does not see that record";

/** A client's Patient without a number waits for nobody: its client finds it by its id. */
function apply(resolution: Resolution, { transaction, ports, now_ms }: Scene, isDrawn = false): Promise<RecordKey> {
  const { decision, identity } = resolution;
  const reviews = decision.reviews.filter(({ kind }) => kind !== "unlinked");
  const applied = { ...resolution, decision: { ...decision, reviews } };
  return ports.childResolver.apply(transaction, applied, { patientId: identity.localId, now: now_ms, isDrawn });
}

/** Takes back who the writer said that the child is. */
export async function forgetName(localId: string, { transaction, writer }: Scene): Promise<void> {
  const { source } = writer;
  if ((await transaction.linkOf(source, localId)) === undefined) return;
  for (const { key } of await transaction.identityClaimsOf(source, localId)) {
    await transaction.releaseIdentityKey(key, source, localId);
  }
  await transaction.removeSourceIdentity(source, localId);
  await transaction.closeReview(source, localId);
}
