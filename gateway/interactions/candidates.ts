import type { Requester } from "../access/requester.ts";
import { LIMITS } from "../limits.ts";
import type { Lead, SearchQuery } from "../search/query.ts";
import type { IdentifierValue } from "../search/query-values.ts";
import type { RecordKey, RecordScope, RecordSearchKey, Store } from "../store/store.ts";
import type { RecordReader } from "./record-reader.ts";

/** Identifier → record; answers may be out of date, and are checked against the record. */
export interface IdentifierResolver {
  resolve(system: string, value: string, changes: number): Promise<RecordKey | undefined>;
  forget(system: string, value: string): Promise<void>;
}

export interface CandidatePorts {
  readonly store: Store;
  readonly reader: RecordReader;
  readonly resolver: IdentifierResolver;
}

/** More records than this under one name: going through the requester's own is no dearer. */
const LEAD_RECORDS_max = 2_000;

/**
 * The records in which a query can match at all, ascending: those its best lead names, or `undefined` when it has none
 * that narrows and the requester's whole list is to be gone through. Nothing here decides visibility.
 */
export async function leadRecords(
  query: SearchQuery,
  changes: number,
  ports: CandidatePorts,
): Promise<readonly RecordKey[] | undefined> {
  const { lead } = query;
  if (!lead) return undefined;
  if (lead.kind === "identifier" && lead.identifiers.length === 1 && lead.identifiers[0]) {
    const key = await resolveIdentifier(lead.identifiers[0], changes, ports);
    return key === undefined ? [] : [key];
  }
  const found = await Promise.all(lookups(lead, changes, ports));
  if (found.some((keys) => keys.length > LEAD_RECORDS_max)) return undefined;
  return [...new Set(found.flat())].sort((a, b) => a - b);
}

function lookups(lead: Lead, changes: number, ports: CandidatePorts): readonly Promise<readonly RecordKey[]>[] {
  const find = (...keys: (RecordSearchKey & { prefix?: boolean })[]) =>
    ports.store.findRecords(keys, LEAD_RECORDS_max + 1);
  switch (lead.kind) {
    case "identifier":
      return lead.identifiers.map(async (identifier) => toList(await resolveIdentifier(identifier, changes, ports)));
    case "id":
      return lead.ids.map(async (id) => toList(await ports.store.locate(lead.type, id)));
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

function toList(key: RecordKey | undefined): readonly RecordKey[] {
  return key === undefined ? [] : [key];
}

/** A resolution that the record does not bear out is dropped and asked of the store again. */
async function resolveIdentifier(
  { system, value }: IdentifierValue,
  changes: number,
  { reader, resolver }: CandidatePorts,
): Promise<RecordKey | undefined> {
  const key = await resolver.resolve(system, value, changes);
  if (key === undefined || (await reader.carries(key, `${system}|${value}`, changes))) return key;
  await resolver.forget(system, value);
  return resolver.resolve(system, value, changes);
}

/** Goes through all records that could be visible to a requester, ascending, a batch at a time. */
export async function* scanRequesterRecords(
  requester: Requester,
  after: RecordKey,
  store: Store,
): AsyncGenerator<RecordKey> {
  const { agreement, organization } = requester;
  const scope: RecordScope =
    agreement.relationship === "authority"
      ? { authorities: agreement.authorities }
      : { organizations: [{ system: organization.system, value: organization.value }] };
  let last = after;
  for (;;) {
    const keys = await store.scanRecords(scope, last, LIMITS.scan_batch_records);
    yield* keys;
    const end = keys.at(-1);
    if (end === undefined || keys.length < LIMITS.scan_batch_records) return;
    last = end;
  }
}
