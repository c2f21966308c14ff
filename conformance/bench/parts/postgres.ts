import type { RunningGateway } from "../../start-gateway.ts";
import { type Bench, openOn, readerAt, spread, targetAt, tokensOf, toLine, withGateway } from "../bench.ts";
import { findChildren } from "../children.ts";
import { withDirectory } from "../clean-up.ts";
import { type Comparison, compare } from "../compare.ts";
import { makeDay } from "../day-workload.ts";
import { addComparison } from "../findings.ts";
import { learnOf, makeReads } from "../read-workloads.ts";
import { seed } from "../seeded-store.ts";
import { startPostgres } from "../start-postgres.ts";
import { isSkipped, READ_IDS, type Skipped, type Workload, WRITE_IDS } from "../workload.ts";
import { makeWrites } from "../write-workloads.ts";
import type { Part } from "./part.ts";

const WITH_GOAL: ReadonlySet<string> = new Set(["search", "search-code", "create"]);
const CHILDREN_SHARE = 0.5;

/** The same workloads on the same children on PostgreSQL, against the embedded store, in turn. */
export const POSTGRES: Part = {
  id: "postgres",
  title: "PostgreSQL against the embedded store",
  goals: ["postgres-search", "postgres-search-code", "postgres-create", "postgres-ingest"],
  budget_s: 230,
  async run(bench) {
    const { databaseUrl, ownsPostgres, findings } = bench;
    if (databaseUrl === undefined && !ownsPostgres) {
      findings.skipped.push({ what: "PostgreSQL", reason: "neither --postgres nor --database URL" });
      return;
    }
    const server = databaseUrl === undefined ? await startPostgres() : undefined;
    const { dataDir } = await bench.store(bench.size.engines);
    try {
      await withDirectory("bench-postgres-data-", (directory) =>
        withGateway(directory, { DATABASE_URL: databaseUrl ?? server?.url ?? "" }, async (postgres) => {
          await takeIn(bench, postgres);
          const sqlite = await openOn(dataDir);
          try {
            await measureBoth(bench, postgres, sqlite, server === undefined ? [] : [server.pid]);
          } finally {
            await sqlite.stop();
          }
        }),
      );
    } finally {
      await server?.stop();
    }
  },
};

async function takeIn({ size, findings, say }: Bench, postgres: RunningGateway): Promise<void> {
  const figures = await seed(postgres, size.engines);
  if (figures.resources === 0) {
    say("  the database holds what the bench would send; its ingest is not measured");
    return;
  }
  findings.seeded.push({ ...figures, engine: "PostgreSQL" });
  findings.figures.set("postgres-ingest", figures.resources_per_s);
  say(`  ingest: ${figures.resources_per_s.toFixed(0)} resources/s`);
}

async function measureBoth(
  bench: Bench,
  postgres: RunningGateway,
  sqlite: RunningGateway,
  pids: readonly number[],
): Promise<void> {
  const [onPostgres, onSqlite] = [await makersOn(bench, postgres), await makersOn(bench, sqlite)];
  // What is written changes what is found: nothing is made before all that comes earlier has been measured.
  for (const [phase, make] of onPostgres.entries()) {
    const [ours, theirs] = [await make(), (await onSqlite[phase]?.()) ?? []];
    for (const one of ours) {
      const other = theirs.find(({ id }) => id === one.id);
      if (other !== undefined && !isSkipped(one) && !isSkipped(other)) {
        await compareBoth(bench, { postgres, sqlite, pids }, one, other);
        continue;
      }
      const reason = isSkipped(one) ? one.reason : "not on the embedded store";
      bench.findings.failed.push({ what: `${one.id} on PostgreSQL`, reason });
    }
  }
}

interface Both {
  readonly postgres: RunningGateway;
  readonly sqlite: RunningGateway;
  readonly pids: readonly number[];
}

async function compareBoth({ size, load, findings, say }: Bench, both: Both, one: Workload, other: Workload) {
  const { id, connections = size.connections } = one;
  const writer = id === "day" ? "vendor-demo" : "conformance-demo";
  const { postgres, sqlite, pids } = both;
  const isGoal = WITH_GOAL.has(id);
  const comparison = await compare(
    { base: postgres.base, pid: postgres.pid, pids, tokens: tokensOf(postgres, writer), requests: one.requests },
    { base: sqlite.base, pid: sqlite.pid, tokens: tokensOf(sqlite, writer), requests: other.requests },
    {
      ...{ id, of: "PostgreSQL", against: "SQLite", load, connections },
      rounds: isGoal ? size.otherRounds : 1,
      round_s: isGoal ? size.round_s : size.otherRound_s,
      warm_s: id === "search" ? size.warmFirst_s : 1,
    },
  );
  addComparison(findings, comparison, figuresOf(comparison));
  say(`  ${toLine(comparison)}`);
}

function figuresOf({ id, rateRatio, rate_per_s }: Comparison): Readonly<Record<string, number>> {
  if (id === "search") return { "postgres-search": rateRatio };
  if (id === "search-code") return { "postgres-search-code": rateRatio };
  return id === "create" ? { "postgres-create": rate_per_s } : {};
}

type Make = () => Promise<readonly (Workload | Skipped)[]>;

/** On each of both engines its own: ids are the server's. */
async function makersOn({ size, wanted }: Bench, gateway: RunningGateway): Promise<readonly Make[]> {
  const { draws, children, patients } = size;
  const target = await readerAt(gateway);
  const most = Math.ceil(children * CHILDREN_SHARE);
  const known = await learnOf(target, spread(await findChildren(target.send, children), most));
  const visits = Math.ceil(size.visits / 2);
  const written = WRITE_IDS.filter(wanted);
  return [
    () => makeReads(target, known, { wanted: READ_IDS.filter(wanted), draws, seed: 8 }),
    async () => {
      if (!wanted("day")) return [];
      const writer = targetAt(gateway.fhirBase, (await tokensOf(gateway)()).writer);
      return [await makeDay(await readerAt(gateway), known, { visits, seed: 9, writer })];
    },
    async () => {
      const laboratory = targetAt(gateway.fhirBase, (await tokensOf(gateway, "conformance-demo")()).writer);
      return makeWrites(laboratory, written, crypto.randomUUID(), patients);
    },
  ];
}
