import type { IdentityDecision } from "../identity/decisions/decisions.ts";
import type { RecordKey } from "../store/store.ts";
import { isReached, type ReviewedChild, readFolded } from "./child.ts";
import type { ReviewPorts } from "./ports.ts";
import type { DecisionView } from "./shapes.ts";
import type { Sight } from "./sight.ts";

type DecisionPorts = Pick<ReviewPorts, "store" | "register">;

/** The children of a decision as they stand in the store, by record, each read once. */
export type Children = Map<RecordKey, ReviewedChild | undefined>;

/**
 * A decision as a steward may read it; `undefined` where a child of it is out of the steward's reach, or none is of an
 * authority of the steward's own.
 */
export async function toDecisionView(
  decision: IdentityDecision,
  { sight, children, ports }: { readonly sight: Sight; readonly children: Children; readonly ports: DecisionPorts },
): Promise<DecisionView | undefined> {
  const { register } = ports;
  const records = [decision.survivor, decision.other, ...decision.moved.flatMap(({ from, to }) => [from, to])];
  const ids = new Map<RecordKey, string>();
  const authorities = decision.moved.map(({ source }) => register.authorityOf(source));
  for (const key of new Set(records)) {
    const child = await remembered(key, children, ports);
    if (child === undefined || !mayRead(child, sight)) return undefined;
    ids.set(key, child.record.patientId);
    authorities.push(...child.authorities);
  }
  if (!authorities.every((authority) => sight.reaches(authority))) return undefined;
  if (!authorities.some((authority) => sight.isOwn(authority))) return undefined;
  const idOf = (key: RecordKey): string => ids.get(key) ?? "";
  return {
    decision: decision.sequence,
    kind: decision.kind,
    author: decision.author,
    reason: decision.reason,
    evidence: decision.evidence,
    decidedAt: new Date(decision.decidedAt).toISOString(),
    survivor: idOf(decision.survivor),
    other: idOf(decision.other),
    moved: decision.moved.map(({ source, from, to }) => ({ source, from: idOf(from), to: idOf(to) })),
    ...(decision.undoes === undefined ? {} : { undoes: decision.undoes }),
    ...(decision.undoneBy === undefined ? {} : { undoneBy: decision.undoneBy }),
  };
}

/** A merged child has no sources of its own; what moved says whose it was. */
function mayRead(child: ReviewedChild, sight: Sight): boolean {
  return child.authorities.length === 0 || isReached(child, sight);
}

async function remembered(
  key: RecordKey,
  children: Children,
  ports: DecisionPorts,
): Promise<ReviewedChild | undefined> {
  if (children.has(key)) return children.get(key);
  const record = await ports.store.record(key);
  const child = record?.kind === "child" ? await readFolded(record, ports) : undefined;
  children.set(key, child);
  return child;
}
