import type { SourceChildName, StoredDecision, WriteTransaction } from "../../store/store.ts";
import { type Decided, decideMove, refuse } from "./decided.ts";
import type { Decisions } from "./decisions.ts";
import { endProvenance } from "./move-children.ts";
import type { MovingPorts } from "./ports.ts";
import { builtUpon } from "./refusals.ts";
import { toIdentityDecision } from "./told-decision.ts";

type Request = Parameters<Decisions["undo"]>[0];

/**
 * A decision holds no more: the sources' children that are still where it had put them go back, with all that was told of
 * them since.
 */
export async function undoDecision(
  transaction: WriteTransaction,
  request: Request,
  ports: MovingPorts,
): Promise<Decided> {
  const decision = await transaction.decision(request.decision);
  if (decision === undefined || decision.kind === "undo") return refuse({ kind: "unknown" });
  if (decision.undoneBy !== undefined) return refuse({ kind: "already-undone", by: decision.undoneBy });
  if (decision.kind === "never") return undoNever(transaction, { decision, request, ports });
  const by = await builtUpon(transaction, decision);
  if (by !== undefined) return refuse({ kind: "built-upon", by });
  const { survivor, other, kind, sequence: undoes } = decision;
  const [from, to] = kind === "merge" ? [survivor, other] : [other, survivor];
  const [provenance, ...others] = decision.others;
  const below = (await transaction.record(other))?.replaces ?? [];
  const moving = {
    kind: "undo",
    survivor,
    other,
    from,
    to,
    children: await stillThere(transaction, decision),
    others,
    isPastShown: false,
    isForbidding: false,
    undoes,
    settle: async (_: number, at: number) => {
      if (provenance !== undefined) await endProvenance(transaction, provenance, at);
      if (kind === "merge") await transaction.setMerged(other, undefined);
    },
    alsoChanged: below.map(({ record }) => record),
  } as const;
  return decideMove(transaction, request, { moving, ports });
}

async function stillThere(
  transaction: WriteTransaction,
  { moved, kind, survivor, other }: StoredDecision,
): Promise<readonly SourceChildName[]> {
  const children: SourceChildName[] = [];
  const there = await transaction.record(kind === "merge" ? survivor : other);
  for (const { source, localId, to } of moved) {
    const link = await transaction.linkOf(source, localId);
    const isTold = there?.contributions.some((one) => one.source === source && one.localId === localId);
    if (link === undefined ? isTold === true : link.record === to) children.push({ source, localId });
  }
  return children;
}

async function undoNever(
  transaction: WriteTransaction,
  told: { readonly decision: StoredDecision; readonly request: Request; readonly ports: MovingPorts },
): Promise<Decided> {
  const { decision, request, ports } = told;
  const { author, reason, evidence = [] } = request;
  const { survivor, other } = decision;
  const undo = {
    kind: "undo",
    author,
    reason,
    evidence,
    decidedAt: ports.clock(),
    survivor,
    other,
    moved: [],
    others: [],
    isForbidding: false,
    undoes: decision.sequence,
  } as const;
  const sequence = await transaction.appendDecision(undo);
  return {
    outcome: {
      ok: true,
      decision: toIdentityDecision({ ...undo, sequence }),
      resources: [],
      moved: [],
      records: [survivor, other],
    },
    identifiers: [],
  };
}
