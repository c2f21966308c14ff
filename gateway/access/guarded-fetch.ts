import { lookup as lookUpName } from "node:dns/promises";
import { type IncomingMessage, request as requestPlain } from "node:http";
import { request as requestTls } from "node:https";
import { isIP, isIPv6, type LookupFunction } from "node:net";
import { LIMITS } from "../limits.ts";
import { isLoopbackAddress, isPublicAddress } from "./public-address.ts";

/**
 * Fetches JSON from an address that somebody else chose: keys of a client, what an issuer says of itself, the tokens it
 * gives for a code. It reaches the public internet alone, and is the one way out for such addresses.
 */

export type FetchProblem =
  /** Not an https address without credentials and fragment. */
  | "address"
  /** The name is not known, or nobody could say in time. */
  | "unresolved"
  /** One of the addresses behind the name is not of the public internet. */
  | "closed-address"
  | "unreachable"
  | "timeout"
  /** Anything but 200: redirects are not followed. */
  | "status"
  | "content-type"
  | "content-encoding"
  | "too-large";

export type Fetched =
  /** `maxAge_s` as Cache-Control says; 0 for what must not be kept, absent where nothing is said. */
  | { readonly ok: true; readonly text: string; readonly maxAge_s: number | undefined }
  | { readonly ok: false; readonly reason: FetchProblem };

/** A form that is sent; without one the address is only read. */
export interface Posted {
  readonly method: "POST";
  readonly form: URLSearchParams;
}

/** Never throws. */
export type GuardedFetch = (url: string, posted?: Posted) => Promise<Fetched>;

export interface GuardedFetchOptions {
  /** Whether this machine itself may be fetched from, also without TLS: for a demonstration. */
  readonly isLoopbackAllowed: boolean;
  /** Every address behind a name. */
  readonly resolve?: (hostname: string) => Promise<readonly string[]>;
  /** For look-up, connection and answer together. */
  readonly deadline_ms?: number;
}

/** An address that was looked at, and is the one that is connected to. */
interface Pinned {
  readonly url: URL;
  readonly address: string;
  readonly posted: Posted | undefined;
}

const JSON_TYPES = /^application\/(?:[a-z0-9!#$&^_.-]+\+)?json$/;

export function createGuardedFetch({
  isLoopbackAllowed,
  resolve = resolveName,
  deadline_ms = LIMITS.fetch_deadline_ms,
}: GuardedFetchOptions): GuardedFetch {
  return async (text, posted) => {
    const url = toUrl(text, isLoopbackAllowed);
    if (url === undefined) return fail("address");
    const deadline = AbortSignal.timeout(deadline_ms);
    const hostname = url.hostname.replace(/^\[(.*)\]$/, "$1");
    const addresses = isIP(hostname) === 0 ? await within(resolve(hostname), deadline) : [hostname];
    const [address] = addresses;
    if (address === undefined) return fail("unresolved");
    // One closed address among open ones is enough of a lie.
    const isOpen =
      addresses.every(isPublicAddress) && url.protocol === "https:"
        ? true
        : isLoopbackAllowed && addresses.every(isLoopbackAddress);
    return isOpen ? ask({ url, address, posted }, deadline) : fail("closed-address");
  };
}

/** The same as JSON; `undefined` for whatever went wrong. */
export function fetchJson(
  fetch: GuardedFetch,
): (url: string) => Promise<{ readonly json: unknown; readonly maxAge_s?: number } | undefined> {
  return async (url) => {
    const fetched = await fetch(url);
    if (!fetched.ok) return undefined;
    try {
      const json: unknown = JSON.parse(fetched.text);
      return fetched.maxAge_s === undefined ? { json } : { json, maxAge_s: fetched.maxAge_s };
    } catch {
      return undefined;
    }
  };
}

/** How long what was fetched is kept: never longer than its Cache-Control says. */
export function cacheLife_s(maxAge_s: number | undefined): number {
  return Math.min(maxAge_s ?? LIMITS.fetched_life_s_default, LIMITS.fetched_life_s_max);
}

function fail(reason: FetchProblem): Fetched {
  return { ok: false, reason };
}

function toUrl(text: string, isLoopbackAllowed: boolean): URL | undefined {
  const url = URL.parse(text);
  if (url === null || url.username !== "" || url.password !== "" || url.hash !== "") return undefined;
  return url.protocol === "https:" || (url.protocol === "http:" && isLoopbackAllowed) ? url : undefined;
}

async function resolveName(hostname: string): Promise<readonly string[]> {
  return (await lookUpName(hostname, { all: true, verbatim: true })).map(({ address }) => address);
}

/** Nothing, when it fails or takes too long: name servers answer when they like. */
async function within(resolving: Promise<readonly string[]>, deadline: AbortSignal): Promise<readonly string[]> {
  const late = new Promise<readonly string[]>((done) => {
    deadline.addEventListener("abort", () => done([]), { once: true });
  });
  return Promise.race([resolving.catch(() => []), late]);
}

/** Connects to the address that was looked at, whatever the name may mean by now. */
async function ask({ url, address, posted }: Pinned, deadline: AbortSignal): Promise<Fetched> {
  const lookup: LookupFunction = (_hostname, { all }, done) => {
    const family = isIPv6(address) ? 6 : 4;
    if (all === true) done(null, [{ address, family }]);
    else done(null, address, family);
  };
  const request = url.protocol === "https:" ? requestTls : requestPlain;
  const body = posted?.form.toString();
  return new Promise((resolve) => {
    const outgoing = request(url, {
      lookup,
      // No connection is shared: one that is kept was made for another look-up.
      agent: false,
      maxHeaderSize: LIMITS.fetched_headers_bytes_max,
      signal: deadline,
      method: posted?.method ?? "GET",
      headers: { Accept: "application/json", "Accept-Encoding": "identity", Connection: "close", ...headersOf(body) },
    });
    const settle = (fetched: Fetched): void => {
      resolve(fetched);
      outgoing.destroy();
    };
    const failed = () => settle(fail(deadline.aborted ? "timeout" : "unreachable"));
    outgoing.on("error", failed);
    outgoing.on("response", (response) => {
      const reason = checkHead(response);
      if (reason !== undefined) return settle(fail(reason));
      response.on("error", failed);
      read(response, settle);
    });
    outgoing.end(body);
  });
}

function headersOf(body: string | undefined): Readonly<Record<string, string>> {
  if (body === undefined) return {};
  return {
    "Content-Type": "application/x-www-form-urlencoded",
    "Content-Length": String(Buffer.byteLength(body)),
  };
}

function checkHead({ statusCode, headers }: IncomingMessage): FetchProblem | undefined {
  if (statusCode !== 200) return "status";
  const type = headers["content-type"]?.split(";", 1)[0]?.trim().toLowerCase() ?? "";
  if (!JSON_TYPES.test(type)) return "content-type";
  // None was asked for, and what is small here may be large unpacked.
  const encoding = headers["content-encoding"]?.trim().toLowerCase() ?? "identity";
  if (encoding !== "identity") return "content-encoding";
  return Number(headers["content-length"] ?? 0) > LIMITS.fetched_bytes_max ? "too-large" : undefined;
}

function read(response: IncomingMessage, settle: (fetched: Fetched) => void): void {
  const chunks: Buffer[] = [];
  let bytes = 0;
  response.on("data", (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > LIMITS.fetched_bytes_max) settle(fail("too-large"));
    else chunks.push(chunk);
  });
  response.on("end", () => {
    const maxAge_s = toMaxAge(response.headers);
    settle(response.complete ? { ok: true, text: Buffer.concat(chunks).toString(), maxAge_s } : fail("unreachable"));
  });
}

/** https://www.rfc-editor.org/rfc/rfc9111#section-5.2.2 */
function toMaxAge(headers: IncomingMessage["headers"]): number | undefined {
  const directives =
    headers["cache-control"]
      ?.toLowerCase()
      .split(",")
      .map((part) => part.trim()) ?? [];
  if (directives.includes("no-store") || directives.includes("no-cache")) return 0;
  const told = directives.flatMap((part) => /^max-age="?(\d{1,9})"?$/.exec(part)?.[1] ?? []);
  if (told.length === 0) return undefined;
  // How much of that it has spent in caches on its way.
  const age_s = /^\d{1,9}$/.test(headers.age ?? "") ? Number(headers.age) : 0;
  return Math.max(0, Math.min(...told.map(Number)) - age_s);
}
