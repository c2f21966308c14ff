import { randomUUID } from "node:crypto";
import type { SourceKind } from "#mappers/mapper.ts";
import { AREAS } from "#mappers/synthetic/areas.ts";
import { generate } from "#mappers/synthetic/generate.ts";
import { REFERENCE_DATE } from "#mappers/synthetic/scenarios.ts";
import type { Register } from "../access/register.ts";
import type { RegisteredSource } from "../access/source.ts";
import { demonstrationSources } from "../demonstration/sources.ts";
import { createMatcher } from "../identity/matcher/create-matcher.ts";
import { ENGLAND } from "../identity/matcher/model/england.ts";
import { createChildResolver } from "../identity/resolve-child.ts";
import { createIngestLine } from "../ingest/line.ts";
import type { MapperOf } from "../ingest/mappers.ts";
import { type RecordKey, SHARED_ID_SPACE, type Store } from "../store/store.ts";

/** Of an authority; as many as bring every kind of source. */
const CHILDREN = 16;
const PAGE_records = 200;

export interface InventedOptions {
  readonly register: Register;
  readonly mapperOf: MapperOf;
  /** Empty, and thrown away afterwards. */
  readonly store: Store;
  /** Milliseconds since 1970. */
  readonly now_ms: number;
}

/**
 * Fills a store with children who do not exist, told by every registered source through the ingest line itself, and each
 * of them related to every client's organisation. Answers with the children's records.
 */
export async function bringInvented({
  register,
  mapperOf,
  store,
  now_ms,
}: InventedOptions): Promise<readonly RecordKey[]> {
  const kinds = new Map(demonstrationSources().map(({ source, kind }): [string, SourceKind] => [source, kind]));
  const line = createIngestLine({
    store,
    mapperOf,
    resolver: createChildResolver(createMatcher(ENGLAND), register),
    ids: randomUUID,
    clock: () => now_ms,
  });
  const authorities = [...new Set(register.sources.map(({ authority }) => authority))];
  for (const [index, authority] of authorities.entries()) {
    const area = AREAS[index % AREAS.length];
    if (area === undefined) continue;
    const files = generate({ children: CHILDREN, seed: "evidence", today: REFERENCE_DATE, dirtRate: 0, areas: [area] });
    for (const file of files) {
      for (const source of register.sources) {
        if (source.authority !== authority || source.kind !== kinds.get(file.source)) continue;
        const delivery = { id: randomUUID(), receivedAt: now_ms, client: "evidence" };
        await line.ingest(asOf(source, area.localAuthority), delivery, toBytes(file.chunks));
      }
    }
  }
  const keys = await childrenIn(store, authorities);
  await relateAll(store, keys, register);
  return keys;
}

/** Invented records name the authority that they were invented in; column names are those of the mapper. */
function asOf({ columns: _, ...source }: RegisteredSource, localAuthority: string): RegisteredSource {
  return { ...source, localAuthority };
}

async function childrenIn(store: Store, authorities: readonly string[]): Promise<readonly RecordKey[]> {
  const keys: RecordKey[] = [];
  for (let after = 0; ; ) {
    const page = await store.scanRecords({ authorities }, after, PAGE_records);
    keys.push(...page);
    after = page.at(-1) ?? after;
    if (page.length < PAGE_records) return keys;
  }
}

async function relateAll(store: Store, keys: readonly RecordKey[], { clients }: Register): Promise<void> {
  const relationships = clients.flatMap(({ agreement, organization: { system, value } }) =>
    agreement.relationship === "authority" || agreement.idSpace !== SHARED_ID_SPACE
      ? []
      : [{ kind: agreement.relationship, organization: { system, value } }],
  );
  for (const key of keys) {
    await store.write((transaction) => transaction.putRelationships(key, "evidence", "evidence", relationships));
  }
}

async function* toBytes(chunks: Iterable<string>): AsyncGenerator<Uint8Array> {
  const encoder = new TextEncoder();
  for (const chunk of chunks) yield encoder.encode(chunk);
}
