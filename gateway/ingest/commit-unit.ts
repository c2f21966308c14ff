import type { Patient } from "@medplum/fhirtypes";
import type { DataClass, Mapped } from "#mappers/mapper.ts";
import type { RegisteredSource } from "../access/source.ts";
import { toBlockKey } from "../identity/block-key.ts";
import { applyResolution, type Resolution, resolveChild } from "../identity/resolve-child.ts";
import { toRecordSearchKeys } from "../search/keys.ts";
import { type Lineage, type RecordKey, SHARED_ID_SPACE, type WriteTransaction } from "../store/store.ts";
import { commitOrganizations } from "./commit-organizations.ts";
import { type CurrentResources, commitResources, compareContents } from "./commit-resources.ts";
import type { KnownIdentifier, Unit, UnitIssue, UnitOutcome } from "./unit.ts";
import { type ExplainFault, validateMapped } from "./validate-mapped.ts";

/** What stays the same for all units of a delivery. */
export interface CommitContext {
  readonly source: RegisteredSource;
  readonly dataClass: DataClass;
  /** Id of the receipt. */
  readonly delivery: string;
  /** Version of the mapper. */
  readonly mapping: number;
  /** Milliseconds since 1970. */
  readonly receivedAt: number;
  readonly ids: () => string;
  readonly clock: () => number;
  readonly organizationId: (
    authority: string,
    identifier: { readonly system: string; readonly value: string },
  ) => string;
  /** Logical id of a child that exists. */
  readonly patientIdOf: (transaction: WriteTransaction, record: RecordKey) => Promise<string>;
  readonly explainFault: ExplainFault;
  /** Content hashes of the organisations that this transaction has seen to, by logical id and that hash. */
  readonly organizations: Map<string, string>;
}

const NOTHING: CurrentResources = new Map();

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
  const prior = await transaction.lineage(source, unit.key);
  if (prior?.hash === unit.hash) return { kind: "unchanged" };

  const describesChild = context.dataClass !== "sharing";
  const resolution = await resolveChild(transaction, source, unit.identity, { describesChild });
  const patientId =
    resolution.record === undefined ? context.ids() : await context.patientIdOf(transaction, resolution.record);
  const stays = prior !== undefined && prior.record === resolution.record;
  const ids = createSlotIds(stays ? prior : undefined, context.ids);
  const mapped = mapUnit(unit, patientId, ids, context);
  if ("issues" in mapped) return { kind: "refused", issues: mapped.issues };
  const patient = withoutWithheld(mapped.patient, resolution);
  const current = stays ? await transaction.currentOf(prior.record) : NOTHING;
  const contents = compareContents(mapped.made, current, { idOf: ids, source });
  const issues = validateMapped(
    contents.flatMap(({ content, isStored }) => (isStored ? [] : [content.resource])),
    mapped.organizations,
    patient,
  );
  if (issues.length > 0) return { kind: "refused", issues };

  const now = context.clock();
  const record = await applyResolution(transaction, resolution, { patientId, now, madeBefore: prior?.made ?? [] });
  if (prior !== undefined && !stays) await leave(transaction, prior, { source, unit: unit.key, now });
  await commitOrganizations(transaction, mapped.organizations, context);
  const { made, changed } = await commitResources(transaction, record, {
    unit,
    contents,
    current,
    patientId: patient === undefined ? undefined : patientId,
    prior: stays ? prior.made : [],
    idOf: ids,
    context,
  });
  const identifiers = await commitContribution(transaction, record, { patient, resolution, context, now });
  await transaction.putRelationships(record, source, unit.key, mapped.relationships);
  await transaction.putLineage(source, unit.key, {
    hash: unit.hash,
    record,
    made,
    delivery: context.delivery,
    line: unit.line,
    receivedAt: context.receivedAt,
    mapping: context.mapping,
  });
  return {
    kind: "committed",
    record,
    patientId,
    changed,
    notCarried: mapped.notCarried,
    identifiers,
    until: latestDate(mapped, context.receivedAt),
  };
}

/** The same slot has the same id for ever; a new one gets a new id. */
function createSlotIds(prior: Lineage | undefined, next: () => string): (slot: string) => string {
  const ids = new Map(prior?.made.map(({ slot, id }) => [slot, id]));
  return (slot) => {
    const known = ids.get(slot);
    if (known !== undefined) return known;
    const id = next();
    ids.set(slot, id);
    return id;
  };
}

function mapUnit(
  unit: Unit,
  patientId: string,
  id: (slot: string) => string,
  context: CommitContext,
): Mapped | { readonly issues: readonly UnitIssue[] } {
  const { source, authority, localAuthority, derives } = context.source;
  try {
    return unit.map({
      source,
      localAuthority,
      patientId,
      id,
      organizationId: (identifier) => context.organizationId(authority, identifier),
      derives,
    });
  } catch (error) {
    return { issues: [context.explainFault(error)] };
  }
}

/** What is withheld for this child goes out of the contribution itself, so that no reader can meet it. */
function withoutWithheld(patient: Patient | undefined, { withheldIdentifiers }: Resolution): Patient | undefined {
  if (patient?.identifier === undefined || withheldIdentifiers.length === 0) return patient;
  const identifier = patient.identifier.filter(
    (told) =>
      !withheldIdentifiers.some(({ system, value }) => told.system === system && normalised(told.value) === value),
  );
  const { identifier: _, ...others } = patient;
  return identifier.length === 0 ? others : { ...others, identifier };
}

function normalised(value = ""): string {
  return value.replace(/[\s-]/g, "").toUpperCase();
}

async function commitContribution(
  transaction: WriteTransaction,
  record: RecordKey,
  told: {
    readonly patient: Patient | undefined;
    readonly resolution: Resolution;
    readonly context: CommitContext;
    readonly now: number;
  },
): Promise<readonly KnownIdentifier[]> {
  const { resolution, context, now } = told;
  const block = toBlockKey(resolution.identity);
  // A source that tells nothing to show of the person (a register of objections) is still found by the next source.
  const patient: Patient | undefined = told.patient ?? (block === undefined ? undefined : { resourceType: "Patient" });
  if (patient === undefined) return [];
  const { source, authority } = context.source;
  const { localId } = resolution.identity;
  const body = JSON.stringify(patient);
  if (resolution.facts.linked !== undefined) {
    const before = await transaction.contribution(record, source, localId);
    if (before?.body === body) return [];
  }
  const keys = toRecordSearchKeys(patient);
  await transaction.putContribution(
    record,
    authority,
    { source, localId, dataClass: context.dataClass, lastUpdated: now, body },
    block === undefined ? keys : [...keys, { code: "block", value: block }],
  );
  return (patient.identifier ?? []).flatMap(({ system, value }) =>
    system === undefined || value === undefined ? [] : [{ system, value, record }],
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
}

/** A date in the future is a slip of the source, and must not make it look more recent than it is. */
function latestDate(mapped: Mapped, receivedAt: number): string | undefined {
  const today = new Date(receivedAt).toISOString().slice(0, 10);
  let latest: string | undefined;
  for (const { resource } of mapped.made) {
    const told =
      resource.resourceType === "Observation"
        ? (resource.effectiveDateTime ?? resource.effectivePeriod?.end ?? resource.effectiveInstant)
        : resource.dateTime;
    const date = told?.slice(0, 10);
    if (date?.length === 10 && date <= today && (latest === undefined || date > latest)) latest = date;
  }
  return latest;
}
