import type { ServerResponse } from "node:http";

/** What may go wrong on the way; each is an answer that a client must not take for "nobody". */
export type Fault =
  /** Nothing comes, ever. */
  | { readonly kind: "silence" }
  /** The connection is torn. */
  | { readonly kind: "reset" }
  /** A status, with a body where one is told, else a proxy's page. */
  | {
      readonly kind: "status";
      readonly status: number;
      readonly body?: unknown;
      readonly headers?: Readonly<Record<string, string>>;
    }
  /** Half of the answer, then a torn connection. */
  | { readonly kind: "half-answer" }
  /** Half of the answer as if it were whole. */
  | { readonly kind: "half-json" }
  /** The answer, a few bytes at a time, slower than anybody waits. */
  | { readonly kind: "slow-body" }
  /** More than anybody reads. */
  | { readonly kind: "flood" }
  /** 200 and a page for people. */
  | { readonly kind: "page" }
  /** 200 and nothing. */
  | { readonly kind: "empty" }
  | { readonly kind: "redirect"; readonly to: string }
  /** Any text as the answer. */
  | { readonly kind: "text"; readonly text: string };

const DRIP_MS = 50;
const FLOOD_CHUNK = Buffer.alloc(65_536, 0x20);
const FLOOD_CHUNKS = 1_000;
const PAGE = "<html><body>Sorry</body></html>";
const JSON_TYPE = { "content-type": "application/fhir+json" };

/** Answers as the fault says; `body` is what would have been the answer. */
export function answerFaultily(response: ServerResponse, fault: Fault, body: string): void {
  const half = body.slice(0, Math.max(1, Math.floor(body.length / 2)));
  switch (fault.kind) {
    case "silence":
      return;
    case "reset":
      response.destroy();
      return;
    case "status":
      response.writeHead(fault.status, { ...JSON_TYPE, ...fault.headers });
      response.end(fault.body === undefined ? PAGE : JSON.stringify(fault.body));
      return;
    case "half-answer":
      response.writeHead(200, { ...JSON_TYPE, "content-length": Buffer.byteLength(body) });
      response.write(half, () => response.destroy());
      return;
    case "half-json":
      response.writeHead(200, JSON_TYPE).end(half);
      return;
    case "slow-body":
      drip(response, body);
      return;
    case "flood":
      flood(response);
      return;
    case "page":
      response.writeHead(200, { "content-type": "text/html" }).end(PAGE);
      return;
    case "empty":
      response.writeHead(200, JSON_TYPE).end();
      return;
    case "redirect":
      response.writeHead(302, { location: fault.to }).end();
      return;
    case "text":
      response.writeHead(200, JSON_TYPE).end(fault.text);
  }
}

function drip(response: ServerResponse, body: string): void {
  response.writeHead(200, JSON_TYPE);
  let sent = 0;
  const timer = setInterval(() => {
    if (response.destroyed) clearInterval(timer);
    else response.write(body.slice(sent, ++sent) || " ");
  }, DRIP_MS).unref();
}

function flood(response: ServerResponse): void {
  response.writeHead(200, JSON_TYPE);
  let left = FLOOD_CHUNKS;
  const more = (): void => {
    while (left-- > 0 && !response.destroyed) {
      if (!response.write(FLOOD_CHUNK)) return void response.once("drain", more);
    }
    if (!response.destroyed) response.end();
  };
  more();
}
