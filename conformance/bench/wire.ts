import { connect as connectPlain, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import { createAnswerParser, type WireAnswer } from "./answer-parser.ts";

/** One connection of HTTP/1.1, one request at a time, made anew whenever the server has closed it. */
export interface Wire {
  /** `undefined`: the connection broke before the answer was whole. */
  send(request: Buffer, keepsBody: boolean): Promise<WireAnswer | undefined>;
  close(): void;
}

interface Waiting {
  readonly keepsBody: boolean;
  readonly resolve: (answer: WireAnswer | undefined) => void;
}

const ANSWER_WITHIN_MS = 60_000;

/** `origin` with https is taken whatever its certificate says: the bench made it itself, or is told whom to measure. */
export function createWire(origin: string): Wire {
  const { protocol, hostname, port } = new URL(origin);
  const place = { host: hostname, port: Number(port || (protocol === "https:" ? 443 : 80)) };
  let socket: Socket | undefined;
  let waiting: Waiting | undefined;
  const settle = (answer: WireAnswer | undefined) => {
    const { resolve } = waiting ?? {};
    waiting = undefined;
    resolve?.(answer);
  };
  const open = (): Socket => {
    const made =
      protocol === "https:"
        ? connectTls({ ...place, rejectUnauthorized: false, servername: "" })
        : connectPlain({ ...place, noDelay: true });
    const parser = createAnswerParser((answer) => settle(answer));
    made.on("data", (chunk: Buffer) => parser.take(chunk, waiting?.keepsBody === true));
    made.setTimeout(ANSWER_WITHIN_MS, () => made.destroy());
    made.on("error", () => made.destroy());
    made.on("close", () => {
      if (socket !== made) return;
      socket = undefined;
      if (!parser.end()) settle(undefined);
    });
    return made;
  };
  return {
    send: (request, keepsBody) =>
      new Promise((resolve) => {
        waiting = { keepsBody, resolve };
        socket ??= open();
        socket.write(request);
      }),
    close() {
      const open = socket;
      socket = undefined;
      open?.destroy();
      settle(undefined);
    },
  };
}
