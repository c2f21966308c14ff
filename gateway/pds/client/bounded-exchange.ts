import { parseRetryAfter } from "./retry-after.ts";

/** Why nothing came that could be read. */
export type BrokenReason = "time-out" | "network" | "redirect" | "too-large" | "not-json";

/** One HTTP request and what came of it. Neither the address nor what was sent is ever in it. */
export type Exchanged =
  | {
      readonly kind: "answered";
      readonly status: number;
      /** Parsed JSON. Of an answer that is no success `undefined` when it was none. */
      readonly body: unknown;
      readonly retryAfter_ms?: number;
    }
  | { readonly kind: "broken"; readonly reason: BrokenReason };

export interface ExchangeRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: URLSearchParams;
}

export interface ExchangeBounds {
  /** From the first byte sent to the last one read. */
  readonly timeout_ms: number;
  readonly response_bytes_max: number;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
}

/**
 * Sends one request and reads its answer whole, within a time and a size. Redirects are refused: they would take
 * personal data and credentials to wherever they point. Never throws, since what `fetch` throws may name the address.
 */
export async function exchange(request: ExchangeRequest, bounds: ExchangeBounds): Promise<Exchanged> {
  const signal = AbortSignal.timeout(bounds.timeout_ms);
  try {
    const response = await fetch(request.url, {
      method: request.method,
      headers: request.headers,
      redirect: "manual",
      signal,
      ...(request.body === undefined ? {} : { body: request.body }),
    });
    if (response.status >= 300 && response.status < 400) {
      await response.body?.cancel();
      return { kind: "broken", reason: "redirect" };
    }
    const text = await readBounded(response, bounds.response_bytes_max);
    if (text === undefined) return { kind: "broken", reason: "too-large" };
    const body = parseJson(text);
    if (body === undefined && response.ok) return { kind: "broken", reason: "not-json" };
    const retryAfter_ms = parseRetryAfter(response.headers.get("retry-after"), bounds.clock());
    return {
      kind: "answered",
      status: response.status,
      body,
      ...(retryAfter_ms === undefined ? {} : { retryAfter_ms }),
    };
  } catch {
    return { kind: "broken", reason: signal.aborted ? "time-out" : "network" };
  }
}

/** The text, or `undefined` as soon as it is longer than it may be. */
async function readBounded(response: Response, bytes_max: number): Promise<string | undefined> {
  if (response.body === null) return "";
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body) {
    bytes += chunk.byteLength;
    if (bytes > bytes_max) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
