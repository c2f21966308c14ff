import type { AuditRecord } from "../audit/audit.ts";
import type { InteractionRequest } from "./answer.ts";
import { auditFacts } from "./audit-facts.ts";
import type { VisiblePerson } from "./record-reader.ts";
import type { Tally } from "./search-matches.ts";
import type { ReleasedEntry } from "./search-request.ts";

/** Enough to tell which decisions held something back; a population has as many as it has families. */
const RULES_MAX = 50;

/** What was held back on the way, for the audit record alone. */
export class Withheld implements Tally {
  withheld = 0;
  readonly #rules = new Set<string>();

  /** Which decisions on a child were looked at; the agreement itself stands in every record anyway. */
  note({ patientId, rules }: VisiblePerson): void {
    if (patientId === "") return;
    for (const rule of rules) {
      if (this.#rules.size < RULES_MAX && !rule.startsWith("agreement/")) this.#rules.add(rule);
    }
  }

  facts(): Pick<AuditRecord, "withheld"> {
    if (this.withheld === 0 && this.#rules.size === 0) return {};
    return { withheld: { count: this.withheld, rules: [...this.#rules] } };
  }
}

export interface Searched {
  readonly interaction: string;
  readonly path: string;
  readonly released: readonly ReleasedEntry[];
  readonly withheld: Withheld;
}

/** The one record of a search: what was asked, whose data were released, and what decided. */
export function toSearchRecord(
  { requester, requestId, query }: Pick<InteractionRequest, "requester" | "requestId" | "query">,
  { interaction, path, released, withheld }: Searched,
): AuditRecord {
  const patients = new Set<string>();
  for (const { view } of released) if (view.patientId !== "") patients.add(view.patientId);
  return {
    interaction,
    outcome: "success",
    ...auditFacts(requester, requestId),
    query: `${path}?${query}`,
    patients: [...patients],
    released: released.map(({ pack, entry }) => pack.names[entry] ?? ""),
    ...withheld.facts(),
  };
}
