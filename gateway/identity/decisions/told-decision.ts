import type { StoredDecision } from "../../store/store.ts";
import type { IdentityDecision } from "./decisions.ts";

/** A decision as it is told: without what only an undo of it needs. */
export function toIdentityDecision({ others: _, isForbidding: __, ...told }: StoredDecision): IdentityDecision {
  return told;
}
