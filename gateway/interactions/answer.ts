import type { Issue } from "../outcome/issue.ts";

/** What an interaction gives back: the answer to send, or what went wrong. */
export type Result =
  | { readonly ok: true; readonly answer: Answer }
  | { readonly ok: false; readonly issues: readonly Issue[] };

export interface Answer {
  readonly status: 200 | 304;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** What every interaction is told of the request beside its own arguments. */
export interface RequestFacts {
  readonly requestId: string;
  /** Milliseconds since 1970, fixed for the whole request. */
  readonly now_ms: number;
}

export function refused(...issues: readonly Issue[]): Result {
  return { ok: false, issues };
}
