import type { IncomingMessage } from "node:http";
import type { Socket } from "node:net";

export interface BodyDeadline {
  /** Begins to count for a request; `undefined` where it has no body to wait for. */
  watch(incoming: IncomingMessage): Watched | undefined;
  close(): void;
}

export interface Watched {
  /** Once the request is answered. */
  end(): void;
}

/** `/ingest/{source}`: the one address to which a file of any size is sent. */
const DELIVERY = /^\/ingest\/[^/?]+(?:\?|$)/;

/** Turns without anything new after which a body is given up. */
const BODY_TURNS = 2;
/** The gateway itself may be busy with what came before, and not read on. */
const SILENCE_TURNS = 5;

/**
 * Cuts off whoever takes longer than `deadline_ms` over a body, at the latest twice as long. Not the server's own
 * deadline for whole requests, since a delivery may take as long as it brings something: of it only a silence counts, and
 * only while it is not there as a whole. What the gateway makes of a body may take as long as it takes.
 */
export function createBodyDeadline(deadline_ms: number): BodyDeadline {
  // No Set: each of its tables that outlives a request keeps all later ones, and the requests in them, from being
  // collected with what is young.
  const all: Body[] = [];
  const turn = setInterval(() => {
    for (const body of all) body.turn();
  }, deadline_ms).unref();
  return {
    watch(incoming) {
      const { headers, url = "" } = incoming;
      if (headers["content-length"] === undefined && headers["transfer-encoding"] === undefined) return undefined;
      return DELIVERY.test(url) ? new Delivery(incoming, all) : new Body(incoming, all);
    },
    close: () => clearInterval(turn),
  };
}

/** A body under way. */
class Body implements Watched {
  protected readonly incoming: IncomingMessage;
  protected turns = 0;
  readonly #all: Body[];
  #at: number;

  constructor(incoming: IncomingMessage, all: Body[]) {
    this.incoming = incoming;
    this.#all = all;
    this.#at = all.push(this) - 1;
  }

  turn(): void {
    this.turns += 1;
    this.cutAfter(BODY_TURNS);
  }

  protected cutAfter(turns: number): void {
    if (this.turns >= turns && !this.incoming.complete) this.incoming.destroy();
  }

  end(): void {
    const last = this.#all.at(-1);
    if (last === undefined || this.#at < 0) return;
    this.#all[this.#at] = last;
    last.#at = this.#at;
    this.#all.pop();
    this.#at = -1;
  }
}

/** A delivery under way, and how much had come when it last brought something. */
class Delivery extends Body {
  // A request that is cut off has no socket any more.
  readonly #socket: Socket;
  #bytes: number;

  constructor(incoming: IncomingMessage, all: Body[]) {
    super(incoming, all);
    this.#socket = incoming.socket;
    this.#bytes = incoming.socket.bytesRead;
  }

  override turn(): void {
    const { bytesRead } = this.#socket;
    this.turns = bytesRead === this.#bytes ? this.turns + 1 : 0;
    this.#bytes = bytesRead;
    this.cutAfter(SILENCE_TURNS);
  }
}
