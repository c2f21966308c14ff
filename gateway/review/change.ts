import type { DecisionOutcome } from "../identity/decisions/decisions.ts";
import type { RecordKey } from "../store/store.ts";
import { type Change, type ChildFacts, NEW_CHILD, parted } from "./audience.ts";
import type { ReviewPorts } from "./ports.ts";
import type { DecisionView } from "./shapes.ts";

type Possible = Extract<DecisionOutcome, { ok: true }>;

/**
 * What a decision would move, from child to child, and what decides who would see it before and after. `known`: the
 * records that it names; another one that it would move to was made by the preview and is there no more, so that its
 * number may be somebody else's by now.
 */
export async function toChange(
  { moved, resources }: Possible,
  known: readonly RecordKey[],
  ports: Pick<ReviewPorts, "store" | "sources" | "fhirBase">,
): Promise<Change & { readonly moved: DecisionView["moved"] }> {
  const { store } = ports;
  const before: ChildFacts[] = [];
  const after: ChildFacts[] = [];
  const named: DecisionView["moved"][number][] = [];
  for (const { from, to } of waysOf(moved)) {
    const leaving = await store.record(from);
    const into = known.includes(to) ? await store.record(to) : undefined;
    if (leaving === undefined) continue;
    const children = moved.filter((one) => one.from === from && one.to === to);
    const change = parted(leaving, { moving: { children, resources }, into }, ports);
    before.push(...change.before);
    after.push(...change.after);
    for (const { source } of children) {
      named.push({ source, from: leaving.patientId, to: into?.patientId ?? NEW_CHILD });
    }
  }
  return { before, after, moved: named };
}

function waysOf(moved: Possible["moved"]): readonly { readonly from: RecordKey; readonly to: RecordKey }[] {
  return [...new Map(moved.map(({ from, to }) => [`${from}-${to}`, { from, to }])).values()];
}
