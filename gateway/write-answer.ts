import type { ServerResponse } from "node:http";
import { type HttpAnswer, isBodiless } from "./routes/http-request.ts";

/** Writes an answer where its request came from, in one go and from where its bytes lie. */
export function writeAnswer(outgoing: ServerResponse, { status, headers, body }: HttpAnswer): void {
  if (outgoing.destroyed) return;
  if (isBodiless(status)) {
    outgoing.writeHead(status, headers).end();
    return;
  }
  const parts = typeof body === "string" ? [Buffer.from(body)] : Buffer.isBuffer(body) ? [body] : body;
  let length = 0;
  for (const part of parts) length += part.length;
  outgoing.cork();
  outgoing.writeHead(status, { ...headers, "Content-Length": length });
  for (const part of parts) outgoing.write(part);
  outgoing.end();
}
