/** Conditional read: https://hl7.org/fhir/R4/http.html#cread, RFC 9110 13.1 */
import type { Answer, Preconditions } from "./answer.ts";

/** A version of a resource on its way out. */
export interface Released {
  readonly versionId: string;
  readonly lastUpdated_ms: number;
}

export function versionHeaders({ versionId, lastUpdated_ms }: Released) {
  return { ETag: `W/"${versionId}"`, "Last-Modified": new Date(lastUpdated_ms).toUTCString() };
}

/** Whether the caller has this version already. A header that is not understood asks for nothing, as RFC 9110 says. */
export function isUnmodified(released: Released, { ifNoneMatch, ifModifiedSince }: Preconditions): boolean {
  // With both, If-None-Match alone decides: it is the more exact.
  if (ifNoneMatch !== undefined && ifNoneMatch.trim() !== "") return matches(ifNoneMatch, released.versionId);
  const since_ms = ifModifiedSince === undefined ? Number.NaN : toHttpDate_ms(ifModifiedSince);
  // An HTTP date has no fractions of a second.
  return Math.floor(released.lastUpdated_ms / 1_000) * 1_000 <= since_ms;
}

const NOTHING = Buffer.alloc(0);

export function notModified(released: Released): Answer {
  return { status: 304, headers: versionHeaders(released), body: NOTHING };
}

const ENTITY_TAG = /(?:W\/)?"([^"]*)"/g;

function matches(header: string, versionId: string): boolean {
  if (header.trim() === "*") return true;
  return [...header.matchAll(ENTITY_TAG)].some(([, tag]) => tag === versionId);
}

const HTTP_DATE = /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/;

function toHttpDate_ms(text: string): number {
  return HTTP_DATE.test(text.trim()) ? Date.parse(text) : Number.NaN;
}
