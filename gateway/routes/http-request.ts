/** What is read of a request's headers, by names in any case. */
export type HeaderReader = Pick<Headers, "get" | "has">;

/** What is read of an HTTP request: one of the Fetch API is such a request, and so is node's own once it is dressed. */
export interface HttpRequest {
  readonly method: string;
  /** Absolute. */
  readonly url: string;
  readonly headers: HeaderReader;
  /** The body, which is read once. */
  text(): Promise<string>;
  arrayBuffer(): Promise<ArrayBuffer>;
  readonly body: AsyncIterable<Uint8Array> | null;
}

/** An answer before it is one: a Response is made of it, or it is written where the request came from. */
export interface HttpAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Text, bytes, or parts of them in order. */
  readonly body: string | Buffer | readonly Buffer[];
}

/** Statuses whose answers have no body, whatever is said of one. RFC 9110 15.3.5, 15.4.5 */
export function isBodiless(status: number): boolean {
  return status === 204 || status === 304;
}
