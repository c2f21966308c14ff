import { createServer, type IncomingMessage, type ServerResponse } from "node:http";

export interface TinyServer {
  readonly base: string;
  /** What came in: method, address and body. */
  readonly seen: readonly string[];
  stop(): Promise<void>;
}

type Respond = (request: IncomingMessage, response: ServerResponse, body: string) => void;

/** A server that answers as it is told, with 200 and an empty object unless it is told. */
export async function startTinyServer(
  respond: Respond = (_request, response) => response.end("{}"),
): Promise<TinyServer> {
  const seen: string[] = [];
  const server = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk) => {
      body += chunk;
    });
    request.on("end", () => {
      seen.push(`${request.method} ${request.url} ${body}`);
      respond(request, response, body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const base = `http://127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}`;
  const stop = async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  return { base, seen, stop };
}

export const TOKENS = { reader: "r-token", writer: "w-token" } as const;
