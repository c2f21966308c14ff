import type { IncomingMessage, ServerResponse } from "node:http";
import { FHIR_PATH } from "./route-issue.ts";

/** Of an answer these are what FHIR relies on and a browser would keep from a page of another origin. */
const EXPOSED =
  "ETag, Location, Content-Location, Last-Modified, Allow, Retry-After, WWW-Authenticate, X-Request-ID, X-Correlation-ID";

const PREFLIGHT = {
  "Access-Control-Allow-Origin": "*",
  "Access-Control-Allow-Methods": "GET, HEAD, POST, PUT, PATCH, DELETE",
  "Access-Control-Allow-Headers":
    "Accept, Authorization, Content-Type, DPoP, If-Match, If-Modified-Since, If-None-Exist, If-None-Match, Prefer, X-Correlation-ID, X-Request-ID",
  "Access-Control-Max-Age": "7200",
} as const;

/**
 * Lets pages of any origin read what is below the FHIR base (https://fetch.spec.whatwg.org/#http-cors-protocol). A token is
 * sent by a page that has one and never by the browser by itself, so an origin proves nothing and opens nothing. Returns
 * whether that was all that was asked: a browser asks before it sends what is more than a plain GET.
 * https://hl7.org/fhir/R4/security.html#cors
 */
export function allowOrigins({ headers, method, url = "" }: IncomingMessage, outgoing: ServerResponse): boolean {
  if (headers.origin === undefined || !isBelowFhir(url)) return false;
  if (method === "OPTIONS" && headers["access-control-request-method"] !== undefined) {
    outgoing.writeHead(204, PREFLIGHT).end();
    return true;
  }
  outgoing.setHeader("Access-Control-Allow-Origin", "*");
  outgoing.setHeader("Access-Control-Expose-Headers", EXPOSED);
  return false;
}

function isBelowFhir(url: string): boolean {
  return url.startsWith(FHIR_PATH) && /^[/?]?$/.test(url.charAt(FHIR_PATH.length));
}
