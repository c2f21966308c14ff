import { randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Patient } from "@medplum/fhirtypes";
import { toNhsNumberIdentifier } from "#mappers/datatypes/identifier.ts";
import type { SourceIdentity } from "#mappers/mapper.ts";
import { NHS_NUMBER } from "#profiles/systems.ts";
import { withoutWithheld } from "../../disclosure/withheld.ts";
import { scopeOf, startResolver } from "../../identity/resolver.fixtures.ts";
import type { PersonTracer } from "../../identity/tracing.ts";
import { DERIVE, toRecordSearchKeys } from "../../search/keys.ts";
import { createSqliteStore } from "../../store/sqlite/sqlite.ts";
import { type RecordKey, SHARED_ID_SPACE } from "../../store/store.ts";
import { createUnlinkedTracing, type TraceUnlinkedOptions } from "./trace-unlinked.ts";

export const SOURCES: ReturnType<TraceUnlinkedOptions["sources"]> = [
  { source: "leeds-eyfsp", authority: "leeds", traces: true, legalBasis: "a test's" },
  { source: "leeds-eyc", authority: "leeds", traces: false, legalBasis: "a test's" },
  { source: "wirral-eyfsp", authority: "wirral", traces: true, legalBasis: "a test's" },
];

export type TestStore = Awaited<ReturnType<typeof openStore>>;

/** A store on disk with children as sources tell of them. */
export async function openStore() {
  const directory = await mkdtemp(join(tmpdir(), "pds-"));
  const store = createSqliteStore({ path: join(directory, "store.sqlite"), isAlone: true, derive: DERIVE });
  const scope = scopeOf();
  const resolver = startResolver(scope);
  return {
    store,
    scope,
    resolver,
    /** As a delivery does: resolves the child, and keeps what its source says. */
    async tell(source: string, identity: SourceIdentity): Promise<RecordKey> {
      return store.write(async (transaction) => {
        const resolution = await resolver.resolve(transaction, source, identity);
        const record = await resolver.apply(transaction, resolution, { patientId: randomUUID(), now: Date.now() });
        const { nhsNumber, nhsNumberStatus, family = "", given = "" } = identity;
        const patient: Patient = {
          resourceType: "Patient",
          name: [{ family, given: [given] }],
          ...(nhsNumber === undefined ? {} : { identifier: [toNhsNumberIdentifier(nhsNumber, nhsNumberStatus)] }),
        };
        const withheld = resolution.withheldIdentifiers.map(({ system, value }) => `${system}|${value}`);
        const told = { source, localId: identity.localId, dataClass: "education" as const, lastUpdated: Date.now() };
        await transaction.putContribution(
          record,
          scope.authorityOf(source),
          { ...told, body: JSON.stringify(patient), ...(withheld.length === 0 ? {} : { withheld }) },
          toRecordSearchKeys(withoutWithheld(patient, withheld)),
        );
        return record;
      });
    },
    found: (nhsNumber: string) =>
      store.findRecords([{ code: "identifier", value: `${NHS_NUMBER}|${nhsNumber}` }], 10, SHARED_ID_SPACE),
    async reviews() {
      const items = await store.reviewItems(100);
      return items.map(({ kind, source, localId, candidates }) => ({
        kind,
        child: `${source}/${localId}`,
        candidates,
      }));
    },
    async close() {
      await store.close();
      await rm(directory, { recursive: true });
    },
  };
}

/** The children of these tests have none. */
function noResource(): never {
  throw new Error("a resource moved");
}

/** Tracing over a test's store; `asked` counts what leaves for the register. */
export function startTracing(
  { store, scope, resolver }: TestStore,
  tracer: PersonTracer,
  { clock = Date.now }: { readonly clock?: () => number } = {},
) {
  const audited: string[] = [];
  const tracing = createUnlinkedTracing({
    store,
    resolver,
    tracer,
    sources: () => SOURCES,
    audit: { append: async ({ interaction, detail }) => void audited.push(`${interaction} ${detail}`) },
    author: "pds/test",
    moving: {
      clock,
      ids: randomUUID,
      matches: (one, other) => scope.matches(scope.authorityOf(one), scope.authorityOf(other)),
      authorityOf: scope.authorityOf,
      keysOf: ({ body, withheld }) => toRecordSearchKeys(withoutWithheld(JSON.parse(body), withheld)),
      repoint: noResource,
      provenance: noResource,
    },
    ids: randomUUID,
    clock,
  });
  return { ...tracing, audited };
}
