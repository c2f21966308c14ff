import type { Server } from "node:http";
import { Server as NetServer } from "node:net";
import { LIMITS } from "./limits.ts";

/** At once: for a stop. Gently: for who is followed by somebody, so that no client notices. */
export type Ending = "at-once" | "gently";

/** Takes no connection more and resolves when the last one is closed, within a bound. */
export async function endServer(server: Server, ending: Ending): Promise<void> {
  // With its next answer a client is told that it was the last one on this connection.
  server.prependListener("request", (_incoming, outgoing) => outgoing.setHeader("Connection", "close"));
  const isGentle = ending === "gently";
  const cut = setTimeout(
    () => server.closeAllConnections(),
    isGentle ? LIMITS.worker_drain_ms_max : LIMITS.shutdown_grace_ms,
  );
  await new Promise<void>((resolve) => {
    const done = (): void => resolve();
    if (!isGentle) {
      server.close(done);
      server.closeIdleConnections();
      return;
    }
    // The HTTP server's own `close` cuts idle connections, on which a request may be on its way. Left alone they end when
    // clients were told that they would (Keep-Alive: timeout).
    NetServer.prototype.close.call(server, done);
  });
  clearTimeout(cut);
}
