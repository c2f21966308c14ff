import { createReadStream } from "node:fs";
import { request as httpRequest, type IncomingMessage } from "node:http";
import { request as httpsRequest } from "node:https";
import { basename, extname } from "node:path";
import { text } from "node:stream/consumers";
import { pipeline } from "node:stream/promises";

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  ".csv": "text/csv",
  ".xml": "application/xml",
  ".json": "application/json",
  ".ndjson": "application/x-ndjson",
};

export interface Answer {
  readonly status: number;
  readonly body: string;
}

/** Media type of a source file by the end of its name. */
function contentTypeOf(path: string): string {
  return CONTENT_TYPES[extname(path).toLowerCase()] ?? "application/octet-stream";
}

/**
 * Streams a file to the gateway and waits for the answer, however long the gateway works on it: `fetch` would give up
 * after five minutes without a header. Rejects when the connection fails before an answer.
 */
export async function sendFile(
  url: URL,
  path: string,
  options: { readonly token: string; readonly onProgress: (bytes: number) => void },
): Promise<Answer> {
  const request = (url.protocol === "https:" ? httpsRequest : httpRequest)(url, {
    method: "POST",
    headers: {
      Authorization: `Bearer ${options.token}`,
      "Content-Type": contentTypeOf(path),
      "Content-Disposition": `attachment; filename="${basename(path).replace(/[^\w .()-]/g, "-")}"`,
    },
  });
  const answered = new Promise<IncomingMessage>((resolve, reject) => {
    request.once("response", resolve);
    request.once("error", reject);
  });
  // A refusal comes while the file is still being sent, and ends the sending; the answer tells why.
  const sent = pipeline(
    createReadStream(path),
    async function* (chunks: AsyncIterable<Buffer>) {
      let bytes = 0;
      for await (const chunk of chunks) {
        yield chunk;
        bytes += chunk.length;
        options.onProgress(bytes);
      }
    },
    request,
  ).catch(() => {});
  const response = await answered;
  const body = await text(response);
  await sent;
  return { status: response.statusCode ?? 0, body };
}
