import { createServer, type Server, type Socket } from "node:net";
import { createServer as createTlsServer } from "node:tls";
import { LIMITS } from "../limits.ts";
import { type Connection, serveConnection } from "./connection.ts";
import type { MllpAddress } from "./listen-addresses.ts";
import { type MllpPorts, takeMessage } from "./take-message.ts";

/** Why a connection was cut that its sender had not ended. */
type CutReason = "slow" | "idle" | "stray" | "crowded";

/** PEM texts. With `ca` only senders whose certificate it signed are let in. */
export interface MllpTls {
  readonly key: string;
  readonly cert: string;
  readonly ca?: string;
}

export interface MllpOptions {
  readonly addresses: readonly MllpAddress[];
  readonly tls?: MllpTls;
  /** Told of a connection that was cut: too slow, idle too long, no MLLP, or one too many. */
  readonly onCut?: (source: string, reason: CutReason) => void;
  /** How long a frame may take to arrive; by default `mllp_frame_s_max`. */
  readonly frame_ms_max?: number;
}

export interface MllpListener {
  /** Listens on every address. Rejects with a `ListenError` of the first that cannot be listened on. */
  listen(): Promise<void>;
  /** Ports that are listened on, in the order of the addresses: of port 0 the one that was free. */
  ports(): readonly number[];
  /** Takes no more connections, finishes and answers the messages under way, then closes; cuts what takes longer. */
  close(): Promise<void>;
}

/**
 * Takes HL7 v2 messages over MLLP: each is one delivery through the ingest line, and is acknowledged when it is committed
 * and recorded. Which source speaks is told by the address it speaks to.
 */
export function createMllpListener(ports: MllpPorts, options: MllpOptions): MllpListener {
  const connections = new Set<Connection>();
  const greeting = new Map<string, Socket>();
  const servers = options.addresses.map((address) => {
    const server = createListening(options.tls, (socket) => {
      greeting.delete(nameOf(socket));
      const peer = socket.remoteAddress ?? "unknown";
      const connection = serveConnection(socket, {
        take: (frame) => takeMessage(frame, { source: address.source, peer }, ports),
        onCut: (reason) => options.onCut?.(address.source, reason),
        ...(options.frame_ms_max === undefined ? {} : { frame_ms_max: options.frame_ms_max }),
      });
      connections.add(connection);
      void connection.closed.then(() => connections.delete(connection));
    });
    server.maxConnections = LIMITS.mllp_connections_max;
    if (options.tls !== undefined) rememberUntilGreeted(server, greeting);
    server.on("drop", () => options.onCut?.(address.source, "crowded"));
    return { server, address };
  });
  return {
    async listen() {
      await Promise.all(servers.map(({ server, address }) => listenOn(server, address)));
      // What goes wrong with taking a connection concerns that one; the address stays open.
      for (const { server, address } of servers) {
        server.on("error", (error) => ports.onFault(error, address.source));
      }
    },
    ports: () =>
      servers.map(({ server }) => {
        const bound = server.address();
        return typeof bound === "object" && bound !== null ? bound.port : 0;
      }),
    async close() {
      const closed = Promise.all(servers.map(({ server }) => closeServer(server)));
      const grace = setTimeout(() => {
        for (const connection of connections) connection.cut();
      }, LIMITS.shutdown_grace_ms);
      for (const connection of connections) connection.drain();
      for (const socket of greeting.values()) socket.destroy();
      await Promise.all([...connections].map((connection) => connection.closed));
      await closed;
      clearTimeout(grace);
    },
  };
}

/** Connections that TLS has not agreed on yet are nobody's, and would keep the server open at its end. */
function rememberUntilGreeted(server: Server, greeting: Map<string, Socket>): void {
  server.on("connection", (socket) => {
    const name = nameOf(socket);
    greeting.set(name, socket);
    socket.once("close", () => greeting.delete(name));
  });
}

function nameOf({ localPort, remoteAddress, remotePort }: Socket): string {
  return `${localPort} ${remoteAddress} ${remotePort}`;
}

function createListening(tls: MllpTls | undefined, serve: (socket: Socket) => void): Server {
  if (tls === undefined) return createServer({ allowHalfOpen: true, noDelay: true }, serve);
  const { ca, ...own } = tls;
  const wanted = ca === undefined ? {} : { ca, requestCert: true, rejectUnauthorized: true };
  return createTlsServer({ ...own, ...wanted, minVersion: "TLSv1.2", allowHalfOpen: true, noDelay: true }, serve);
}

/** An address that cannot be listened on, and the code of the system that says why. */
export class ListenError extends Error {
  constructor({ host, port }: MllpAddress, cause: unknown) {
    const code = cause instanceof Error && "code" in cause ? cause.code : "unknown";
    super(`cannot listen on ${host}:${port} (${code})`, { cause });
    this.name = "ListenError";
  }
}

function listenOn(server: Server, address: MllpAddress): Promise<void> {
  return new Promise((resolve, reject) => {
    const refuse = (error: Error): void => reject(new ListenError(address, error));
    server.once("error", refuse);
    server.listen({ host: address.host, port: address.port }, () => {
      server.off("error", refuse);
      resolve();
    });
  });
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    if (server.listening) server.close(() => resolve());
    else resolve();
  });
}
