import { randomUUID } from "node:crypto";
import { mkdir, open } from "node:fs/promises";
import { join } from "node:path";
import type { AuditIndex, AuditLog, IndexedRecord } from "../audit/audit.ts";
import { type ReadVerbs, type RecordKey, SHARED_ID_SPACE, type StoredRecord } from "../store/store.ts";
import { dayOf } from "./section.ts";

export interface SubjectAccessOptions {
  readonly store: ReadVerbs;
  readonly index: AuditIndex;
  readonly audit: Pick<AuditLog, "append">;
  /** Made when absent. */
  readonly out: string;
  /** Logical id of the child's Patient. */
  readonly patient: string;
}

const PAGE_records = 200;

/**
 * All that is held on one child, and who saw it, in a file for its owner's eyes alone. It is raw: what is about others,
 * or must stay unknown to the family, is in it, and somebody takes it out before anything is handed over.
 *
 * @returns the name of the file, which says nothing of whom it is about; `undefined` where there is no such child
 */
export async function writeSubjectAccess(options: SubjectAccessOptions): Promise<string | undefined> {
  const { store, audit, out, patient } = options;
  const key = await store.locate("Patient", patient, SHARED_ID_SPACE);
  const record = key === undefined ? undefined : await store.record(key);
  if (key === undefined || record === undefined) return undefined;
  // Before anything of it leaves, as with every other release.
  await audit.append({
    interaction: "subject-access",
    outcome: "success",
    requestId: randomUUID(),
    client: "command-line",
    disclosures: [{ patient, released: namesOf(record), family: "deferred" }],
  });
  await mkdir(out, { recursive: true, mode: 0o700 });
  const name = `subject-access-${randomUUID()}.json`;
  const file = await open(join(out, name), "wx", 0o600);
  try {
    await file.write('{"warning":"Raw: holds data of others. To be reviewed before any of it is handed over.",\n');
    await file.write(`"held":${JSON.stringify(toHeld(record))},\n"history":[`);
    await writeList(file, historyOf(store, key));
    await file.write('],\n"sourceRecords":[');
    await writeList(file, sourceRecordsOf(store, key));
    await file.write('],\n"seenBy":[');
    await writeList(file, seenBy(options, record));
    await file.write("]}\n");
    await file.sync();
  } finally {
    await file.close();
  }
  return name;
}

/** One after another, so that a long history is never held as a whole text. */
async function writeList(
  file: { write(text: string): Promise<unknown> },
  values: AsyncIterable<object>,
): Promise<void> {
  let separator = "\n";
  for await (const value of values) {
    await file.write(`${separator}${JSON.stringify(value)}`);
    separator = ",\n";
  }
}

function namesOf({ patientId, resources }: StoredRecord): readonly string[] {
  return [`Patient/${patientId}`, ...resources.map(({ type, id, version }) => `${type}/${id}/${version}`)];
}

function toHeld(record: StoredRecord): object {
  const { patientId, contributions, pastContributions, relationships, resources, disclosureDecisions } = record;
  const told = ({ source, localId, dataClass, lastUpdated, body }: StoredRecord["contributions"][number]) => ({
    source,
    localId,
    dataClass,
    toldAt: new Date(lastUpdated).toISOString(),
    patient: JSON.parse(body),
  });
  return {
    patient: patientId,
    contributions: contributions.map(told),
    formerContributions: pastContributions.map((one) => ({ ...told(one), until: new Date(one.until).toISOString() })),
    relationships,
    resources: resources.map(({ source, dataClass, body }) => ({
      source,
      dataClass,
      resource: JSON.parse(body.toString()),
    })),
    decisions: disclosureDecisions,
    mergedChildren: record.replaces.map(({ patientId: merged, at }) => ({
      patient: merged,
      mergedAt: new Date(at).toISOString(),
    })),
  };
}

async function* historyOf(store: ReadVerbs, key: RecordKey): AsyncGenerator<object> {
  for (const { type, id, version, source, body, lastUpdated } of await store.recordHistory(key)) {
    const resource = body === undefined ? "ended" : JSON.parse(body.toString());
    yield { type, id, version, source, lastUpdated: new Date(lastUpdated).toISOString(), resource };
  }
}

/** As they came, as long as they are kept. */
async function* sourceRecordsOf(store: ReadVerbs, key: RecordKey): AsyncGenerator<object> {
  for (const { source, unit, receivedAt } of await store.lineagesOf(key)) {
    const raw = await store.raw(source, unit);
    if (raw === undefined) continue;
    const keptUntil = new Date(raw.keptUntil).toISOString();
    yield { source, unit, receivedAt: new Date(receivedAt).toISOString(), keptUntil, content: JSON.parse(raw.content) };
  }
}

/** Under its own id and under those of the children that were merged into it. */
async function* seenBy({ index }: SubjectAccessOptions, record: StoredRecord): AsyncGenerator<object> {
  for (const patient of [record.patientId, ...record.replaces.map(({ patientId }) => patientId)]) {
    for (let after: number | undefined; ; ) {
      const page = await index.scan({ patient }, after, PAGE_records);
      yield* page.map((one) => toSeen(one, patient));
      after = page.at(-1)?.position;
      if (page.length < PAGE_records) break;
    }
  }
}

function toSeen({ time, record }: IndexedRecord, patient: string): object {
  const { client, organization, purpose, legalBasis, interaction, user, disclosures } = record;
  const row = disclosures?.find((one) => one.patient === patient);
  return {
    day: dayOf(time),
    client,
    organization,
    purpose,
    legalBasis,
    interaction,
    role: user?.role,
    released: row?.released ?? [],
    override: row?.override,
  };
}
