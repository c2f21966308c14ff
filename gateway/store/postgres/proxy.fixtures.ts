import { once } from "node:events";
import { createServer, connect as open, type Socket } from "node:net";

/** What to do with what a client has just sent. */
export type Verdict = "pass" | "cut-after-passing" | "cut" | "swallow";

export interface BreakingProxy {
  readonly url: string;
  /** Asked of everything that clients send from now on. */
  judge: (sent: Buffer) => Verdict;
  readonly connections: number;
  close(): Promise<void>;
}

/** Stands between a client and a server, and breaks what it is told to break. */
export async function startProxy(url: string): Promise<BreakingProxy> {
  const target = new URL(url);
  const sockets = new Set<Socket>();
  const proxy = { url: "", judge: (): Verdict => "pass", connections: 0, close };
  const server = createServer((client) => {
    proxy.connections += 1;
    const behind = open(Number(target.port), target.hostname);
    const cut = (): void => {
      client.destroy();
      behind.destroy();
    };
    for (const socket of [client, behind]) {
      sockets.add(socket);
      socket.on("error", cut);
      socket.on("close", () => {
        sockets.delete(socket);
        cut();
      });
    }
    behind.on("data", (answer: Buffer) => client.write(answer));
    client.on("data", (sent: Buffer) => {
      const verdict = (proxy as BreakingProxy).judge(sent);
      if (verdict === "pass" || verdict === "cut-after-passing") behind.write(sent);
      if (verdict === "cut") cut();
      if (verdict === "cut-after-passing") {
        client.destroy();
        // What was sent is still carried out.
        behind.removeAllListeners("close");
        behind.end();
      }
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("No free port was given.");
  const through = new URL(url);
  through.port = String(address.port);
  proxy.url = through.href;
  return proxy;

  async function close(): Promise<void> {
    server.close();
    for (const socket of sockets) socket.destroy();
    await once(server, "close");
  }
}
