import { ACCESS, type CaseContext, type Given, type Verdict } from "./case.ts";
import { toCurls } from "./curl.ts";
import { undeclaredNeed } from "./declared.ts";
import { createSend, type Exchange, type Send, TransportError } from "./http.ts";
import { text } from "./json.ts";
import { Ledger } from "./ledger.ts";
import { createMatrix } from "./matrix.ts";
import { assumedPlan, type Plan, planFrom } from "./plan.ts";
import { cleared, redact } from "./redact.ts";
import { type CaseResult, OUTCOMES, type Outcome, type RunReport } from "./result.ts";
import { type Samples, samplesOf, seed } from "./samples-of.ts";
import { type Selection, selectTasks, type Task } from "./select.ts";
import { CannotMake, createMarks, createWorkspace, mayMake, type RunMarks } from "./workspace.ts";

export interface RunOptions extends Selection {
  /** FHIR base, as `http://127.0.0.1:8080/fhir/R4`. */
  readonly base: string;
  readonly token?: string | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** A SHOULD that is not met fails. */
  readonly strict?: boolean;
  /** False: no write is sent, not even one that must be refused. */
  readonly mayWrite: boolean;
  /** The server holds test data alone. */
  readonly disposable?: boolean;
  /** Leaves what the kit made. */
  readonly keep?: boolean;
  /** Mark of the run, random where it is not given. */
  readonly run?: string | undefined;
  /** After how long no further case is begun. Cases that were not run for it are errors. */
  readonly budget_ms?: number | undefined;
  /** A CapabilityStatement to plan from instead of the server's own. */
  readonly assume?: unknown;
  readonly given?: Given;
}

const REQUEST_TIMEOUT_MS = 10_000;
/** A run is to end within a minute, unless it is given longer. */
const RUN_BUDGET_MS = 50_000;
const CASES_AT_ONCE = 4;
const STAGES = [undefined, "write", "last"] as const;

interface Session {
  readonly options: RunOptions;
  readonly plan: Plan;
  readonly exchanges: Exchange[];
  readonly ledger: Ledger;
  readonly marks: RunMarks;
  readonly samples: Samples;
  readonly deadline: number;
  /** Whether this client may make a resource of a type, asked once a case that makes one has failed. */
  readonly makes: Map<string, Promise<boolean>>;
}

/** Runs the selected cases against a server. Never throws for what the server does. */
export async function runConformance(options: RunOptions): Promise<RunReport> {
  const started = new Date();
  const exchanges: Exchange[] = [];
  const ledger = new Ledger();
  const send = sendOf(options, ledger, exchanges);
  const { plan, statement } = await makePlan(options, send);
  const tasks = selectTasks(options);
  const marks = createMarks(options.run);
  const deadline = started.getTime() + (options.budget_ms ?? RUN_BUDGET_MS);
  const samples = await seedFor(tasks, options, plan, send, marks);
  const session = { options, plan, exchanges, ledger, marks, samples, deadline, makes: new Map() };
  const results = new Map<string, CaseResult>();
  for (const stage of STAGES)
    await inParallel(
      tasks.filter((task) => task.test.stage === stage),
      async (task) => results.set(task.id, await runTask(task, session)),
    );
  const ordered = tasks.flatMap(({ id }) => results.get(id) ?? []);
  const judged = [...exchanges];
  const leftBehind = options.keep === true ? [...ledger.made.keys()] : await ledger.clear(send);
  return {
    base: options.base,
    started: started.toISOString(),
    time_ms: Date.now() - started.getTime(),
    software: [text(statement, "software", "name"), text(statement, "software", "version")].filter(Boolean).join(" "),
    ...(plan.assumed === undefined ? {} : { assumed: plan.assumed }),
    ...{ run: marks.run, leftBehind },
    results: ordered,
    counts: countOutcomes(ordered),
    matrix: createMatrix(ordered),
    exchanges: judged.map((exchange) => redact(exchange, options)),
  };
}

function sendOf({ base, token, headers }: RunOptions, ledger: Ledger, exchanges: Exchange[], own?: Exchange[]): Send {
  const onExchange = (exchange: Exchange) => {
    ledger.note(exchange);
    exchanges.push(exchange);
    own?.push(exchange);
  };
  return createSend({ base, token, headers, timeout_ms: REQUEST_TIMEOUT_MS, onExchange });
}

async function seedFor(
  tasks: readonly Task[],
  options: RunOptions,
  plan: Plan,
  send: Send,
  marks: RunMarks,
): Promise<Samples> {
  const types = new Set(tasks.flatMap(({ type, test }) => (type === "" || test.stage === "write" ? [] : [type])));
  if (!options.mayWrite || types.size === 0) return new Map();
  try {
    return await seed([...types], plan, send, marks);
  } catch (error) {
    // A network that fails here fails in every case too, and is told there.
    if (error instanceof TransportError) return new Map();
    throw error;
  }
}

async function makePlan(options: RunOptions, send: Send): Promise<{ plan: Plan; statement: unknown }> {
  const given = options.assume === undefined ? undefined : planFrom(options.assume);
  if (given !== undefined) return { plan: given, statement: options.assume };
  try {
    const exchange = await send("GET", "metadata");
    const plan = exchange.response.status === 200 ? planFrom(exchange.response.json) : undefined;
    const reason = `metadata was answered ${exchange.response.status} without a CapabilityStatement for a server`;
    return { plan: plan ?? assumedPlan(reason), statement: exchange.response.json };
  } catch (error) {
    return { plan: assumedPlan(`metadata: ${messageOf(error)}`), statement: undefined };
  }
}

async function inParallel<T>(items: readonly T[], work: (item: T) => Promise<unknown>): Promise<void> {
  const queue = [...items];
  const worker = async () => {
    for (let item = queue.shift(); item !== undefined; item = queue.shift()) await work(item);
  };
  await Promise.all(Array.from({ length: CASES_AT_ONCE }, worker));
}

async function runTask(task: Task, session: Session): Promise<CaseResult> {
  const { test, type, requirement } = task;
  const started = Date.now();
  const own: Exchange[] = [];
  const send = sendOf(session.options, session.ledger, session.exchanges, own);
  const verdict = await verdictOf(task, session, send);
  const { level, rule, anchor } = requirement;
  return {
    id: task.id,
    caseId: test.id,
    group: test.group,
    ...(type === "" ? {} : { type }),
    requirements: test.requirements,
    ...{ level, rule, anchor, title: test.title, time_ms: Date.now() - started },
    ...resultOf(verdict, task, session, own),
  };
}

type Judged = Pick<CaseResult, "outcome" | "reason" | "expected" | "got" | "exchange" | "curl">;
type Found = Verdict | { readonly kind: "error"; readonly reason: string };

function resultOf(verdict: Found, task: Task, { options, ledger }: Session, own: readonly Exchange[]): Judged {
  if (verdict.kind === "pass") return { outcome: "pass" };
  if (verdict.kind === "blocked") return { outcome: "blocked", reason: `${verdict.reason} (by ${verdict.by})` };
  if (verdict.kind !== "broken") return { outcome: verdict.kind, reason: verdict.reason };
  const { exchange } = verdict;
  const [expected, got] = [cleared(verdict.expected, options), cleared(verdict.got, options)];
  const { level } = task.requirement;
  const lenient = level === "MAY" || (level === "SHOULD" && options.strict !== true);
  const reason = `expected ${expected}, got ${got}`;
  const judged: Judged = { outcome: lenient ? "warn" : "fail", reason, expected, got };
  if (exchange === undefined) return judged;
  const clear = new Map([...own, exchange, ...ledger.made.values()].map((each) => [each, redact(each, options)]));
  const of = (each: Exchange) => clear.get(each) ?? redact(each, options);
  const made = new Map([...ledger.made].map(([address, maker]) => [address, of(maker)]));
  return { ...judged, exchange: of(exchange), curl: toCurls(of(exchange), own.map(of), made) };
}

async function verdictOf(task: Task, session: Session, send: Send): Promise<Found> {
  const { test, type } = task;
  const { plan, options, exchanges } = session;
  if (Date.now() >= session.deadline) {
    const seconds = (options.budget_ms ?? RUN_BUDGET_MS) / 1000;
    return { kind: "error", reason: `not run, since the run had taken ${seconds} s; --seconds gives it longer` };
  }
  const undeclared = undeclaredNeed(task, plan);
  if (undeclared !== undefined) return undeclared;
  if (test.stage === "write" && !options.mayWrite)
    return { kind: "not-applicable", reason: "the case makes data, and this run only reads" };
  const { base, mayWrite, disposable = false, given = {} } = options;
  const context: CaseContext = {
    ...{ base, type, declared: plan.types.get(type), plan, send, mayWrite, disposable, given },
    // What a token endpoint or an ingest line answers is not FHIR.
    exchanges: test.stage === "last" ? exchanges.filter(({ request }) => request.url.startsWith(base)) : exchanges,
    samples: () => samplesOf(type, session.samples, plan, send),
    data: createWorkspace(send, session.marks),
  };
  try {
    const forbidden = test.needs?.interaction === undefined ? undefined : await forbiddenTo(context);
    const found = forbidden ?? (await test.run(context));
    return found.kind === "broken" && test.stage === "write" ? ((await refusedTo(task, session)) ?? found) : found;
  } catch (error) {
    if (error instanceof CannotMake) return { kind: "blocked", by: error.by, reason: error.message };
    return { kind: "error", reason: messageOf(error) };
  }
}

/** A type that this client may not search at all: its cases could tell nothing. */
async function forbiddenTo({ type, samples }: CaseContext): Promise<Verdict | undefined> {
  if (type === "") return undefined;
  const seen = await samples();
  return "kind" in seen && seen.kind === "blocked" && seen.by === ACCESS ? seen : undefined;
}

/** A client that is refused a valid resource may not write: its cases that write could tell nothing. */
async function refusedTo({ type }: Task, session: Session): Promise<Verdict | undefined> {
  const { options, ledger, exchanges, marks, makes } = session;
  const made = type === "" ? "Patient" : type;
  const isAllowed = makes.get(made) ?? mayMake(made, createWorkspace(sendOf(options, ledger, exchanges), marks));
  makes.set(made, isAllowed);
  if (await isAllowed) return undefined;
  return { kind: "blocked", by: ACCESS, reason: `a valid ${made} was answered 403` };
}

function countOutcomes(results: readonly CaseResult[]): Record<Outcome, number> {
  const counts: Record<Outcome, number> = {
    ...{ pass: 0, fail: 0, warn: 0, "not-declared": 0, "not-applicable": 0, blocked: 0, error: 0 },
  };
  for (const outcome of OUTCOMES) counts[outcome] = results.filter((result) => result.outcome === outcome).length;
  return counts;
}

function messageOf(error: unknown): string {
  if (error instanceof TransportError) return `network: ${error.message}`;
  return error instanceof Error ? `${error.name}: ${error.message}` : "an unknown error";
}
