import { parseJson } from "./json.ts";

export interface SentRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface Answer {
  readonly status: number;
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** The body as JSON, undefined if it is none. */
  readonly json: unknown;
}

/** One request with its answer. */
export interface Exchange {
  readonly request: SentRequest;
  readonly response: Answer;
  /** ISO 8601. */
  readonly started: string;
  readonly time_ms: number;
}

export interface RequestOptions {
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Leaves the Authorization header out. */
  readonly anonymous?: boolean;
}

export interface HttpOptions {
  /** FHIR base without a trailing slash. */
  readonly base: string;
  readonly token?: string | undefined;
  /** Sent with every request, as an API key. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly timeout_ms: number;
  readonly onExchange?: (exchange: Exchange) => void;
}

/** The network or the server's sockets failed; no answer to judge. */
export class TransportError extends Error {
  override readonly name = "TransportError";
}

export type Send = (method: string, address: string, options?: RequestOptions) => Promise<Exchange>;

const ACCEPT = "application/fhir+json";

/**
 * The one door to the network. `address` is relative to the base (`Patient/1`), or absolute as page links are; an absolute
 * one of another origin is refused, so that no token ever leaves for a host the user did not name.
 */
export function createSend({ base, token, headers: fixed, timeout_ms, onExchange }: HttpOptions): Send {
  const { origin } = new URL(base);
  return async (method, address, options = {}) => {
    const below = address === "" || address.startsWith("?") ? `${base}${address}` : `${base}/${address}`;
    const url = /^[a-z]+:/i.test(address) ? address : below;
    if (!URL.canParse(url) || new URL(url).origin !== origin)
      throw new TransportError(`the server links to another origin than ${origin}`);
    const headers: Record<string, string> = { accept: ACCEPT, ...lowerCased(fixed) };
    if (token !== undefined && options.anonymous !== true) headers.authorization = `Bearer ${token}`;
    Object.assign(headers, lowerCased(options.headers));
    const request: SentRequest = {
      method,
      url,
      headers,
      ...(options.body === undefined ? {} : { body: options.body }),
    };
    const started = new Date();
    const response = await answerTo(request, timeout_ms);
    const exchange = { request, response, started: started.toISOString(), time_ms: Date.now() - started.getTime() };
    onExchange?.(exchange);
    return exchange;
  };
}

function lowerCased(headers: Readonly<Record<string, string>> | undefined): Record<string, string> {
  return Object.fromEntries(Object.entries(headers ?? {}).map(([name, value]) => [name.toLowerCase(), value]));
}

async function answerTo(request: SentRequest, timeout_ms: number): Promise<Answer> {
  try {
    const response = await fetch(request.url, {
      method: request.method,
      headers: request.headers,
      redirect: "manual",
      signal: AbortSignal.timeout(timeout_ms),
      ...(request.body === undefined ? {} : { body: new TextEncoder().encode(request.body) }),
    });
    const body = await response.text();
    return { status: response.status, headers: Object.fromEntries(response.headers), body, json: parseJson(body) };
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? `: ${error.cause.message}` : "";
    throw new TransportError(`${error instanceof Error ? error.message : "request failed"}${cause}`);
  }
}
