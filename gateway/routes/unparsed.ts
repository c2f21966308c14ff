import { randomUUID } from "node:crypto";
import { STATUS_CODES } from "node:http";
import type { Duplex } from "node:stream";
import type { Issue } from "../outcome/issue.ts";
import { toFailureParts } from "./respond.ts";

/** Of node:http's parser: https://nodejs.org/api/http.html#event-clienterror */
function toTransportIssue(code: string | undefined): Issue {
  switch (code) {
    case "HPE_HEADER_OVERFLOW":
    case "HPE_CHUNK_EXTENSIONS_OVERFLOW":
      return { kind: "headers-too-large" };
    case "ERR_HTTP_REQUEST_TIMEOUT":
      return { kind: "request-timeout" };
    default:
      return { kind: "malformed-request" };
  }
}

/**
 * Answers on a bare socket what the parser could not make a request of, and closes it: where the next request would
 * begin is not known. The parser's own words quote what was sent, so none of them is passed on.
 */
export function answerUnparsed(error: Error, socket: Duplex): void {
  const code = "code" in error && typeof error.code === "string" ? error.code : undefined;
  if (code === "ECONNRESET" || !socket.writable) {
    socket.destroy();
    return;
  }
  const { status, headers, body } = toFailureParts([toTransportIssue(code)], {
    requestId: randomUUID(),
    correlationId: undefined,
  });
  const lines = Object.entries({ ...headers, "Content-Length": String(Buffer.byteLength(body)), Connection: "close" });
  socket.end(
    [
      `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ""}`,
      ...lines.map(([name, value]) => `${name}: ${value}`),
      "",
      body,
    ].join("\r\n"),
  );
}
