import type { DataClass } from "#mappers/mapper.ts";

/**
 * What a person decided on the disclosure of a child's record, and recorded with a reason. Appended, never changed: it
 * ends by a further one. Nothing here is ever inferred.
 */
export type DisclosureDecision = DecisionFacts & (ObjectionDecision | DutyDecision | BreakGlass);

interface DecisionFacts {
  readonly id: number;
  /** Client, and the person where there is one (`issuer|subject`). */
  readonly author: string;
  /** Free text without identifiers. */
  readonly reason: string;
  /** Milliseconds since 1970. */
  readonly decidedAt_ms: number;
  /** Milliseconds since 1970, exclusive; absent: until it is ended. */
  readonly until_ms?: number;
  readonly endedAt_ms?: number;
  /** By somebody else than the author; absent: waits in the review queue. */
  readonly review?: {
    readonly author: string;
    readonly at_ms: number;
    readonly isUpheld: boolean;
    readonly reason: string;
  };
}

/** What became of an objection: until then it is `received`, and restricts. Decides over the Consent's own mark. */
interface ObjectionDecision {
  readonly kind: "objection";
  /** Logical id of the Consent. */
  readonly consent: string;
  readonly state: "upheld" | "refused";
}

/** A duty to share outweighs an objection (Children Act 2004 s.16LA): a human judgement, recorded and reviewed. */
interface DutyDecision {
  readonly kind: "duty";
  /** As `CA2004-16LA`; one of the recipient's agreement. */
  readonly duty: string;
  /** `system|value` of the organisation that may see. */
  readonly recipient: string;
  readonly dataClasses: readonly DataClass[];
  /** s.16LA(3): whether disclosing was judged more detrimental to the child; a decision not to share is recorded as well. */
  readonly isDetrimental: boolean;
  readonly family: "told" | "deferred" | "unsafe";
}

/** Fifteen minutes of one child for one user. Never lifts what hides a place, nor the seal of an adoption. */
interface BreakGlass {
  readonly kind: "break-glass";
  readonly client: string;
  /** `issuer|subject`. */
  readonly user: string;
}
