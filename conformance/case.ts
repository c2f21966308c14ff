import type { Exchange, Send } from "./http.ts";
import type { DeclaredType, Plan } from "./plan.ts";
import type { SmartClient } from "./smart-client.ts";
import type { Workspace } from "./workspace.ts";

export const GROUPS = [
  ...["general", "metadata", "read", "search", "search-parameters", "paging", "errors", "headers"],
  ...["create", "update", "patch", "delete", "history", "batch", "transaction", "search-values", "search-links"],
  ...["profiles", "smart", "consent", "ingest", "pairs", "match", "ihe-pix"],
] as const;

/** Part of an id before the slash; one of GROUPS, which a test holds. */
export type Group = string;

/** What blocks the cases of a type that the client may not see or write. */
export const ACCESS = "what this client may do";

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

/** What only the user can give; a case that needs one that is missing does not apply. */
export interface Given {
  /** Client with its private key, for the token endpoint. */
  readonly client?: SmartClient | undefined;
  /** Two addresses below the base that must be answered alike, as `Patient/1,Patient/2`. */
  readonly pairs?: readonly (readonly [string, string])[] | undefined;
  readonly ingest?: { readonly url: string; readonly file: string; readonly body: string } | undefined;
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
  /** The server holds test data alone: requests may be sent that a server in the wrong would answer by harming others' data. */
  readonly disposable: boolean;
  /** Resources of the type: of the kit's own making where it may write, else what a search shows; asked once a run. */
  readonly samples: () => Promise<readonly Sample[] | Verdict>;
  /** Makes what a case needs for itself. */
  readonly data: Workspace;
  readonly given: Given;
  /** Every exchange of the run so far; complete for a case of the last stage. */
  readonly exchanges: readonly Exchange[];
}

export interface Need {
  /** Interaction that the type must declare, or several joined by a comma. */
  readonly interaction?: string;
  /** Interaction that the server as a whole must declare. */
  readonly system?: string;
  /** Search parameter that the type must declare, or several joined by a comma. */
  readonly parameter?: string;
  /** Operation that the type must declare, without the dollar. */
  readonly operation?: string;
  /** Member of the type's declaration that must be there and say yes, as `conditionalCreate`. */
  readonly flag?: string;
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
  /** Limits a case about a type to these types; the needs of a case about the server are those of the first. */
  readonly types?: readonly string[];
  readonly needs?: Need;
  /** `write` runs when all cases that only read have, `last` when all others have, over the exchanges of the run. */
  readonly stage?: "write" | "last";
  readonly run: (context: CaseContext) => Promise<Verdict>;
}
