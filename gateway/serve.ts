import { randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { getRequestListener, RequestError } from "@hono/node-server";
import { createBodyDeadline } from "./body-deadline.ts";
import { createCertificateGate } from "./certificate-gate.ts";
import type { Gateway } from "./compose.ts";
import type { Config } from "./config.ts";
import { LIMITS } from "./limits.ts";
import type { Logger } from "./log.ts";
import { toUnexpected } from "./outcome/operation-outcome.ts";
import { allowOrigins } from "./routes/cross-origin.ts";
import { respondWithIssues } from "./routes/respond.ts";
import { answerUnparsed } from "./routes/unparsed.ts";

/** The HTTP server: what cannot be made a request of is answered like everything else. */
export function createHttpServer(
  { app, direct }: Pick<Gateway, "app" | "direct">,
  config: Config,
  log: Logger,
): Server {
  const believe = createCertificateGate(config.certificateProxy);
  const listener = getRequestListener(app.fetch, {
    hostname: config.host,
    autoCleanupIncoming: true,
    errorHandler(error) {
      const isUnreadable = error instanceof RequestError;
      if (!isUnreadable) log.error({ error }, "unexpected");
      const issue = isUnreadable ? ({ kind: "malformed-request" } as const) : toUnexpected(error);
      return respondWithIssues([issue], { requestId: randomUUID(), correlationId: undefined });
    },
  });
  const deadline = createBodyDeadline(LIMITS.body_deadline_ms);
  const answerWithin = async (incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> => {
    const watched = deadline.watch(incoming);
    try {
      await (direct(incoming, outgoing) ?? listener(incoming, outgoing));
    } finally {
      watched?.end();
    }
  };
  const answer = (incoming: IncomingMessage, outgoing: ServerResponse): void => {
    believe(incoming);
    if (isAmbiguous(incoming)) {
      answerUnparsed(new Error("read in two ways"), incoming.socket);
    } else if (!allowOrigins(incoming, outgoing)) void answerWithin(incoming, outgoing);
  };
  // Left to node, a missing Host is answered with an empty body, and so is an expectation that nobody has.
  const server = createServer({ requireHostHeader: false, requestTimeout: 0 }, answer);
  server.on("checkExpectation", answer);
  server.on("clientError", answerUnparsed);
  server.on("connect", (_request, socket) => answerUnparsed(new Error("CONNECT"), socket));
  return server;
}

/**
 * What a proxy may read otherwise than we do: no Host or two of them (RFC 9112 3.2), and a path that leads elsewhere than
 * it begins, past a rule of the proxy on where it begins.
 */
function isAmbiguous({ rawHeaders, httpVersion, url = "" }: IncomingMessage): boolean {
  let hosts = 0;
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at] ?? "";
    if (name.length === 4 && name.toLowerCase() === "host") hosts += 1;
  }
  return hosts > 1 || (hosts === 0 && httpVersion !== "1.0") || hasDotSegment(url);
}

function hasDotSegment(url: string): boolean {
  if (!url.includes("/.") && !url.includes("/%")) return false;
  const [path = ""] = url.split("?", 1);
  return DOT_SEGMENT.test(path);
}

const DOT_SEGMENT = /\/(?:\.|%2e){1,2}(?:\/|$)/i;
