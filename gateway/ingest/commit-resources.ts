import type { Made, Mapped } from "#mappers/mapper.ts";
import type { Lineage, RecordKey, WriteTransaction } from "../store/store.ts";
import type { CommitContext } from "./commit-unit.ts";
import { toProvenance } from "./provenance.ts";
import { type Content, type Identified, toContent, toStoredResource } from "./stored-resource.ts";
import type { Unit } from "./unit.ts";

interface ToCommit {
  readonly unit: Unit;
  readonly mapped: Mapped;
  /** Set when the unit tells something about the person. */
  readonly patientId: string | undefined;
  /** What the unit made before. */
  readonly prior: Lineage["made"];
  readonly idOf: (slot: string) => string;
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
  const { mapped, prior, context, unit } = work;
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
  for (const { slot, record: name, resource } of mapped.made) {
    const identified = withId(resource, work.idOf(slot));
    const { resourceType: type, id } = identified;
    made.push({ slot, type, id });
    const from = sourceOf(name);
    from.targets.push(`${type}/${id}`);
    const content = toContent(identified, context.source.source);
    if (await putIfChanged(transaction, record, { content, context, isNew: !priorSlots.has(slot) })) {
      from.changed = true;
      changed.push(type);
    }
  }
  for (const [name, { targets, changed: isChanged }] of sources) {
    const slot = `${PROVENANCE}/${name}`;
    const id = work.idOf(slot);
    made.push({ slot, type: PROVENANCE, id });
    const isNew = !priorSlots.has(slot);
    if (!isNew && !isChanged) continue;
    const { source, organizationId } = context;
    const provenance = toProvenance({
      id,
      source,
      organizationId: organizationId(source.authority, source.organization),
      record: name,
      targets,
      receivedAt: context.receivedAt,
      activity: isNew ? "CREATE" : "UPDATE",
    });
    await putIfChanged(transaction, record, { content: toContent(provenance, source.source), context, isNew });
    changed.push(PROVENANCE);
  }
  changed.push(...(await endOthers(transaction, { prior, made, now: context.clock() })));
  return { made, changed };
}

const PROVENANCE = "Provenance";

function withId(resource: Made["resource"], id: string): Identified<Made["resource"]> {
  return { ...resource, id };
}

async function putIfChanged(
  transaction: WriteTransaction,
  record: RecordKey,
  told: { readonly content: Content; readonly context: CommitContext; readonly isNew: boolean },
): Promise<boolean> {
  const { content, context, isNew } = told;
  const { resourceType, id } = content.resource;
  // A slot that is made for the first time has an id that nobody has seen, so there is nothing to look for.
  const current = isNew ? undefined : await transaction.current(resourceType, id);
  if (current?.contentHash === content.hash) return false;
  const stored = toStoredResource(content, {
    source: context.source.source,
    dataClass: context.dataClass,
    version: (current?.version ?? 0) + 1,
    now: context.clock(),
  });
  await transaction.put(record, stored);
  return true;
}

async function endOthers(
  transaction: WriteTransaction,
  told: { readonly prior: Lineage["made"]; readonly made: Lineage["made"]; readonly now: number },
): Promise<readonly string[]> {
  const slots = new Set(told.made.map(({ slot }) => slot));
  const ended = told.prior.filter(({ slot }) => !slots.has(slot));
  for (const { type, id } of ended) await transaction.remove(type, id, told.now);
  return ended.map(({ type }) => type);
}
