/**
 * `node gateway/commands/body-words.ts`
 *
 * Makes the words anew against which the store keeps bodies (`store/words/body-words.txt`), of children who do not exist
 * in every area of the demonstration. Worth doing when mappings tell much that they did not tell before; what is kept
 * against earlier words stays as it is. Prints the bytes of the words.
 */
import { randomUUID } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { AREAS, type Area } from "#mappers/synthetic/areas.ts";
import { generate } from "#mappers/synthetic/generate.ts";
import { REFERENCE_DATE } from "#mappers/synthetic/scenarios.ts";
import { demonstrationSources, sendingOrganizations } from "../demonstration/sources.ts";
import { createMatcher } from "../identity/matcher/create-matcher.ts";
import { ENGLAND } from "../identity/matcher/model/england.ts";
import { createChildResolver } from "../identity/resolve-child.ts";
import { createIngestLine, type IngestLine } from "../ingest/line.ts";
import { mapperOf } from "../ingest/mappers.ts";
import { createSqliteStore } from "../store/sqlite/sqlite.ts";
import type { Store } from "../store/store.ts";
import { makeWords, type SampleBody } from "../store/words/make-words.ts";

const WORDS = new URL("../store/words/body-words.txt", import.meta.url);
/** Of an area; as many as have every finding that is not rare. */
const CHILDREN = 80;
const WORDS_BYTES = 32_768;
const PAGE_RECORDS = 1_000;

async function main(): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), "body-words-"));
  const store = createSqliteStore({ path: join(directory, "store.sqlite"), isAlone: true });
  try {
    const samples: SampleBody[] = [];
    for (const area of AREAS.slice(0, 3)) {
      const after = samples.length === 0 ? 0 : ((await store.scanRecords({}, 0, 1_000_000)).at(-1) ?? 0);
      await bring(area, toLine(store));
      samples.push(...(await bodiesOf(store, area.id, after)));
    }
    const words = makeWords(samples, WORDS_BYTES);
    await writeFile(WORDS, words);
    process.stdout.write(`${Buffer.byteLength(words)} bytes\n`);
  } finally {
    await store.close();
    await rm(directory, { recursive: true });
  }
}

function toLine(store: Store): IngestLine {
  const matching = {
    matches: (authority: string, other: string) => authority === other,
    authorityOf: (source: string) => source.slice(0, source.lastIndexOf("-")),
  };
  const resolver = createChildResolver(createMatcher(ENGLAND), matching);
  return createIngestLine({ store, mapperOf, resolver, ids: randomUUID, clock: Date.now });
}

async function bring(area: Area, line: IngestLine): Promise<void> {
  const organizations = new Map(sendingOrganizations().map((organization) => [organization.id, organization]));
  const sources = new Map(demonstrationSources().map((source) => [source.source, source]));
  const options = { children: CHILDREN, seed: "words", today: REFERENCE_DATE, dirtRate: 0, areas: [area] };
  for (const { source: name, chunks } of generate(options)) {
    const source = sources.get(name);
    const organization = organizations.get(source?.organization ?? "");
    if (source === undefined || organization === undefined) continue;
    const { kind, authority, localAuthority, legalBasis } = source;
    const told = { source: name, kind, authority, localAuthority, legalBasis, organization, derives: new Set<never>() };
    await line.ingest(told, { id: randomUUID(), receivedAt: Date.now(), client: "words" }, toBytes(chunks));
  }
}

async function* toBytes(chunks: Iterable<string>): AsyncGenerator<Uint8Array> {
  for (const chunk of chunks) yield Buffer.from(chunk);
}

async function bodiesOf(store: Store, authority: string, after: number): Promise<SampleBody[]> {
  const samples: SampleBody[] = [];
  for (const key of await store.scanRecords({}, after, PAGE_RECORDS)) {
    for (const { body } of (await store.record(key))?.resources ?? [])
      samples.push({ authority, body: body.toString() });
  }
  return samples;
}

await main();
