import type { Patient } from "@medplum/fhirtypes";
import type { DataClass, SourceIdentity } from "#mappers/mapper.ts";
import type { RegisteredSource } from "../access/source.ts";
import { joinByRule, joiningOf } from "../identity/decisions/join-by-rule.ts";
import type { MovingPorts } from "../identity/decisions/ports.ts";
import { settleKeys } from "../identity/decisions/settle-numbers.ts";
import type { ChildResolver, Resolution } from "../identity/resolve-child.ts";
import { type Lineage, type RecordKey, SHARED_ID_SPACE, type WriteTransaction } from "../store/store.ts";
import { commitContribution, SAID_NOTHING } from "./commit-contribution.ts";
import { commitOrganizations } from "./commit-organizations.ts";
import { type CurrentResources, commitResources, compareContents } from "./commit-resources.ts";
import { type Draft, type DraftFacts, draftUnit } from "./draft.ts";
import type { Guesses } from "./drafting/guesses.ts";
import { endReplaced } from "./end-replaced.ts";
import { keepLineage } from "./keep-lineage.ts";
import { takeBack } from "./take-back.ts";
import type { Unit, UnitIssue, UnitOutcome } from "./unit.ts";
import type { ExplainFault } from "./validate-mapped.ts";

/** What stays the same for all units of a delivery. */
export interface CommitContext {
  readonly source: RegisteredSource;
  readonly dataClass: DataClass;
  /** Id of the receipt. */
  readonly delivery: string;
  /** Names of files by delivery, as far as they are known. */
  readonly fileNames: Map<string, string | undefined>;
  /** Version of the mapper. */
  readonly mapping: number;
  /** How long source records are kept, in milliseconds. */
  readonly rawRetention_ms: number;
  /**
   * Set when records are taken in again, each mapped whether or not it seems to be the same: `records` as they were held
   * back, or corrected; `source` all that is kept of one, which tells nothing new.
   */
  readonly replay: "records" | "source" | undefined;
  /** Milliseconds since 1970. */
  readonly receivedAt: number;
  /** Says whose record a source record is. */
  readonly resolver: ChildResolver;
  /** How a whole record becomes part of another that it turns out to be. */
  readonly moving: MovingPorts;
  readonly ids: () => string;
  readonly clock: () => number;
  readonly organizationId: (
    authority: string,
    identifier: { readonly system: string; readonly value: string },
  ) => string;
  /** Logical id of a child that exists. */
  readonly patientIdOf: (transaction: WriteTransaction, record: RecordKey) => Promise<string>;
  readonly explainFault: ExplainFault;
  /** How well it is guessed in advance whose a unit is. */
  readonly guesses: Guesses;
  /** Content hashes of the organisations that this transaction has seen to, by logical id and that hash. */
  readonly organizations: Map<string, string>;
}

const NOTHING: CurrentResources = new Map();
const OLDER = "older than what is held of this record; nothing was changed";

/**
 * Brings one unit into the store: resolve the child → map → validate → commit. Everything that can refuse the unit
 * comes before the first write, so that a refused one leaves nothing behind.
 */
export async function commitUnit(
  transaction: WriteTransaction,
  unit: Unit,
  context: CommitContext,
): Promise<UnitOutcome> {
  const { source } = context.source;
  const before = await transaction.lineage(source, unit.key);
  const isSame = before?.hash === unit.hash;
  if (isSame && before.mapping === context.mapping && context.replay === undefined) return { kind: "unchanged" };
  if (!isSame && isOlder(unit, before)) return { kind: "unchanged", notes: [{ message: OLDER }] };
  const judged = await settleWhose(transaction, unit, { prior: before, context });
  if ("kind" in judged) return judged;

  const { prior, resolution, draft, patient, stays, contents, current } = judged;
  const now = context.clock();
  const told = { patient, resolution, context, now, unit: unit.key };
  if (draft.withdraws) {
    const restate = patient && ((record: RecordKey) => commitContribution(transaction, record, told));
    return takeBack(transaction, unit, { prior, resolution, context, restate });
  }
  const { patientId } = draft;
  const isOld = prior !== undefined && (isSame || context.replay === "source");
  const identity = await readOvertaken(transaction, unit, { resolution, source, isOld });
  const { resolver } = context;
  const released: string[] = [];
  const record = await resolver.apply(transaction, resolution, {
    patientId,
    isDrawn: true,
    now,
    madeBefore: prior?.made ?? [],
    onReleased: (key) => released.push(key),
  });
  if (identity !== undefined) {
    await transaction.putSourceIdentity(source, identity.localId, identity, resolver.blockingKeysOf(identity));
  } else if (released.length > 0) {
    // Another child from whom such a number was held back is found by it from now on, whenever its source speaks again.
    await settleKeys(transaction, released, { ports: context.moving, at: now });
  }
  if (prior !== undefined && !stays) await leave(transaction, prior, { source, unit: unit.key, now });
  await commitOrganizations(transaction, draft.organizations, context);
  const { made, changed } = await commitResources(transaction, record, {
    unit,
    contents,
    current,
    patientId: patient === undefined ? undefined : patientId,
    prior: stays ? (prior?.made ?? []) : [],
    idOf: draft.idOf,
    provenances: draft.provenances,
    broughtBy: isSame || context.replay === "source" ? prior : undefined,
    context,
  });
  const contributed = identity === undefined ? await commitContribution(transaction, record, told) : SAID_NOTHING;
  await transaction.putRelationships(record, source, unit.key, draft.relationships, now);
  const ended = await endReplaced(transaction, isOld ? [] : draft.replaces, {
    record,
    unit,
    resolution,
    context,
    now,
  });
  const isUnchanged = isOld && stays && changed.length === 0 && !contributed.isChanged;
  await keepLineage(transaction, unit, { prior, lineage: { hash: unit.hash, record, made }, context });
  if (isUnchanged) return { kind: "unchanged" };
  return {
    kind: "committed",
    record,
    patientId,
    changed: [...changed, ...ended],
    notCarried: draft.notCarried,
    identifiers: contributed.identifiers,
    until: draft.until,
    notes: [],
  };
}

/**
 * A record that tells nothing new must not speak over another one of the same child that came after it, and none over
 * one that its source wrote later. Answers with what the source calls the child now, where another record says so.
 */
async function readOvertaken(
  transaction: WriteTransaction,
  unit: Unit,
  told: { readonly resolution: Resolution; readonly source: string; readonly isOld: boolean },
): Promise<SourceIdentity | undefined> {
  const { record, identity } = told.resolution;
  const { source } = told;
  if (record === undefined) return undefined;
  if (!told.isOld && !(await isWrittenBeforeAnother(transaction, unit, { record, source }))) {
    return undefined;
  }
  const contribution = await transaction.contribution(record, source, identity.localId);
  if (contribution?.unit === undefined || contribution.unit === unit.key) return undefined;
  const children = await transaction.sourceChildrenOf(record);
  return children.find((one) => one.source === source && one.localId === identity.localId)?.identity;
}

/** Whether the source wrote another of its records about the child later; one that was taken back says nothing. */
async function isWrittenBeforeAnother(
  transaction: WriteTransaction,
  { key, writtenAt }: Unit,
  { record, source }: { readonly record: RecordKey; readonly source: string },
): Promise<boolean> {
  if (writtenAt === undefined) return false;
  const lineages = await transaction.lineagesOf(record);
  return lineages.some(
    (other) =>
      other.source === source &&
      other.unit !== key &&
      other.made.length > 0 &&
      other.writtenAt !== undefined &&
      other.writtenAt > writtenAt,
  );
}

function isOlder({ writtenAt }: Unit, prior: Lineage | undefined): boolean {
  return writtenAt !== undefined && prior?.writtenAt !== undefined && writtenAt < prior.writtenAt;
}

/** A unit that may be committed: whose it is, what it makes, and how that stands to what is there. */
interface Judged {
  readonly prior: Lineage | undefined;
  readonly resolution: Resolution;
  readonly draft: Draft;
  /** What the source says of the child. */
  readonly patient: Patient | undefined;
  /** Its child is the one that it had before. */
  readonly stays: boolean;
  readonly contents: ReturnType<typeof compareContents>;
  readonly current: CurrentResources;
}

interface Judging {
  readonly prior: Lineage | undefined;
  readonly context: CommitContext;
  /** The record in which its child is to stay. */
  readonly staysIn?: RecordKey;
}

/**
 * Decides whose the unit is. Where that is another child than the one of whom its source alone has told so far, the two
 * are merged first, so that all that was told of the one is told of the other; nothing is written of a refused unit.
 */
async function settleWhose(transaction: WriteTransaction, unit: Unit, judging: Judging): ReturnType<typeof judge> {
  const judged = await judge(transaction, unit, judging);
  if ("kind" in judged || judged.draft.withdraws) return judged;
  const { context } = judging;
  const { resolution } = judged;
  const joining = joiningOf(resolution);
  if (joining === undefined) return judged;
  const child = { source: context.source.source, localId: resolution.identity.localId };
  const isJoined = await joinByRule(transaction, { joining, child, decision: resolution.decision }, context.moving);
  if (!isJoined) return judge(transaction, unit, { ...judging, staysIn: joining.merged });
  const prior = await transaction.lineage(child.source, unit.key);
  return judge(transaction, unit, { prior, context });
}

/** Decides without writing anything. */
async function judge(
  transaction: WriteTransaction,
  unit: Unit,
  { prior, context, staysIn }: Judging,
): Promise<Judged | Extract<UnitOutcome, { kind: "refused" }>> {
  const { source } = context.source;
  const describesChild = context.dataClass !== "sharing";
  const resolution = await context.resolver.resolve(transaction, source, unit.identity, {
    describesChild,
    ...(staysIn === undefined ? {} : { staysIn }),
  });
  await readFound(transaction, unit, resolution);
  const before = prior !== undefined && prior.record === resolution.record ? prior : undefined;
  const facts: DraftFacts = {
    patientId: resolution.record === undefined ? undefined : await context.patientIdOf(transaction, resolution.record),
    made: before?.made ?? [],
  };
  const draft = toDraft(unit, facts, context);
  if ("issues" in draft) return { kind: "refused", reached: "resolved", issues: draft.issues };
  const { patient } = draft;
  const current = before === undefined ? NOTHING : await transaction.currentOf(before.record);
  const contents = compareContents(draft.contents, current);
  // What is stored just so was found right when it came, and need not be looked at again.
  const wrong = contents.flatMap(({ made, isStored }) => (isStored ? [] : made.issues()));
  const issues = [...wrong, ...draft.personIssues()];
  if (issues.length > 0) return { kind: "refused", reached: "mapped", issues };
  return { prior, resolution, draft, patient, stays: before !== undefined, contents, current };
}

/** A child to whom details led was not among those who were looked up together: what is asked of it is, in one round. */
async function readFound(
  transaction: WriteTransaction,
  unit: Unit,
  { record, source, identity: { localId }, facts }: Resolution,
): Promise<void> {
  if (record === undefined || facts.linked !== undefined) return;
  const withUnits = unit.writtenAt !== undefined;
  await transaction.readAhead({ source, known: [{ record, localId, unit: unit.key, withUnits }] });
}

/** The draft that was made in advance, where it still stands on the same facts; else one made now. */
function toDraft(
  unit: Unit,
  facts: DraftFacts,
  { source: { source, authority, localAuthority, derives }, ...context }: CommitContext,
): Draft | { readonly issues: readonly UnitIssue[] } {
  if (unit.draft !== undefined && unit.draft.facts.patientId === undefined) {
    context.guesses.tell(facts.patientId !== undefined);
  }
  if (unit.draft !== undefined && isSame(unit.draft.facts, facts)) return unit.draft;
  try {
    return draftUnit(unit, facts, {
      source,
      localAuthority,
      derives,
      organizationId: (identifier) => context.organizationId(authority, identifier),
      ids: context.ids,
      receivedAt: context.receivedAt,
    });
  } catch (error) {
    return { issues: [context.explainFault(error)] };
  }
}

function isSame(drafted: DraftFacts, { patientId, made }: DraftFacts): boolean {
  return (
    drafted.patientId === patientId &&
    drafted.made.length === made.length &&
    drafted.made.every(({ slot, id }, n) => slot === made[n]?.slot && id === made[n].id)
  );
}

/** The unit tells of another child than before: what it had made there ends. */
async function leave(
  transaction: WriteTransaction,
  prior: Lineage,
  told: { readonly source: string; readonly unit: string; readonly now: number },
): Promise<void> {
  for (const { type, id } of prior.made) await transaction.remove(type, id, SHARED_ID_SPACE, told.now);
  await transaction.putRelationships(prior.record, told.source, told.unit, []);
  // What the source says of that child stays while another of its records speaks of it.
  const lineages = await transaction.lineagesOf(prior.record);
  if (lineages.some(({ source, unit }) => source === told.source && unit !== told.unit)) return;
  const left = (await transaction.record(prior.record))?.contributions ?? [];
  for (const { source, localId } of left) {
    if (source === told.source) await transaction.removeContribution(prior.record, source, localId, told.now);
  }
}
