import { isCanonicalType, isRecordType, type ServedType } from "#profiles/interactions.ts";
import type { Requester } from "../access/requester.ts";
import { LIMITS } from "../limits.ts";
import type { IdentifierValue } from "../search/query-values.ts";
import type { Condition, Lead, Question } from "../search/search-query.ts";
import {
  type IdSpace,
  type ReadVerbs,
  type RecordKey,
  type RecordScope,
  type RecordSearchKey,
  SHARED_ID_SPACE,
} from "../store/store.ts";
import type { Moment, RecordReader, VisibleRecord } from "./record-reader.ts";
import type { Walks } from "./walks.ts";

/** Identifier → records; answers may be out of date, and are checked against the record. */
export interface IdentifierResolver {
  resolve(system: string, value: string, idSpace: IdSpace, changes: number): Promise<readonly RecordKey[]>;
  forget(system: string, value: string, idSpace: IdSpace): Promise<void>;
}

/** AuditEvents in parts of bounded size. */
export interface AuditEvents {
  /**
   * The parts that a requester may see, ascending by key, with keys greater than `after` and none below
   * `AUDIT_KEYS_FROM`; none without an agreement to read audit, nor of clients of other authorities.
   */
  parts(requester: Requester, after: RecordKey): AsyncIterable<VisibleRecord>;
}

/** Beyond every key of the store, so that the parts of the audit log come last in record order. */
export const AUDIT_KEYS_FROM = 2 ** 52;

export interface CandidatePorts {
  readonly store: Pick<ReadVerbs, "locate" | "findRecords" | "scanRecords" | "sharedRecords">;
  readonly reader: RecordReader;
  readonly resolver: IdentifierResolver;
  /** The contract's own artefacts, as everybody sees them; its key is below every key of the store. */
  readonly canonicals: VisibleRecord;
  readonly auditEvents: AuditEvents;
  /** `http://host/fhir/R4`: a reference that begins so is to a resource of ours. */
  readonly fhirBase: string;
  /** Where searches that name no child queue; within a transaction, which must not wait for others, there is none. */
  readonly walks?: Walks;
}

/** The same ports as a transaction sees them: its own writes included, no cache of look-ups and no queue. */
export function withinTransaction({ walks: _, ...ports }: CandidatePorts, transaction: ReadVerbs): CandidatePorts {
  return {
    ...ports,
    store: transaction,
    reader: ports.reader.within(transaction),
    resolver: {
      async resolve(system, value, idSpace) {
        const key = { code: "identifier", value: `${system}|${value}` } as const;
        const found = await transaction.findRecords([key], LEAD_RECORDS_max + 1, idSpace);
        return idSpace === SHARED_ID_SPACE && found.length > 1 ? NO_RECORDS : found;
      },
      forget: async () => undefined,
    },
  };
}

/** Who looks, and when. */
export interface Looking {
  readonly requester: Requester;
  readonly at: Moment;
}

/** Where what meets a question can be: nothing here decides visibility. */
export interface Candidates {
  /** Keys in the store that are known beforehand, ascending. */
  readonly known: readonly RecordKey[];
  /** Whether all children that could be visible are to be gone through as well. */
  readonly children: boolean;
  readonly canonicals: boolean;
  readonly auditEvents: boolean;
}

/** More records than this under one name: going through the requester's own is no dearer. */
const LEAD_RECORDS_max = 2_000;
const NO_RECORDS: readonly RecordKey[] = [];
const ONLY_KNOWN = { children: false, canonicals: false, auditEvents: false } as const;

/** Types that are about a person: with the child where the child is held, in shared records where not. */
const ABOUT_CHILDREN: ReadonlySet<ServedType> = new Set(["Observation", "Consent", "Provenance"]);

/** The records in which a question can find anything at all. */
export async function candidatesOf(question: Question, looking: Looking, ports: CandidatePorts): Promise<Candidates> {
  const { type } = question;
  if (question.conditions.some(isNeverMet)) return { ...ONLY_KNOWN, known: NO_RECORDS };
  if (isCanonicalType(type)) return { ...ONLY_KNOWN, known: NO_RECORDS, canonicals: true };
  if (type === "AuditEvent") return { ...ONLY_KNOWN, known: NO_RECORDS, auditEvents: true };
  const lead = usableLead(question);
  const isLocated = lead?.kind === "id" && lead.type === type;
  if (type === "Patient" || ABOUT_CHILDREN.has(type)) {
    const led = lead && (await leadRecords(lead, looking, ports));
    const isExact = led !== undefined && (isLocated || lead?.kind === "identifier");
    const shared = isExact || type === "Patient" ? NO_RECORDS : await sharedRecords(type, looking, ports);
    return { ...ONLY_KNOWN, known: union(led ?? NO_RECORDS, shared), children: led === undefined };
  }
  const located = isLocated ? await leadRecords(lead, looking, ports) : undefined;
  return { ...ONLY_KNOWN, known: located ?? (await sharedRecords(type, looking, ports)) };
}

function isNeverMet(condition: Condition): boolean {
  return condition.kind === "token" && condition.hashes.length === 0;
}

function isById(condition: Condition): boolean {
  return condition.kind === "token" && condition.code === "_id";
}

/** A reference to another resource of the same type says nothing of the record that refers. */
function usableLead({ type, lead, conditions }: Question): Lead | undefined {
  if (lead?.kind !== "id" || lead.type !== type || conditions.some(isById)) return lead;
  return undefined;
}

/** Whether what a question asks names a child, or words that few children share: only then is counting cheap. */
export function isNarrow(question: Question): boolean {
  if (isCanonicalType(question.type)) return true;
  if (question.type === "AuditEvent") return false;
  return (question.type !== "Patient" && !ABOUT_CHILDREN.has(question.type)) || usableLead(question) !== undefined;
}

/** The record of a Patient, as far as it exists for the requester. */
export async function patientRecord(
  id: string,
  { requester, at }: Looking,
  { store, reader }: CandidatePorts,
): Promise<VisibleRecord | undefined> {
  const key = await store.locate("Patient", id, requester.agreement.idSpace);
  return key === undefined ? undefined : reader.view(key, requester, at);
}

/** The records of a compartment: the child's own and, for what stands outside it, shared ones. */
export async function compartmentOf(
  key: RecordKey,
  type: ServedType,
  looking: Looking,
  ports: CandidatePorts,
): Promise<Candidates> {
  if (type === "AuditEvent") return { ...ONLY_KNOWN, known: NO_RECORDS, auditEvents: true };
  const shared = type === "Patient" ? NO_RECORDS : await sharedRecords(type, looking, ports);
  return { ...ONLY_KNOWN, known: union([key], shared) };
}

/** The records in which something of a type can refer to what other records hold. */
export async function around(
  views: readonly VisibleRecord[],
  type: ServedType,
  looking: Looking,
  ports: CandidatePorts,
): Promise<Candidates> {
  const isWithChildren = type === "Patient" || ABOUT_CHILDREN.has(type);
  const shared = type === "Patient" ? NO_RECORDS : await sharedRecords(type, looking, ports);
  if (!isWithChildren) return { ...ONLY_KNOWN, known: shared };
  const own = [...new Set(views.map(({ key }) => key))].sort((a, b) => a - b);
  return { ...ONLY_KNOWN, known: union(own, shared), children: views.some(({ patientId }) => patientId === "") };
}

/** The records of several questions taken together. */
export function together(all: readonly Candidates[]): Candidates {
  const [first, ...others] = all;
  if (first === undefined) return { ...ONLY_KNOWN, known: NO_RECORDS };
  return others.reduce(
    (sum, candidates) => ({
      known: union(sum.known, candidates.known),
      children: sum.children || candidates.children,
      canonicals: sum.canonicals || candidates.canonicals,
      auditEvents: sum.auditEvents || candidates.auditEvents,
    }),
    first,
  );
}

function union(a: readonly RecordKey[], b: readonly RecordKey[]): readonly RecordKey[] {
  if (b.length === 0) return a;
  if (a.length === 0) return b;
  return [...new Set([...a, ...b])].sort((left, right) => left - right);
}

/** Person-related resources outside a child's record are for those alone who see a whole authority. */
async function sharedRecords(
  type: ServedType,
  { requester: { agreement } }: Looking,
  { store }: CandidatePorts,
): Promise<readonly RecordKey[]> {
  if (!isRecordType(type) || (ABOUT_CHILDREN.has(type) && agreement.relationship !== "authority")) return NO_RECORDS;
  return store.sharedRecords(type, agreement.authorities);
}

/** The records that a lead names, ascending; `undefined` when they are too many to be a lead. */
async function leadRecords(
  lead: Lead,
  looking: Looking,
  ports: CandidatePorts,
): Promise<readonly RecordKey[] | undefined> {
  if (lead.kind === "identifier" && lead.identifiers.length === 1 && lead.identifiers[0]) {
    return resolveIdentifier(lead.identifiers[0], looking, ports);
  }
  const found = await Promise.all(lookups(lead, looking, ports));
  if (found.some((keys) => keys.length > LEAD_RECORDS_max)) return undefined;
  return found.reduce(union, NO_RECORDS);
}

function lookups(lead: Lead, looking: Looking, ports: CandidatePorts): readonly Promise<readonly RecordKey[]>[] {
  const { idSpace } = looking.requester.agreement;
  const find = (...keys: (RecordSearchKey & { prefix?: boolean })[]) =>
    ports.store.findRecords(keys, LEAD_RECORDS_max + 1, idSpace);
  switch (lead.kind) {
    case "identifier":
      return lead.identifiers.map((identifier) => resolveIdentifier(identifier, looking, ports));
    case "id":
      return [locateAll(lead, idSpace, ports)];
    case "birthdate":
      return lead.dates.map((value) => find({ code: "birthdate", value }));
    case "names":
      return lead.texts.flatMap((value) =>
        (lead.code === "name" ? (["family", "given"] as const) : [lead.code]).map((code) =>
          find({ code, value, prefix: true }),
        ),
      );
  }
}

async function locateAll(
  { type, ids }: Extract<Lead, { kind: "id" }>,
  idSpace: IdSpace,
  { store }: CandidatePorts,
): Promise<readonly RecordKey[]> {
  const keys = await Promise.all(ids.map((id) => store.locate(type, id, idSpace)));
  return [...new Set(keys)].filter((key) => key !== undefined).sort((a, b) => a - b);
}

/** A resolution that a record does not bear out is dropped and asked of the store again. */
async function resolveIdentifier(
  { system, value }: IdentifierValue,
  { requester, at: { changes } }: Looking,
  { reader, resolver }: CandidatePorts,
): Promise<readonly RecordKey[]> {
  const { idSpace } = requester.agreement;
  const keys = await resolver.resolve(system, value, idSpace, changes);
  for (const key of keys) {
    if (await reader.carries(key, `${system}|${value}`, changes)) continue;
    await resolver.forget(system, value, idSpace);
    return resolver.resolve(system, value, idSpace, changes);
  }
  return keys;
}

/** Goes through all children's records that could be visible to a requester, ascending, a batch at a time. */
export async function* scanRequesterRecords(
  { agreement, organization }: Requester,
  after: RecordKey,
  store: CandidatePorts["store"],
): AsyncGenerator<RecordKey> {
  const scope: RecordScope =
    agreement.relationship === "authority"
      ? { authorities: agreement.authorities }
      : { organizations: [{ system: organization.system, value: organization.value }] };
  let last = Math.max(after, 0);
  for (;;) {
    const keys = await store.scanRecords(scope, last, LIMITS.scan_batch_records);
    yield* keys;
    const end = keys.at(-1);
    if (end === undefined || keys.length < LIMITS.scan_batch_records) return;
    last = end;
  }
}
