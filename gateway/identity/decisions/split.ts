import { type RecordKey, SHARED_ID_SPACE, type WriteTransaction } from "../../store/store.ts";
import { type Decided, decideMove, refuse } from "./decided.ts";
import type { DecisionRefusal, Decisions } from "./decisions.ts";
import type { MovingPorts } from "./ports.ts";
import { findChild, isInScope, tellersOf } from "./refusals.ts";

type Request = Parameters<Decisions["split"]>[0];

/** Some sources tell of another child than the rest of the record: they go, and neither side shows anything of the other. */
export async function splitChildren(
  transaction: WriteTransaction,
  request: Request,
  ports: MovingPorts,
): Promise<Decided> {
  const found = await findChild(transaction, request.record);
  if ("refusal" in found) return refuse(found.refusal);
  const tellers = await tellersOf(transaction, found.child);
  const children = tellers.filter((teller) =>
    request.children.some(({ source, localId }) => source === teller.source && localId === teller.localId),
  );
  const wanted = new Set(request.children.map(({ source, localId }) => `${source} ${localId}`));
  if (wanted.size === 0 || children.length !== wanted.size) return refuse({ kind: "unknown" });
  const target = await targetOf(transaction, { request, children, ports });
  if (typeof target !== "number") return refuse(target);
  // What a client wrote by itself goes with its word of the child, where that is the only one.
  const going = new Set(children.map(({ source }) => source));
  const staying = new Set(tellers.filter((one) => !children.includes(one)).map(({ source }) => source));
  const made = new Set(
    (await transaction.lineagesOf(request.record)).flatMap((unit) => unit.made.map(({ type, id }) => `${type}/${id}`)),
  );
  const others = found.child.resources.flatMap(({ type, id, source }) =>
    going.has(source) && !staying.has(source) && !made.has(`${type}/${id}`) ? [`${type}/${id}`] : [],
  );
  const moving = {
    kind: "split",
    survivor: request.record,
    other: target,
    from: request.record,
    to: target,
    children,
    others,
    isPastShown: false,
    isForbidding: request.mayRejoin !== true,
    settle: async () => undefined,
  } as const;
  return decideMove(transaction, request, { moving, ports });
}

async function targetOf(
  transaction: WriteTransaction,
  told: {
    readonly request: Request;
    readonly children: Parameters<typeof isInScope>[0];
    readonly ports: MovingPorts;
  },
): Promise<RecordKey | DecisionRefusal> {
  const { into, record } = told.request;
  if (into === undefined) return transaction.createChild(told.ports.ids(), SHARED_ID_SPACE);
  if (into === record) return { kind: "same-child" };
  const found = await findChild(transaction, into);
  if ("refusal" in found) return found.refusal;
  if (!isInScope(told.children, await tellersOf(transaction, found.child), told.ports)) return { kind: "out-of-scope" };
  return into;
}
