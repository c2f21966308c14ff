import type { WriteTransaction } from "../../store/store.ts";
import { type Decided, decideMove, refuse } from "./decided.ts";
import type { Decisions } from "./decisions.ts";
import type { MovingPorts } from "./ports.ts";
import { findChild, forbidding, isInScope, numbersDiffer, tellersOf } from "./refusals.ts";

/** Two children are one: all of the one goes to the other, and what is left of it says where. */
export async function mergeChildren(
  transaction: WriteTransaction,
  request: Parameters<Decisions["merge"]>[0],
  ports: MovingPorts,
): Promise<Decided> {
  const staying = await findChild(transaction, request.survivor);
  if ("refusal" in staying) return refuse(staying.refusal);
  if (request.survivor === request.merged) return refuse({ kind: "same-child" });
  const going = await findChild(transaction, request.merged);
  if ("refusal" in going) {
    const { refusal } = going;
    const isSame = refusal.kind === "already-merged" && refusal.into === request.survivor;
    return refuse(isSame ? { kind: "same-child" } : refusal);
  }
  const children = await tellersOf(transaction, going.child);
  const decision = await forbidding(transaction, staying.child, going.child);
  if (decision !== undefined) return refuse({ kind: "do-not-link", decision });
  if (!isInScope(await tellersOf(transaction, staying.child), children, ports)) return refuse({ kind: "out-of-scope" });
  if (request.numbersChecked !== true && (await numbersDiffer(transaction, request.survivor, request.merged))) {
    return refuse({ kind: "numbers-differ" });
  }
  const { survivor, merged } = request;
  const moving = {
    kind: "merge",
    survivor,
    other: merged,
    from: merged,
    to: survivor,
    children,
    others: "all",
    isPastShown: true,
    isForbidding: false,
    settle: (sequence: number) => transaction.setMerged(merged, { into: survivor, decision: sequence }),
    alsoChanged: going.child.replaces.map(({ record }) => record),
  } as const;
  return decideMove(transaction, request, { moving, ports });
}
