import type { IncomingMessage } from "node:http";
import type { HeaderReader, HttpRequest } from "./routes/http-request.ts";

/** A port of five figures only where it is sure that there is such a one. */
const HOST = /^[a-z0-9._-]+(?::[1-5]?\d{1,4})?$/;

/**
 * Whether a request is written as nearly all are: to a host in small letters, no header twice, and a body, if any, of a
 * length that is told and not too long to be let in whoever sends it. What else may be meant is for those to read who
 * know it all.
 */
export function isPlain({ headers, rawHeaders }: IncomingMessage, max_bytes: number): boolean {
  const { host, "content-length": length = "0" } = headers;
  if (host === undefined || !HOST.test(host) || headers["transfer-encoding"] !== undefined) return false;
  return Number(length) <= max_bytes && Object.keys(headers).length * 2 === rawHeaders.length;
}

/** A plain request as it came from the socket, for whoever reads requests. */
export class SocketRequest implements HttpRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: HeaderReader;
  readonly body = null;
  readonly #incoming: IncomingMessage;

  constructor(incoming: IncomingMessage) {
    const { method = "", headers, url = "" } = incoming;
    this.#incoming = incoming;
    this.method = method;
    this.url = `http://${headers.host}${url}`;
    this.headers = {
      get: (name) => textOf(headers[name.toLowerCase()]),
      has: (name) => headers[name.toLowerCase()] !== undefined,
    };
  }

  /** Whether all of it has come. */
  get isComplete(): boolean {
    return this.#incoming.complete;
  }

  /** Whether whoever asked is gone: then there is nobody to answer. */
  get isCutOff(): boolean {
    return this.#incoming.destroyed && !this.#incoming.complete;
  }

  /** Resolves when the rest has come, which node reads and throws away, or whoever sends it is cut off. */
  closed(): Promise<void> {
    const incoming = this.#incoming;
    return new Promise((resolve) => (incoming.destroyed ? resolve() : void incoming.once("close", () => resolve())));
  }

  text(): Promise<string> {
    return readBytes(this.#incoming, toText);
  }

  arrayBuffer(): Promise<ArrayBuffer> {
    return readBytes(this.#incoming, (bytes) => new Uint8Array(bytes).buffer);
  }
}

/** As the Fetch API reads text. */
function toText(bytes: Buffer): string {
  const text = bytes.toString();
  return text.startsWith("\uFEFF") ? text.slice(1) : text;
}

function textOf(value: string | string[] | undefined): string | null {
  return value === undefined ? null : String(value);
}

function readBytes<T>(incoming: IncomingMessage, made: (bytes: Buffer) => T): Promise<T> {
  // Whoever was cut off before is not told of again.
  if (incoming.destroyed) return Promise.reject(new Error("the request was cut off"));
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
    incoming.on("end", () => {
      const [only] = chunks;
      resolve(made(only !== undefined && chunks.length === 1 ? only : Buffer.concat(chunks)));
    });
    incoming.on("error", reject);
    incoming.on("close", () => {
      if (!incoming.complete) reject(new Error("the request was cut off"));
    });
  });
}
