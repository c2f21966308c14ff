import type { WriteTransaction } from "../../store/store.ts";
import type { Decided } from "./decided.ts";
import type { DecisionOutcome, Decisions } from "./decisions.ts";
import { mergeChildren } from "./merge.ts";
import { neverLink } from "./never.ts";
import type { DecisionPorts } from "./ports.ts";
import { splitChildren } from "./split.ts";
import { toIdentityDecision } from "./told-decision.ts";
import { undoDecision } from "./undo.ts";

/** Takes back the transaction of a preview. */
class Previewed extends Error {
  readonly outcome: DecisionOutcome;

  constructor(outcome: DecisionOutcome) {
    super("A preview's transaction is taken back.");
    this.name = "Previewed";
    this.outcome = outcome;
  }
}

/** The steward's verbs over the store. A decision is acknowledged once it is durable and every cache was told. */
export function createDecisions(ports: DecisionPorts): Decisions {
  const { store } = ports;

  async function run(
    work: (transaction: WriteTransaction) => Promise<Decided>,
    isPreview = false,
  ): Promise<DecisionOutcome> {
    let done: Decided;
    try {
      done = await store.write(async (transaction) => {
        const decided = await work(transaction);
        if (isPreview) throw new Previewed(decided.outcome);
        return decided;
      });
    } catch (error) {
      if (!(error instanceof Previewed)) throw error;
      return withoutDecision(error.outcome);
    }
    if (done.outcome.ok) await ports.onRecords(done.outcome.records, done.identifiers);
    return done.outcome;
  }

  return {
    merge: (request) => run((transaction) => mergeChildren(transaction, request, ports), request.isPreview),
    split: (request) => run((transaction) => splitChildren(transaction, request, ports), request.isPreview),
    never: (request) => run((transaction) => neverLink(transaction, request, ports)),
    undo: (request) => run((transaction) => undoDecision(transaction, request, ports), request.isPreview),
    async list({ record, before }, limit) {
      const filter = { ...(record === undefined ? {} : { record }), ...(before === undefined ? {} : { before }) };
      return (await store.decisions(filter, limit)).map(toIdentityDecision);
    },
  };
}

function withoutDecision(outcome: DecisionOutcome): DecisionOutcome {
  if (!outcome.ok) return outcome;
  const { decision: _, ...told } = outcome;
  return told;
}
