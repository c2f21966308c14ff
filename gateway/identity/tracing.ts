import type { Person } from "./person.ts";

/** What a national register says of a person. A failure is never `none`. */
export type TraceOutcome =
  | {
      readonly kind: "found";
      /** The current number: another one than was asked for when that is superseded. */
      readonly nhsNumber: string;
      /** Number that was asked for and is superseded by `nhsNumber`. */
      readonly superseded?: string;
      /** What the register tells of the person; without any place for a restricted one. */
      readonly person: Person;
      /** Confidentiality `R`: for a person to look at, never linked by a rule, no place kept. */
      readonly isRestricted: boolean;
      /** The register's own search score, 0 to 1; absent when asked for by number. */
      readonly score?: number;
    }
  /** Every step answered, and nobody was found. */
  | { readonly kind: "none" }
  /** More than one may be meant, or the steps disagree. */
  | { readonly kind: "many" }
  /** The number asked for was taken out of use: the child may have another identity now. */
  | { readonly kind: "invalidated" }
  /** The register said nothing that can be relied on: time-out, too many requests, a fault, half a cascade. */
  | { readonly kind: "failed"; readonly reason: string; readonly retryAfter_ms?: number };

/** Asks a national register (PDS). Each call that it answers is recorded there as an access to the person. */
export interface PersonTracer {
  /** By demographics: the fewest questions that either agree or stop. */
  trace(person: Person): Promise<TraceOutcome>;
  /** By number: `none` when the register does not know it. */
  byNumber(nhsNumber: string): Promise<TraceOutcome>;
  /** For readiness and metrics: whether calls are let through now. */
  state(): "closed" | "open" | "half-open";
}
