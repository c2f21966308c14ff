import { ACCESS, type CaseContext, type ConformanceCase, type Sample, type Verdict } from "./case.ts";
import { CASES } from "./cases/all.ts";
import { matches } from "./checks.ts";
import { createSend, type Exchange, type Send, TransportError } from "./http.ts";
import { at, text } from "./json.ts";
import { createMatrix } from "./matrix.ts";
import { assumedPlan, type Plan, planFrom } from "./plan.ts";
import { cleared, redact, toCurl } from "./redact.ts";
import { REQUIREMENTS } from "./requirements/all.ts";
import type { Level, Requirement } from "./requirements/requirement.ts";
import { type CaseResult, OUTCOMES, type Outcome, type RunReport } from "./result.ts";

export interface RunOptions {
  /** FHIR base, as `http://127.0.0.1:8080/fhir/R4`. */
  readonly base: string;
  readonly token?: string | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Requirement, case, case with type, or group. */
  readonly only?: readonly string[] | undefined;
  readonly level?: Level | undefined;
  /** A SHOULD that is not met fails. */
  readonly strict?: boolean;
  /** False: no write is sent, not even one that must be refused. */
  readonly mayWrite: boolean;
  /** A CapabilityStatement to plan from instead of the server's own. */
  readonly assume?: unknown;
  readonly types?: readonly string[];
}

const REQUEST_TIMEOUT_MS = 10_000;
/** A run is to end within a minute, on a slow server with cases left out rather than later. */
const RUN_BUDGET_MS = 50_000;
const CASES_AT_ONCE = 4;
const CURLS_MAX = 6;
export const TYPES_BY_DEFAULT = ["Patient", "Observation", "Consent", "Organization"] as const;

const RULES: ReadonlyMap<string, Requirement> = new Map(REQUIREMENTS.map((each) => [each.id, each]));

/** One case on one subject. */
export interface Task {
  readonly id: string;
  readonly type: string;
  readonly test: ConformanceCase;
  readonly requirement: Requirement;
}

interface Session {
  readonly options: RunOptions;
  readonly plan: Plan;
  readonly exchanges: Exchange[];
  readonly samples: Map<string, Promise<readonly Sample[] | Verdict>>;
  readonly deadline: number;
}

/** The tasks that a selection leaves, in order; none if the filter names nothing that exists. */
export function selectTasks(options: Pick<RunOptions, "only" | "level" | "types">): readonly Task[] {
  const { only, level, types = TYPES_BY_DEFAULT } = options;
  return CASES.flatMap((test) => {
    const requirement = RULES.get(test.requirements[0]);
    if (requirement === undefined || (level !== undefined && requirement.level !== level)) return [];
    const subjects = test.scope === "server" ? [""] : types.filter((type) => test.types?.includes(type) ?? true);
    const tasks = subjects.map((type) => ({
      id: type === "" ? test.id : `${test.id}[${type}]`,
      type,
      test,
      requirement,
    }));
    if (only === undefined) return tasks;
    return tasks.filter(({ id }) =>
      only.some((name) => [id, test.id, test.group, ...test.requirements].some((each) => each === name)),
    );
  });
}

/** Runs the selected cases against a server. Never throws for what the server does. */
export async function runConformance(options: RunOptions): Promise<RunReport> {
  const started = new Date();
  const exchanges: Exchange[] = [];
  const send = sendOf(options, exchanges);
  const { plan, statement } = await makePlan(options, send);
  const session = { options, plan, exchanges, samples: new Map(), deadline: started.getTime() + RUN_BUDGET_MS };
  const tasks = selectTasks(options);
  const results = new Map<string, CaseResult>();
  for (const stage of [undefined, "last"] as const)
    await inParallel(
      tasks.filter((task) => task.test.stage === stage),
      async (task) => results.set(task.id, await runTask(task, session)),
    );
  const ordered = tasks.flatMap(({ id }) => results.get(id) ?? []);
  return {
    base: options.base,
    started: started.toISOString(),
    time_ms: Date.now() - started.getTime(),
    software: [text(statement, "software", "name"), text(statement, "software", "version")].filter(Boolean).join(" "),
    ...(plan.assumed === undefined ? {} : { assumed: plan.assumed }),
    results: ordered,
    counts: countOutcomes(ordered),
    matrix: createMatrix(ordered),
    exchanges: exchanges.map((exchange) => redact(exchange, options)),
  };
}

function sendOf({ base, token, headers }: RunOptions, exchanges: Exchange[], own?: Exchange[]): Send {
  const onExchange = (exchange: Exchange) => {
    exchanges.push(exchange);
    own?.push(exchange);
  };
  return createSend({ base, token, headers, timeout_ms: REQUEST_TIMEOUT_MS, onExchange });
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
  const verdict = await verdictOf(task, session, sendOf(session.options, session.exchanges, own));
  const { level, rule, anchor } = requirement;
  return {
    id: task.id,
    caseId: test.id,
    group: test.group,
    ...(type === "" ? {} : { type }),
    requirements: test.requirements,
    ...{ level, rule, anchor, title: test.title, time_ms: Date.now() - started },
    ...resultOf(verdict, task, session.options, own),
  };
}

type Judged = Pick<CaseResult, "outcome" | "reason" | "expected" | "got" | "exchange" | "curl">;

function resultOf(
  verdict: Verdict | { kind: "error"; reason: string },
  task: Task,
  options: RunOptions,
  own: Exchange[],
): Judged {
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
  const upTo = own.includes(exchange) ? own.slice(0, own.indexOf(exchange) + 1) : [exchange];
  const shown = upTo.slice(-CURLS_MAX).map((each) => toCurl(redact(each, options).request));
  return { ...judged, exchange: redact(exchange, options), curl: shown };
}

async function verdictOf(
  task: Task,
  session: Session,
  send: Send,
): Promise<Verdict | { kind: "error"; reason: string }> {
  const { test, type } = task;
  const { plan, options, exchanges } = session;
  if (Date.now() > session.deadline)
    return { kind: "blocked", by: "time", reason: `the run had taken ${RUN_BUDGET_MS / 1000} s before this case` };
  const declared = plan.types.get(type);
  const undeclared = type === "" ? undefined : undeclaredNeed(task, plan);
  if (undeclared !== undefined) return undeclared;
  const samples = () => samplesOf(type, session, send);
  const { base, mayWrite } = options;
  const context: CaseContext = { base, type, declared, plan, send, mayWrite, samples, exchanges };
  try {
    const forbidden = test.needs?.interaction === undefined ? undefined : await forbiddenTo(context);
    return forbidden ?? (await test.run(context));
  } catch (error) {
    return { kind: "error", reason: messageOf(error) };
  }
}

/** What the CapabilityStatement does not declare, by the path at which it would. */
function undeclaredNeed({ test, type }: Task, plan: Plan): Verdict | undefined {
  const path = `CapabilityStatement.rest.resource.where(type = '${type}')`;
  const missing = (what: string): Verdict => ({
    kind: "not-declared",
    reason: `nothing at ${what}; metadata/undeclared-refused[${type}] tries that it is refused`,
  });
  const declared = plan.types.get(type);
  if (declared === undefined) return test.id === "metadata/undeclared-refused" ? undefined : missing(path);
  const { interaction, parameter, include } = test.needs ?? {};
  if (interaction !== undefined && !declared.interactions.has(interaction))
    return missing(`${path}.interaction.where(code = '${interaction}')`);
  if (parameter !== undefined && !declared.parameters.some(({ name }) => name === parameter))
    return { kind: "not-declared", reason: `nothing at ${path}.searchParam.where(name = '${parameter}')` };
  if (include === true && declared.includes.length === 0)
    return { kind: "not-declared", reason: `nothing at ${path}.searchInclude` };
  return undefined;
}

/** A type that this client may not search at all: its cases could tell nothing. */
async function forbiddenTo({ type, samples }: CaseContext): Promise<Verdict | undefined> {
  if (type === "") return undefined;
  const seen = await samples();
  return "kind" in seen && seen.kind === "blocked" && seen.by === ACCESS ? seen : undefined;
}

function samplesOf(type: string, { samples, plan }: Session, send: Send): Promise<readonly Sample[] | Verdict> {
  const known = samples.get(type);
  if (known !== undefined) return known;
  const asked = findSamples(type, plan, send);
  samples.set(type, asked);
  return asked;
}

async function findSamples(type: string, plan: Plan, send: Send): Promise<readonly Sample[] | Verdict> {
  if (!plan.types.get(type)?.interactions.has("search-type"))
    return { kind: "not-applicable", reason: `without a search for ${type} the kit knows no id` };
  const exchange = await send("GET", `${type}?_count=20`);
  if (exchange.response.status !== 200) {
    const { status } = exchange.response;
    const by = status === 401 || status === 403 ? ACCESS : `metadata/declared-works[${type}]`;
    return { kind: "blocked", by, reason: `the search that shows what there is was answered ${status}` };
  }
  return matches(exchange).flatMap((resource) => {
    const id = at(resource, "id");
    return typeof id === "string" ? [{ resource, id }] : [];
  });
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
