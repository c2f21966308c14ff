/** `npm run -s evidence -- --out DIR`: what a data protection impact assessment and a clinical safety case stand on. */
import { existsSync } from "node:fs";
import { mkdtemp, readdir, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { RELEASE } from "#profiles/release.ts";
import type { AuditIndex } from "../audit/audit.ts";
import { createAuditIndex } from "../audit/audit-index.ts";
import { auditDirectory, openAudit } from "../compose-audit.ts";
import { loadLabelling } from "../compose-labels.ts";
import { withShelf } from "../compose-machines.ts";
import { loadRegister, toSourceFacts } from "../compose-register.ts";
import { type Config, ConfigError, loadConfig } from "../config.ts";
import { accessReviewSection } from "../evidence/access-review.ts";
import { agreementSection } from "../evidence/agreements.ts";
import { countAudit } from "../evidence/audit-figures.ts";
import { auditLogSection } from "../evidence/audit-log.ts";
import { dataFlowSection } from "../evidence/data-flows.ts";
import { decisionSection } from "../evidence/decision-table.ts";
import { disclosureSection } from "../evidence/disclosures.ts";
import { writeEvidence } from "../evidence/files.ts";
import { hazardSection } from "../evidence/hazard-log.ts";
import { keySection } from "../evidence/keys.ts";
import { labelSection } from "../evidence/label-coverage.ts";
import { minimisationSection } from "../evidence/minimisation.ts";
import { retentionSection } from "../evidence/retention.ts";
import type { EvidenceSection } from "../evidence/section.ts";
import { writeSubjectAccess } from "../evidence/subject-access.ts";
import { runTests, testFiles, testSection } from "../evidence/test-report.ts";
import { mapperOf } from "../ingest/mappers.ts";
import { openReadOnly, type ReadOnlyStore } from "../store/open-read-only.ts";
import { createSqliteStore } from "../store/sqlite/sqlite.ts";
import type { DisclosureFilter, StoredDisclosureDecision } from "../store/store.ts";
import { type EvidenceTask, parseEvidenceTask, USAGE } from "./evidence-options.ts";
import type { CommandResult } from "./token.ts";

type Environment = Readonly<Record<string, string | undefined>>;
type Report = Extract<EvidenceTask, { readonly kind: "report" }>;
type Subject = Extract<EvidenceTask, { readonly kind: "subject" }>;

/** Chain of what is recorded here: the gateway may run meanwhile, and writes its own. */
const CHAIN = "evidence-command";
const PROJECT = join(import.meta.dirname, "../..");

export async function runEvidence(
  given: readonly string[],
  environment: Environment,
  progress: (line: string) => void = () => undefined,
): Promise<CommandResult> {
  const task = parseEvidenceTask(given);
  if (typeof task === "string") return { exit: 2, out: "", error: `${task}\n\n${USAGE}` };
  try {
    const config = loadConfig(environment);
    return task.kind === "subject" ? await tellSubject(task, config) : await report(task, config, progress);
  } catch (error) {
    if (error instanceof ConfigError || isOfFiles(error)) return { exit: 1, out: "", error: `${error.message}\n` };
    throw error;
  }
}

const OF_THE_STORE = ["SchemaError", "StoreUnavailableError", "PostgresError"];

/** A directory that is not there, a disk that is full: for whoever called to mend. */
function isOfFiles(error: unknown): error is Error {
  return error instanceof Error && ("syscall" in error || OF_THE_STORE.includes(error.name));
}

async function report(task: Report, config: Config, progress: (line: string) => void): Promise<CommandResult> {
  const run = task.withTests ? await runTests(PROJECT, testFiles(), progress) : undefined;
  const store = await openStore(config);
  try {
    const sections = await withIndex(config, (index) => collect(task, { config, store, index }));
    const evidence = {
      gateway: RELEASE.version,
      madeAt: new Date().toISOString(),
      mode: config.mode,
      sections: [...sections, testSection(run)],
    };
    const files = await writeEvidence(task.out, evidence);
    return { exit: 0, out: `${files.length} files in ${task.out}, evidence.html first.\n`, error: "" };
  } finally {
    await store?.close();
  }
}

interface Opened {
  readonly config: Config;
  readonly store: ReadOnlyStore | undefined;
  readonly index: AuditIndex;
}

async function collect(task: Report, { config, store, index }: Opened): Promise<readonly EvidenceSection[]> {
  const now_ms = Date.now();
  const [{ first }, living] = await Promise.all([loadRegister(config), loadLabelling(config)]);
  const { register } = first;
  const { soon_days, profile } = task;
  const sources = toSourceFacts(register);
  const fhirBase = `${config.baseUrl}/fhir/R4`;
  const figures = await countAudit(index, new Set(register.clients.map(({ id }) => id)));
  const directory = auditDirectory(config);
  const { headCopies } = config.audit;
  const shared = { config, register, sources, fhirBase, mapperOf, now_ms, profile, figures, auditDirectory: directory };
  return [
    agreementSection({ ...shared, soon_days }),
    await dataFlowSection({ ...shared, ...(config.pds && { pds: config.pds.baseUrl }) }),
    await withScratch((scratch) => minimisationSection({ ...shared, labelling: living.current, store: scratch })),
    decisionSection(),
    hazardSection(),
    await disclosureSection({
      ...shared,
      decisions: (filter) => decisionsIn(store, filter),
      reviewDays: config.oversightReviewDays,
    }),
    await labelSection({ ...shared, store, labelling: living.current() }),
    accessReviewSection(shared),
    await withShelf({ config }, (shelf) => keySection({ ...shared, shelf })),
    await retentionSection(shared),
    ...(existsSync(directory)
      ? [await auditLogSection({ directory, ...(headCopies !== undefined && { copies: headCopies }) })]
      : []),
  ];
}

/** `undefined` before the gateway was first started. */
function openStore({ dataDir, databaseUrl }: Config): Promise<ReadOnlyStore | undefined> {
  const path = join(dataDir, "store.sqlite");
  return openReadOnly({ path, ...(databaseUrl === undefined ? {} : { databaseUrl }) });
}

/** An index of the log as it stands, made beside it: nothing is written where the log is. */
async function withIndex<T>(config: Config, work: (index: AuditIndex) => Promise<T>): Promise<T> {
  return withFolder(async (folder) => {
    const directory = auditDirectory(config);
    const names = existsSync(directory) ? await readdir(directory) : [];
    for (const name of names.filter((one) => /\.(?:leaves|journal)$/.test(one))) {
      await symlink(join(directory, name), join(folder, name));
    }
    const index = createAuditIndex({ directory: folder, process: "evidence" });
    try {
      await index.catchUp();
      return await work(index);
    } finally {
      await index.close();
    }
  });
}

async function withScratch<T>(work: (store: ReturnType<typeof createSqliteStore>) => Promise<T>): Promise<T> {
  return withFolder(async (folder) => {
    const store = createSqliteStore({ path: join(folder, "store.sqlite"), isAlone: true });
    try {
      return await work(store);
    } finally {
      await store.close();
    }
  });
}

async function withFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), "evidence-"));
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}

const PAGE_decisions = 500;

async function* decisionsIn(
  store: ReadOnlyStore | undefined,
  filter: DisclosureFilter,
): AsyncGenerator<StoredDisclosureDecision> {
  for (let after: number | undefined; store !== undefined; ) {
    const page = await store.disclosureDecisions(after === undefined ? filter : { ...filter, after }, PAGE_decisions);
    yield* page;
    after = page.at(-1)?.id;
    if (page.length < PAGE_decisions) return;
  }
}

async function tellSubject({ out, patient }: Subject, config: Config): Promise<CommandResult> {
  const store = await openStore(config);
  if (store === undefined) return { exit: 1, out: "", error: "Nothing is stored yet.\n" };
  const audit = await openAudit({ config, process: CHAIN, log: { error: () => undefined } });
  try {
    const name = await withIndex(config, (index) => writeSubjectAccess({ store, index, audit, out, patient }));
    if (name === undefined) return { exit: 1, out: "", error: "There is no such child.\n" };
    return { exit: 0, out: `${name} in ${out}: raw, to be reviewed before any of it is handed over.\n`, error: "" };
  } finally {
    await store.close();
    await audit.close();
  }
}

if (import.meta.main) {
  const { exit, out, error } = await runEvidence(process.argv.slice(2), process.env, (line) =>
    process.stderr.write(line),
  );
  process.stdout.write(out);
  process.stderr.write(error);
  process.exitCode = exit;
}
