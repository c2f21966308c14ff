import type { Interaction, ServedType } from "#profiles/interactions.ts";
import type { Requester } from "../access/requester.ts";
import type { Issue } from "../outcome/issue.ts";

/** What an interaction gives back: the answer to send, or what went wrong. */
export type Result =
  | { readonly ok: true; readonly answer: Answer }
  | { readonly ok: false; readonly issues: readonly Issue[] };

export interface Answer {
  readonly status: 200 | 201 | 204 | 304;
  readonly headers: Readonly<Record<string, string>>;
  /** UTF-8 JSON; empty where the status or the caller's preference calls for none. */
  readonly body: Body;
}

/** Bytes, or parts of them in order: a page is sent from where its entries stand, and copied nowhere. */
export type Body = Buffer | readonly Buffer[];

export function wholeBody(body: Body): Buffer {
  return Buffer.isBuffer(body) ? body : Buffer.concat(body);
}

/** What every interaction is told of the request beside its own arguments. */
export interface RequestFacts {
  readonly requestId: string;
  /** `X-Correlation-ID`, as it came. */
  readonly correlationId?: string | undefined;
  /** Milliseconds since 1970, fixed for the whole request. */
  readonly now_ms: number;
  readonly requester: Requester;
}

/** `Prefer`. https://hl7.org/fhir/R4/http.html#ops and https://hl7.org/fhir/R4/search.html#errors */
export interface Preference {
  readonly handling: "strict" | "lenient";
  readonly return: "minimal" | "representation" | "OperationOutcome";
}

/** Headers that an interaction acts on, as they came. */
export interface Preconditions {
  readonly ifMatch?: string;
  readonly ifNoneMatch?: string;
  readonly ifModifiedSince?: string;
  readonly ifNoneExist?: string;
}

/**
 * One interaction as it was asked for, by HTTP or as an entry of a batch or transaction. Authenticated; its scope is
 * checked; `_format` and `_pretty` are dealt with by who sends the answer.
 */
export interface InteractionRequest extends RequestFacts {
  readonly interaction: Interaction;
  /** Type in the path; absent at system level. For search-compartment the type that is searched, absent for `*`. */
  readonly type?: ServedType | undefined;
  readonly id?: string | undefined;
  readonly versionId?: string | undefined;
  /** Patient whose compartment is searched. */
  readonly patientId?: string | undefined;
  /** Code of an operation, without the dollar. */
  readonly operation?: string | undefined;
  /** Of the URL and, for a search by POST, of the form. May be read only when it is first asked for. */
  readonly parameters: URLSearchParams;
  /** The same in the words in which it came, form before URL. */
  readonly query: string;
  readonly preconditions: Preconditions;
  readonly preference: Preference;
  /** Media type of the body, in small letters and without parameters; absent without a body. */
  readonly contentType?: string | undefined;
  /** Text of the body; absent without one. */
  readonly body?: string | undefined;
  /** HEAD is answered like GET; whoever sends the answer leaves its body out. */
  readonly method: "GET" | "HEAD" | "POST" | "PUT" | "PATCH" | "DELETE";
}

export type Answering = (request: InteractionRequest) => Promise<Result>;

export function refused(...issues: readonly Issue[]): Extract<Result, { ok: false }> {
  return { ok: false, issues };
}
