import type { RecordKey, SourceChildName, WriteTransaction } from "../../store/store.ts";
import type { Resolution } from "../resolve-child.ts";
import { RULES_VERSION } from "../rules.ts";
import { mergeChildren } from "./merge.ts";
import type { MovingPorts } from "./ports.ts";
import { decisionsAbout } from "./refusals.ts";

/** A record that nobody else tells of, and the one to which a number and birth date say that it belongs. */
export interface Joining {
  readonly survivor: RecordKey;
  readonly merged: RecordKey;
}

/** Whether a resolution takes a child with all that it has into another record. */
export function joiningOf({ record, facts }: Pick<Resolution, "record" | "facts">): Joining | undefined {
  const { linked, isAlone } = facts;
  if (isAlone !== true || linked === undefined || record === undefined || record === linked.record) return undefined;
  return { survivor: record, merged: linked.record };
}

/**
 * Merges by rule what a resolution found to be one child. Answers with false where a decision forbids it, or a person has
 * undone the same before: then it is for a person to say.
 */
export async function joinByRule(
  transaction: WriteTransaction,
  told: {
    readonly joining: Joining;
    readonly child: SourceChildName;
    readonly decision: Pick<Resolution["decision"], "rule" | "evidence">;
    /** Rule and version, where it is no rule of resolution. */
    readonly author?: string;
  },
  ports: MovingPorts,
): Promise<boolean> {
  const { joining, child, decision } = told;
  if (await wasUndone(transaction, joining)) return false;
  const { outcome } = await mergeChildren(
    transaction,
    {
      ...joining,
      author: told.author ?? `${RULES_VERSION}/${decision.rule}`,
      reason: "number and birth date are those of the other record, and nobody else tells of this one",
      evidence: decision.evidence,
      // What this source told before of the child is replaced by what it tells now, which fits.
      numbersChecked: true,
    },
    ports,
  );
  if (outcome.ok) await transaction.closeReview(child.source, child.localId);
  return outcome.ok;
}

async function wasUndone(transaction: WriteTransaction, { survivor, merged }: Joining): Promise<boolean> {
  for await (const { kind, other, survivor: into, undoneBy } of decisionsAbout(transaction, merged)) {
    if (kind === "merge" && other === merged && into === survivor && undoneBy !== undefined) return true;
  }
  return false;
}
