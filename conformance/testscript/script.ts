import { readFile } from "node:fs/promises";
import { dirname, isAbsolute, relative, resolve } from "node:path";
import { type Send, TransportError } from "../http.ts";
import { list, parseJson, text } from "../json.ts";
import { asJson } from "../workspace.ts";
import { judgeAssert } from "./assertion.ts";
import { perform, placeOf } from "./operation.ts";
import { NotSupported, type State } from "./state.ts";

/** Result codes of a TestReport; `skip` for what is not supported, or comes after what failed. */
export type StepOutcome = "pass" | "fail" | "warning" | "skip" | "error";

export interface Step {
  readonly kind: "operation" | "assert";
  readonly said: string;
  readonly outcome: StepOutcome;
  readonly reason?: string;
}

export interface Part {
  readonly name: string;
  readonly steps: readonly Step[];
}

export interface ScriptResult {
  readonly file: string;
  readonly name: string;
  readonly parts: readonly Part[];
  readonly outcome: StepOutcome;
}

/** Runs one TestScript: fixtures, setup, each test, teardown. Only `send` reaches the server. */
export async function runScript(file: string, script: unknown, send: Send): Promise<ScriptResult> {
  const state: State = { script, fixtures: new Map(), places: new Map(), exchanges: new Map() };
  const parts: Part[] = [];
  const loaded = await loadFixtures(state, file, send);
  parts.push({ name: "fixtures", steps: loaded });
  const setup = await runActions(state, "setup", list(script, "setup", "action"), send, stopped(loaded));
  parts.push(setup);
  const blocked = stopped(loaded) || stopped(setup.steps);
  for (const test of list(script, "test"))
    parts.push(await runActions(state, text(test, "name") ?? "test", list(test, "action"), send, blocked));
  parts.push(await runActions(state, "teardown", list(script, "teardown", "action"), send, false));
  await removeFixtures(state, send);
  const shown = parts.filter(({ steps }) => steps.length > 0);
  const outcomes = shown.flatMap(({ steps }) => steps.map(({ outcome }) => outcome));
  return { file, name: text(script, "name") ?? file, parts: shown, outcome: worstOf(outcomes) };
}

/** A script of which a step could not be judged has not passed. */
function worstOf(outcomes: readonly StepOutcome[]): StepOutcome {
  return (["error", "fail", "skip", "warning"] as const).find((each) => outcomes.includes(each)) ?? "pass";
}

function stopped(steps: readonly Step[]): boolean {
  return steps.some(({ outcome }) => outcome === "fail" || outcome === "error" || outcome === "skip");
}

async function loadFixtures(state: State, file: string, send: Send): Promise<readonly Step[]> {
  const steps: Step[] = [];
  const contained = new Map(list(state.script, "contained").map((each) => [`#${text(each, "id")}`, each]));
  for (const fixture of list(state.script, "fixture")) {
    const id = text(fixture, "id") ?? "";
    const reference = text(fixture, "resource", "reference") ?? "";
    const said = `fixture ${id}`;
    const resource = contained.get(reference) ?? (await readBeside(file, reference));
    if (resource === undefined) {
      steps.push({ kind: "operation", said, outcome: "error", reason: `${reference} is no JSON beside the script` });
      continue;
    }
    state.fixtures.set(id, resource);
    if (Object(fixture).autocreate !== true) continue;
    steps.push(
      await stepOf("operation", said, async () => {
        const exchange = await perform(state, { type: { code: "create" }, sourceId: id }, send);
        return exchange.response.status === 201 ? undefined : `created with ${exchange.response.status}`;
      }),
    );
  }
  return steps;
}

const TYPE_AND_ID = /^([A-Z][A-Za-z]+)\/([A-Za-z0-9\-.]{1,64})$/;

/** A file below the folder of the script, `Patient/example` also as packages name it; a script reads nothing else. */
async function readBeside(file: string, reference: string): Promise<unknown> {
  const folder = dirname(file);
  const path = resolve(folder, reference);
  const inside = relative(folder, path);
  if (reference === "" || inside.startsWith("..") || isAbsolute(inside)) return undefined;
  const packaged = resolve(folder, `${reference.replace(TYPE_AND_ID, "$1-$2")}.json`);
  for (const candidate of [path, `${path}.json`, packaged]) {
    const content = parseJson(await readFile(candidate, "utf8").catch(() => ""));
    if (content !== undefined) return content;
  }
  return undefined;
}

async function removeFixtures(state: State, send: Send): Promise<void> {
  for (const fixture of list(state.script, "fixture")) {
    const id = text(fixture, "id") ?? "";
    if (Object(fixture).autodelete === true && state.places.has(id))
      await send("DELETE", placeOf(state, id), asJson()).catch(() => undefined);
  }
}

async function runActions(
  state: State,
  name: string,
  actions: readonly unknown[],
  send: Send,
  blocked: boolean,
): Promise<Part> {
  const steps: Step[] = [];
  for (const action of actions) {
    const operation = Object(action).operation;
    const assert = Object(action).assert;
    const about = operation ?? assert;
    const kind = operation === undefined ? "assert" : "operation";
    const said = [text(about, "label"), text(about, "description")].filter(Boolean).join(": ") || describe(about);
    if (blocked || stopped(steps.filter(({ outcome }) => outcome !== "skip"))) {
      steps.push({ kind, said, outcome: "skip", reason: "an earlier step did not hold" });
      continue;
    }
    steps.push(
      operation === undefined
        ? await assertStep(state, assert, said)
        : await stepOf("operation", said, async () => void (await perform(state, operation, send))),
    );
  }
  return { name, steps };
}

async function assertStep(state: State, assert: unknown, said: string): Promise<Step> {
  const step = await stepOf("assert", said, async () => judgeAssert(state, assert));
  return step.outcome === "fail" && Object(assert).warningOnly === true ? { ...step, outcome: "warning" } : step;
}

async function stepOf(kind: Step["kind"], said: string, run: () => Promise<string | undefined>): Promise<Step> {
  try {
    const broken = await run();
    return broken === undefined ? { kind, said, outcome: "pass" } : { kind, said, outcome: "fail", reason: broken };
  } catch (error) {
    const reason = error instanceof Error ? error.message : "an unknown error";
    if (error instanceof NotSupported) return { kind, said, outcome: "skip", reason: `not supported: ${reason}` };
    return { kind, said, outcome: error instanceof TransportError ? "error" : "fail", reason };
  }
}

function describe(about: unknown): string {
  return JSON.stringify(about ?? {}).slice(0, 120);
}
