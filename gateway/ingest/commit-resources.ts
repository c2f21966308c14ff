import { type Lineage, type RecordKey, SHARED_ID_SPACE, type WriteTransaction } from "../store/store.ts";
import type { CommitContext } from "./commit-unit.ts";
import type { DraftContent } from "./draft.ts";
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
  return made.map((one) => {
    const { type, id, hash } = one.content;
    return { made: one, isStored: current.get(`${type}/${id}`)?.contentHash === hash };
  });
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
  const sources = new Map<string, { targets: string[]; changed: boolean }>();
  const sourceOf = (name: string) => {
    const known = sources.get(name) ?? { targets: [], changed: false };
    sources.set(name, known);
    return known;
  };
  if (work.patientId !== undefined) sourceOf(unit.record).targets.push(`Patient/${work.patientId}`);
  for (const { made: one, isStored } of work.contents) {
    const { content } = one;
    const { type, id } = content;
    made.push({ slot: one.slot, type, id });
    const from = sourceOf(one.record);
    from.targets.push(`${type}/${id}`);
    if (isStored) continue;
    await putContent(transaction, record, { content, work, isNew: !priorSlots.has(one.slot) });
    from.changed = true;
    changed.push(type);
  }
  for (const [name, { targets, changed: isChanged }] of sources) {
    const slot = `${PROVENANCE}/${name}`;
    const id = work.idOf(slot);
    made.push({ slot, type: PROVENANCE, id });
    const isNew = !priorSlots.has(slot);
    if (!isNew && !isChanged) continue;
    const { source, organizationId, mapping } = context;
    const brought = unit.broughtBy?.(name) ?? work.broughtBy ?? context;
    const provenance = toProvenance({
      id,
      source,
      organizationId: organizationId(source.authority, source.organization),
      record: name,
      targets,
      delivery: await toDelivery(transaction, brought, context),
      mapping,
      recordedAt: context.receivedAt,
      activity: isNew ? "CREATE" : "UPDATE",
    });
    await putContent(transaction, record, { content: toContent(provenance, source.source), work, isNew });
    changed.push(PROVENANCE);
  }
  changed.push(...(await endOthers(transaction, { prior, made, now: context.clock() })));
  return { made, changed };
}

const PROVENANCE = "Provenance";

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
