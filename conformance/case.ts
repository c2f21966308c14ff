import type { Exchange, Send } from "./http.ts";
import type { DeclaredType, Plan } from "./plan.ts";

export type Group = "general" | "metadata" | "read" | "search" | "search-parameters" | "paging" | "errors" | "headers";

/** What blocks the cases of a type that the client may not see. */
export const ACCESS = "what this client may see";

/** What a case found, before its level decides between fail and warn. */
export type Verdict =
  | { readonly kind: "pass" }
  | { readonly kind: "broken"; readonly expected: string; readonly got: string; readonly exchange?: Exchange }
  /** Declared by the server, but what it holds gives nothing to try it on. */
  | { readonly kind: "not-applicable"; readonly reason: string }
  | { readonly kind: "not-declared"; readonly reason: string }
  | { readonly kind: "blocked"; readonly by: string; readonly reason: string };

export interface Sample {
  readonly resource: unknown;
  readonly id: string;
}

/** What a case may use; nothing else reaches the server. */
export interface CaseContext {
  readonly base: string;
  /** The type under test; empty in a case about the whole server. */
  readonly type: string;
  readonly declared: DeclaredType | undefined;
  readonly plan: Plan;
  readonly send: Send;
  /** False in a run that only reads: no POST, PUT, PATCH or DELETE on a type, not even one that cannot succeed. */
  readonly mayWrite: boolean;
  /** What a search for the type without criteria shows, at most 20; asked once a run. */
  readonly samples: () => Promise<readonly Sample[] | Verdict>;
  /** Every exchange of the run so far; complete for a case of the last stage. */
  readonly exchanges: readonly Exchange[];
}

export interface Need {
  /** Interaction that the type must declare. */
  readonly interaction?: string;
  /** Search parameter that the type must declare. */
  readonly parameter?: string;
  /** The type must declare at least one value of _include. */
  readonly include?: true;
}

export interface ConformanceCase {
  /** `group/what-it-shows`; stable for ever. */
  readonly id: string;
  readonly group: Group;
  /** The first is the rule the case names, whose level is the case's; the others are shown along the way. */
  readonly requirements: readonly [string, ...string[]];
  /** What is sent and expected, in one sentence. */
  readonly title: string;
  readonly scope: "server" | "type";
  /** Limits a case about a type to these types. */
  readonly types?: readonly string[];
  readonly needs?: Need;
  /** `last` runs when all others have, over the exchanges of the run. */
  readonly stage?: "last";
  readonly run: (context: CaseContext) => Promise<Verdict>;
}
