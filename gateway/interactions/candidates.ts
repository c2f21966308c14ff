import { isCanonicalType, isRecordType, type ServedType } from "#profiles/interactions.ts";
import type { Requester } from "../access/requester.ts";
import type { Condition, Lead, Question } from "../search/search-query.ts";
import type { IdSpace, ReadVerbs, RecordKey } from "../store/store.ts";
import { toAuditBounds } from "./candidates-audit.ts";
import { leadRecords, linkedRecords, union } from "./candidates-leads.ts";
import type { Moment, RecordReader, VisibleRecord } from "./record-reader.ts";
import type { Soon } from "./soon.ts";
import type { Walks } from "./walks.ts";

/** Identifier → records; answers may be out of date, and are checked against the record. */
export interface IdentifierResolver {
  resolve(system: string, value: string, idSpace: IdSpace, changes: number): Soon<readonly RecordKey[]>;
  forget(system: string, value: string, idSpace: IdSpace): Promise<void>;
  /** The same as a transaction sees it, without any cache. */
  within(reads: ReadVerbs): IdentifierResolver;
}

/** AuditEvents in parts of bounded size. */
export interface AuditEvents {
  /**
   * The parts that a requester may see, ascending by key, with keys greater than `after` and none below
   * `AUDIT_KEYS_FROM`; none without an agreement to read audit, nor of clients of other authorities. What lies outside
   * `bounds` may be left out.
   */
  parts(requester: Requester, after: RecordKey, bounds: AuditBounds): AsyncIterable<VisibleRecord>;
  /** An entry that says of which machines not all is there; none where all is. To be asked once the parts were. */
  missing?(requester: Requester): Buffer | undefined;
}

/** When what is asked for was recorded, as far as the question says: milliseconds since 1970, both inclusive. */
export interface AuditBounds {
  readonly from_ms?: number;
  readonly until_ms?: number;
}

/** Beyond every key of the store, so that the parts of the audit log come last in record order. */
export const AUDIT_KEYS_FROM = 2 ** 52;

export interface CandidatePorts {
  readonly store: Pick<ReadVerbs, "locate" | "findRecords" | "findResources" | "scanRecords" | "sharedRecords">;
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
    resolver: ports.resolver.within(transaction),
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
  /** When it was recorded, if AuditEvents are asked for. */
  readonly auditEvents: AuditBounds | undefined;
}

const NO_RECORDS: readonly RecordKey[] = [];
const ONLY_KNOWN = { children: false, canonicals: false, auditEvents: undefined } as const;

/** Types that are about a person: with the child where the child is held, in shared records where not. */
const ABOUT_CHILDREN: ReadonlySet<ServedType> = new Set(["Observation", "Consent", "Provenance"]);

/** The records in which a question can find anything at all. */
export async function candidatesOf(question: Question, looking: Looking, ports: CandidatePorts): Promise<Candidates> {
  const { type } = question;
  if (question.conditions.some(isNeverMet)) return { ...ONLY_KNOWN, known: NO_RECORDS };
  if (isCanonicalType(type)) return { ...ONLY_KNOWN, known: NO_RECORDS, canonicals: true };
  if (type === "AuditEvent") return { ...ONLY_KNOWN, known: NO_RECORDS, auditEvents: toAuditBounds(question) };
  const lead = usableLead(question);
  if (lead?.kind === "linked") {
    return { ...ONLY_KNOWN, known: await linkedRecords(lead, looking, ports), children: true };
  }
  const isLocated = (lead?.kind === "id" || lead?.kind === "resource-identifier") && lead.type === type;
  if (type === "Patient" || ABOUT_CHILDREN.has(type)) {
    const found = lead && leadRecords(lead, looking, ports);
    const led = found instanceof Promise ? await found : found;
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
  if (question.type !== "Patient" && !ABOUT_CHILDREN.has(question.type)) return true;
  const lead = usableLead(question);
  return lead !== undefined && lead.kind !== "linked";
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
  question: Question,
  looking: Looking,
  ports: CandidatePorts,
): Promise<Candidates> {
  const { type } = question;
  if (type === "AuditEvent") return { ...ONLY_KNOWN, known: NO_RECORDS, auditEvents: toAuditBounds(question) };
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
      auditEvents: sum.auditEvents ?? candidates.auditEvents,
    }),
    first,
  );
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
