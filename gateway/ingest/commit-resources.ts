import { type Lineage, type RecordKey, SHARED_ID_SPACE, type WriteTransaction } from "../store/store.ts";
import type { CommitContext } from "./commit-unit.ts";
import type { DraftContent } from "./draft.ts";
import { type DraftedProvenance, PROVENANCE, targetsOf, toProvenanceSlot } from "./draft-provenances.ts";
import { type ProvenanceDelivery, toProvenance } from "./provenance.ts";
import { type Content, toContent, toStoredResource } from "./stored-resource.ts";
import type { Brought, Unit } from "./unit.ts";

/** A resource that a unit made, and whether the store holds just that already. */
export interface MadeContent {
  readonly made: DraftContent;
  readonly isStored: boolean;
}

/** Version and content hash of what a record holds, by `type/id`. */
export type CurrentResources = Awaited<ReturnType<WriteTransaction["currentOf"]>>;

/** Compares what a unit makes with what is held. */
export function compareContents(made: readonly DraftContent[], current: CurrentResources): readonly MadeContent[] {
  return made.map((one) => ({ made: one, isStored: hashOf(one.content, current) === one.content.hash }));
}

/** Hash of the content that is held of a resource. */
export function hashOf(
  { type, id }: { readonly type: string; readonly id: string },
  current: CurrentResources,
): string | undefined {
  return current.get(`${type}/${id}`)?.contentHash;
}

interface ToCommit {
  readonly unit: Unit;
  readonly contents: readonly MadeContent[];
  readonly current: CurrentResources;
  /** Set when the unit tells something about the person. */
  readonly patientId: string | undefined;
  /** What the unit made before. */
  readonly prior: Lineage["made"];
  readonly idOf: (slot: string) => string;
  readonly provenances: readonly DraftedProvenance[];
  /** The delivery that had brought the same record before; only what is made of it may differ. */
  readonly broughtBy: Brought | undefined;
  readonly context: CommitContext;
}

interface Committed {
  readonly made: Lineage["made"];
  readonly changed: readonly string[];
}

/** Stores what differs from what is there, ends what is made no more, and says of each source record what it made. */
export async function commitResources(
  transaction: WriteTransaction,
  record: RecordKey,
  work: ToCommit,
): Promise<Committed> {
  const { prior, context, unit } = work;
  const made: { slot: string; type: string; id: string }[] = [];
  const changed: string[] = [];
  const priorSlots = new Set(prior.map(({ slot }) => slot));
  const told = new Set<string>();
  for (const { made: one, isStored } of work.contents) {
    const { content } = one;
    const { type, id } = content;
    made.push({ slot: one.slot, type, id });
    if (isStored) continue;
    await putContent(transaction, record, { content, work, isNew: !priorSlots.has(one.slot) });
    told.add(one.record);
    changed.push(type);
  }
  const contents = work.contents.map(({ made: one }) => one);
  for (const [name, targets] of targetsOf({ record: unit.record, patientId: work.patientId, contents })) {
    const slot = toProvenanceSlot(name);
    made.push({ slot, type: PROVENANCE, id: work.idOf(slot) });
    const isNew = !priorSlots.has(slot);
    if (!isNew && !told.has(name)) continue;
    const content = await toProvenanceContent(transaction, { name, slot, targets, isNew }, work);
    await putContent(transaction, record, { content, work, isNew });
    changed.push(PROVENANCE);
  }
  changed.push(...(await endOthers(transaction, { prior, made, now: context.clock() })));
  return { made, changed };
}

/** The one that was drafted, where it tells of the delivery that brought the record. */
async function toProvenanceContent(
  transaction: WriteTransaction,
  about: {
    readonly name: string;
    readonly slot: string;
    readonly targets: readonly string[];
    readonly isNew: boolean;
  },
  { unit, idOf, provenances, broughtBy, context }: ToCommit,
): Promise<Content> {
  const { name, slot, targets, isNew } = about;
  const { source, organizationId, mapping } = context;
  const brought = unit.broughtBy?.(name) ?? broughtBy ?? context;
  const isOfThis = brought.delivery === context.delivery;
  const drafted = isNew && isOfThis ? provenances.find((one) => one.slot === slot) : undefined;
  if (drafted !== undefined) return drafted.content;
  const provenance = toProvenance({
    id: idOf(slot),
    source,
    organizationId: organizationId(source.authority, source.organization),
    record: name,
    targets,
    delivery: await toDelivery(transaction, brought, context),
    mapping,
    recordedAt: context.receivedAt,
    activity: isNew ? "CREATE" : "UPDATE",
  });
  return toContent(provenance, source.source);
}

/** The delivery that brought a record, with the name of its file as the receipt has it. */
async function toDelivery(
  transaction: WriteTransaction,
  { delivery, receivedAt }: Brought,
  { fileNames }: CommitContext,
): Promise<ProvenanceDelivery> {
  if (!fileNames.has(delivery)) {
    const receipt: { readonly fileName?: string } = JSON.parse((await transaction.receipt(delivery)) ?? "{}");
    fileNames.set(delivery, receipt.fileName);
  }
  return { receipt: delivery, file: fileNames.get(delivery), receivedAt };
}

async function putContent(
  transaction: WriteTransaction,
  record: RecordKey,
  told: { readonly content: Content; readonly work: ToCommit; readonly isNew: boolean },
): Promise<void> {
  const { content, work, isNew } = told;
  const { type, id } = content;
  // A slot that is made for the first time has an id that nobody has seen; one that had ended counts on from its end.
  const before = isNew
    ? undefined
    : (work.current.get(`${type}/${id}`) ?? (await transaction.current(type, id, SHARED_ID_SPACE)));
  const stored = toStoredResource(content, {
    source: work.context.source.source,
    dataClass: work.context.dataClass,
    version: (before?.version ?? 0) + 1,
    now: work.context.clock(),
    isFirst: isNew,
  });
  await transaction.put(record, stored);
}

async function endOthers(
  transaction: WriteTransaction,
  told: { readonly prior: Lineage["made"]; readonly made: Lineage["made"]; readonly now: number },
): Promise<readonly string[]> {
  const slots = new Set(told.made.map(({ slot }) => slot));
  const ended = told.prior.filter(({ slot }) => !slots.has(slot));
  for (const { type, id } of ended) await transaction.remove(type, id, SHARED_ID_SPACE, told.now);
  return ended.map(({ type }) => type);
}
