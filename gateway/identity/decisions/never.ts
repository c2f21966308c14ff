import type { WriteTransaction } from "../../store/store.ts";
import { type Decided, refuse } from "./decided.ts";
import type { Decisions } from "./decisions.ts";
import type { MovingPorts } from "./ports.ts";
import { findChild } from "./refusals.ts";
import { toIdentityDecision } from "./told-decision.ts";

/** Two children are not one, whatever agrees. */
export async function neverLink(
  transaction: WriteTransaction,
  request: Parameters<Decisions["never"]>[0],
  { clock }: Pick<MovingPorts, "clock">,
): Promise<Decided> {
  const { one, other, author, reason, evidence = [] } = request;
  for (const key of [one, other]) {
    const found = await findChild(transaction, key);
    if ("refusal" in found) return refuse(found.refusal);
  }
  if (one === other) return refuse({ kind: "same-child" });
  const decision = {
    kind: "never",
    author,
    reason,
    evidence,
    decidedAt: clock(),
    survivor: one,
    other,
    moved: [],
    others: [],
    isForbidding: true,
  } as const;
  const sequence = await transaction.appendDecision(decision);
  return {
    outcome: {
      ok: true,
      decision: toIdentityDecision({ ...decision, sequence }),
      resources: [],
      moved: [],
      records: [one, other],
    },
    identifiers: [],
  };
}
