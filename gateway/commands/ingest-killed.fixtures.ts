import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { DatabaseSync, type SQLOutputValue } from "node:sqlite";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { freePort, RUNTIME } from "../spawned.fixtures.ts";
import { decodeBody, vocabularyOf } from "../store/words/body-code.ts";

const MAIN = fileURLToPath(new URL("../main.ts", import.meta.url));
const POLL_MS = 5;

/** A gateway in a process of its own, which can be killed. */
export interface Spawned {
  /** What commands must be told to reach it. */
  readonly environment: Readonly<Record<string, string>>;
  kill(signal: "SIGKILL" | "SIGTERM"): Promise<void>;
}

export async function spawnGateway(dataDir: string): Promise<Spawned> {
  const port = String(await freePort());
  const environment = { DATA_DIR: dataDir, PORT: port, LOG_LEVEL: "silent", DEMONSTRATION_CHILDREN: "0" };
  const child = spawn(process.execPath, [MAIN], { env: { ...RUNTIME, ...environment }, stdio: "ignore" });
  await untilReady(`http://127.0.0.1:${port}/health/ready`, child);
  return {
    environment,
    async kill(signal) {
      const ended = once(child, "exit");
      child.kill(signal);
      await ended;
    },
  };
}

async function untilReady(url: string, child: ChildProcess): Promise<void> {
  while (child.exitCode === null) {
    const answer = await fetch(url).catch(() => undefined);
    await answer?.body?.cancel();
    if (answer?.status === 200) return;
    await sleep(POLL_MS);
  }
  throw new Error(`The gateway ended with ${child.exitCode} before it was ready.`);
}

/** Resolves when a share of what is there in the end, and not from now on, is committed: in units and staged rows. */
export function watchCommits(dataDir: string, end: Stored): (share: number) => Promise<void> {
  const count = () => {
    const database = openStore(dataDir);
    try {
      return Number(database.prepare(COMMITTED).get()?.committed);
    } finally {
      database.close();
    }
  };
  const before = count();
  const all = end.lineage.length + end.staged.length - before;
  return async (share) => {
    while (count() < before + share * all) await sleep(POLL_MS);
  };
}

const COMMITTED = "SELECT (SELECT count(*) FROM lineage) + (SELECT count(*) FROM staged) AS committed";

function openStore(dataDir: string): DatabaseSync {
  return new DatabaseSync(join(dataDir, "store.sqlite"), { timeout: 2_000 });
}

type Row = Record<string, SQLOutputValue>;
type MadeRow = readonly [slot: string, type: string, id: string];

/** The tables that an ingest fills, as they stand in the file, and what is wrong between them. */
export function readStore(dataDir: string) {
  const database = openStore(dataDir);
  try {
    const all = (sql: string): Row[] => database.prepare(sql).all();
    const lineage = all("SELECT source, unit, record, made FROM lineage").map((row) => ({
      name: `${row.source}/${row.unit}`,
      record: Number(row.record),
      made: JSON.parse(String(row.made)) as MadeRow[],
    }));
    const words = new Map(
      all("SELECT id, content FROM vocabulary").map(({ id, content }) => [Number(id), Buffer.from(String(content))]),
    );
    database.function("whole", (body) => {
      if (!(body instanceof Uint8Array)) return null;
      return decodeBody(body, words.get(vocabularyOf(body) ?? 0)).toString();
    });
    const resources = all("SELECT type, id, slot / 1048576 AS record, whole(body) AS body FROM resource");
    const contributions = all(
      `SELECT c.record, s.source || ' ' || s.local_id AS child, c.body
       FROM contribution c JOIN source_child s ON s.id = c.child ORDER BY 2`,
    );
    return {
      lineage,
      resources: new Map(resources.map((row) => [`${row.type}/${row.id}`, row])),
      contributions,
      children: all("SELECT key, patient_id FROM record WHERE kind = 'child'"),
      staged: all("SELECT source, name, key, parent_key, body FROM staged ORDER BY 1, 2, 3"),
      relationships: all(
        "SELECT source, unit, n, kind, value, start_date, end_date FROM relationship ORDER BY 1, 2, 3",
      ),
      links: all(
        "SELECT DISTINCT s.source, s.local_id FROM link l JOIN source_child s ON s.id = l.child ORDER BY 1, 2",
      ),
      receipts: all("SELECT id FROM receipt ORDER BY id").map(({ id }) => String(id)),
      check: all("PRAGMA integrity_check"),
    };
  } finally {
    database.close();
  }
}

type Stored = ReturnType<typeof readStore>;

/** Everything that is half there: a unit without its resources, a resource without its unit or its Provenance. */
export function findHalves({ lineage, resources, contributions, children, links }: Stored): string[] {
  const halves: string[] = [];
  const made = new Set<string>();
  const records = new Set(contributions.map(({ record }) => Number(record)));
  for (const unit of lineage) {
    const names = unit.made.map(([, type, id]) => `${type}/${id}`);
    for (const name of names) {
      made.add(name);
      if (Number(resources.get(name)?.record) !== unit.record) halves.push(`${unit.name} lacks ${name}`);
    }
    const told = new Set(
      unit.made.filter(([, type]) => type === "Provenance").flatMap(([, , id]) => targetsOf(resources, id)),
    );
    const untold = unit.made.filter(([, type, id]) => isOfChild(type) && !told.has(`${type}/${id}`));
    if (untold.length > 0) halves.push(`${unit.name} made ${untold.length} resources without Provenance`);
  }
  for (const name of resources.keys()) if (!made.has(name)) halves.push(`${name} is of no unit`);
  for (const { key } of children) if (!records.has(Number(key))) halves.push(`record ${key} tells of nobody`);
  if (links.length < children.length) halves.push("a child has no link");
  return halves;
}

function isOfChild(type: string): boolean {
  return type === "Observation" || type === "Consent";
}

function targetsOf(resources: Stored["resources"], id: string): string[] {
  const provenance: { target: { reference: string }[] } = JSON.parse(
    String(resources.get(`Provenance/${id}`)?.body ?? '{"target":[]}'),
  );
  return provenance.target.map(({ reference }) => reference);
}

/**
 * One line for everything that is held, the same in two stores that hold the same, whatever ids were drawn, in how many
 * turns it came, and when: an id stands as the name of what it is of.
 */
export function toContents(stored: Stored): string[] {
  const names = new Map<string, string>();
  for (const { name, made } of stored.lineage) for (const [slot, , id] of made) names.set(id, `${name}#${slot}`);
  const childOf = new Map(stored.contributions.map(({ record, child }) => [Number(record), String(child)]));
  for (const { key, patient_id } of stored.children)
    names.set(String(patient_id), childOf.get(Number(key)) ?? "nobody");
  const named = (text: unknown): string =>
    String(text)
      .replace(/"(?:versionId|lastUpdated|occurredDateTime|recorded)":"[^"]*",?/g, "")
      .replace(/(NamingSystem\/delivery","value":)"[^"]*"\}(?:,"display":"[^"]*")?/g, "$1")
      .replace(/"activity":\{.*?\]\},/g, "")
      .replace(/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, (id) => names.get(id) ?? id);
  return [
    ...[...stored.resources.values()].map(({ body }) => named(body)),
    ...stored.lineage.map(({ name, made }) => `${name}: ${made.map(([slot]) => slot).sort()}`),
    ...stored.contributions.map(({ child, body }) => `${child} ${body}`),
    ...[...stored.staged, ...stored.relationships, ...stored.links].map((row) => JSON.stringify(row)),
    `${stored.children.length} children`,
  ].sort();
}
