import type { AuditLog, AuditRecord } from "../audit/audit.ts";
import type { Body, InteractionRequest } from "./answer.ts";
import { type Leaving, type LookedAt, toDisclosed } from "./audit-disclosures.ts";
import { auditFacts } from "./audit-facts.ts";
import type { VisiblePerson } from "./record-reader.ts";
import type { Tally } from "./search-matches.ts";

/** Enough to tell which decisions held something back; a population has as many as it has families. */
const RULES_MAX = 50;

/** What was held back on the way, for the audit record alone. */
export class Withheld implements Tally {
  withheld = 0;
  readonly #rules = new Set<string>();
  readonly #heldBack = new Map<VisiblePerson, number>();
  readonly #named = new Set<VisiblePerson>();
  readonly #isNamed: (view: VisiblePerson) => boolean;
  #view: VisiblePerson | undefined;
  #settled = 0;

  /** `isNamed`: whether the question itself names a child, by something that the requester sees of it. */
  constructor(isNamed: (view: VisiblePerson) => boolean = () => false) {
    this.#isNamed = isNamed;
  }

  /** Which decisions on a child were looked at; the agreement itself stands in every record anyway. */
  note(view: VisiblePerson): void {
    const { patientId, rules } = view;
    this.#settle();
    this.#view = patientId === "" ? undefined : view;
    if (patientId === "") return;
    if (this.#named.size < RULES_MAX && this.#isNamed(view)) this.#named.add(view);
    for (const rule of rules) {
      if (this.#rules.size < RULES_MAX && !rule.startsWith("agreement/")) this.#rules.add(rule);
    }
  }

  /** What was held back since the last child was looked at, was of that child. */
  #settle(): void {
    const count = this.withheld - this.#settled;
    this.#settled = this.withheld;
    if (count > 0 && this.#view && this.#heldBack.size < RULES_MAX) this.#heldBack.set(this.#view, count);
  }

  /** Of each child how much was held back, and whom the question names; of many the first. */
  lookedAt(): LookedAt {
    this.#settle();
    return { heldBack: this.#heldBack, named: this.#named };
  }

  facts(): Pick<AuditRecord, "withheld"> {
    if (this.withheld === 0 && this.#rules.size === 0) return {};
    return { withheld: { count: this.withheld, rules: [...this.#rules] } };
  }
}

export interface Searched {
  readonly interaction: string;
  readonly path: string;
  readonly released: readonly Leaving[];
  readonly withheld: Withheld;
  readonly body: Body;
}

/** The one record of a search: what was asked, whose data were released, and what decided. */
export function toSearchRecord(
  request: InteractionRequest,
  { interaction, path, released, withheld, body }: Searched,
  audit: AuditLog,
): AuditRecord {
  const { requester, query } = request;
  const disclosed = toDisclosed(released, audit, withheld.lookedAt());
  return {
    ...auditFacts(requester, request),
    interaction,
    outcome: "success",
    query: [path, query].join("?"),
    disclosures: disclosed.disclosures,
    released: disclosed.released,
    withheld: withheld.facts().withheld,
    answer: body,
    lasting: memoryOf(released),
  };
}

function memoryOf(released: readonly Leaving[]): ReadonlySet<ArrayBufferLike> {
  const memory = new Set<ArrayBufferLike>();
  let last: Buffer | undefined;
  for (const { pack, entry } of released) {
    const bytes = pack.entries.stretch(entry);
    if (bytes !== last) memory.add(bytes.buffer);
    last = bytes;
  }
  return memory;
}
