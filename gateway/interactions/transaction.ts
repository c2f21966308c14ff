/** transaction: https://hl7.org/fhir/R4/http.html#transaction */

import { type Answering, type InteractionRequest, type Result, refused } from "./answer.ts";
import { answerEntries } from "./batch.ts";
import { recorded, toAnswer } from "./write/answering.ts";
import { type AskedBundle, type BundlePorts, readBundle } from "./write/bundle.ts";
import { type AnsweredEntry, toBundleAnswer } from "./write/bundle-answer.ts";
import type { WritePorts, Written } from "./write/ports.ts";
import { transact, writerOf } from "./write/transact.ts";
import { criteriaOfWrite, type Plan, planTransaction } from "./write/transaction-plan.ts";
import { runTransaction } from "./write/transaction-run.ts";

export interface TransactionPorts extends WritePorts, BundlePorts {}

/** Both kinds of Bundle come to one address: the type of the Bundle says which it is. */
export function createTransaction(ports: TransactionPorts): Answering {
  return async function answerTransaction(request) {
    const bundle = readBundle(request);
    if (!bundle.ok) return bundle;
    return bundle.value.type === "batch"
      ? answerEntries(bundle.value, { ...request, interaction: "batch" }, ports)
      : answerWhole(bundle.value, request, ports);
  };
}

/** parse → plan each entry → one store transaction → audit → what is read afterwards → answer. */
async function answerWhole(bundle: AskedBundle, request: InteractionRequest, ports: TransactionPorts): Promise<Result> {
  const planned = planTransaction(bundle, request, { ports, fhirBase: ports.fhirBase });
  if (!planned.ok) return planned;
  const plan = planned.value;
  const committed = await commit(plan, request, ports);
  if (!committed.ok) return committed;
  const asked = plan.writes.map(({ request: { method }, type }) => `${method} ${type}`).join(", ");
  const result = await recorded(
    { request, written: [...committed.value.values()], asked: `transaction: ${asked}` },
    ports,
    () => ({ ok: true, answer: toBundleAnswer("transaction", []) }),
  );
  if (!result.ok) return result;
  const answers = await answersOf(plan, committed.value, ports);
  // What only reads has nothing to take back, and fails as a whole all the same.
  const failed = plan.writes.length > 0 ? -1 : answers.findIndex(({ result: { ok } }) => !ok);
  const failure = answers[failed]?.result;
  if (failure?.ok === false) return refused(...failure.issues.map((issue) => ({ ...issue, entry: failed })));
  return { ok: true, answer: toBundleAnswer("transaction", answers) };
}

type Commit = { readonly ok: true; readonly value: ReadonlyMap<number, Written> } | Extract<Result, { ok: false }>;

async function commit(plan: Plan, request: InteractionRequest, ports: TransactionPorts): Promise<Commit> {
  const [first] = plan.writes;
  if (first === undefined) return { ok: true, value: new Map() };
  const writer = writerOf(request.requester, ports);
  if (writer === undefined) return refused({ kind: "nothing-to-write", type: first.type, entry: first.index });
  const intent = { request, writer, criteria: plan.writes.flatMap(criteriaOfWrite), isAlone: false };
  return transact(intent, ports, (scene) => runTransaction(plan, scene));
}

/** What was written as it was committed; what is read as it is right after. */
async function answersOf(
  { writes, reads }: Plan,
  done: ReadonlyMap<number, Written>,
  ports: TransactionPorts,
): Promise<readonly AnsweredEntry[]> {
  const answers: AnsweredEntry[] = [];
  for (const { index, request } of writes) {
    const written = done.get(index);
    if (written === undefined) throw new Error("an entry of a transaction was passed over");
    answers[index] = { request, result: { ok: true, answer: toAnswer(written, request.preference, ports.fhirBase) } };
  }
  for (const { index, request } of reads) answers[index] = { request, result: await ports.dispatch(request) };
  return answers;
}
