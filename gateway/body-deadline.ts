import type { IncomingMessage } from "node:http";
import type { Socket } from "node:net";

export interface BodyDeadline {
  /** Begins to count for a request; call what is returned once it is answered. */
  watch(incoming: IncomingMessage): () => void;
  close(): void;
}

const NOTHING = (): void => {};

/** `/ingest/{source}`: the one address to which a file of any size is sent. */
const DELIVERY = /^\/ingest\/[^/?]+(?:\?|$)/;

/** A delivery under way, and how much had come when it last brought something. */
interface Silence {
  readonly socket: Socket;
  bytes: number;
  turns: number;
}

/**
 * Cuts off whoever takes longer than `deadline_ms` over a body, at the latest twice as long. Not the server's own
 * deadline for whole requests, since a delivery may take as long as it brings something: of it only a silence counts, and
 * only while it is not there as a whole. What the gateway makes of a body may take as long as it takes.
 */
export function createBodyDeadline(deadline_ms: number): BodyDeadline {
  let young = new Set<IncomingMessage>();
  let old = new Set<IncomingMessage>();
  const deliveries = new Map<IncomingMessage, Silence>();
  const turn = setInterval(() => {
    for (const incoming of old) if (!incoming.complete) incoming.destroy();
    for (const [incoming, silence] of deliveries) cutWhenSilent(incoming, silence);
    old = young;
    young = new Set();
  }, deadline_ms).unref();
  return {
    watch(incoming) {
      const { headers, url = "" } = incoming;
      if (headers["content-length"] === undefined && headers["transfer-encoding"] === undefined) return NOTHING;
      if (DELIVERY.test(url)) {
        // A request that is cut off has no socket any more.
        const { socket } = incoming;
        deliveries.set(incoming, { socket, bytes: socket.bytesRead, turns: 0 });
        return () => deliveries.delete(incoming);
      }
      young.add(incoming);
      return () => {
        if (!young.delete(incoming)) old.delete(incoming);
      };
    },
    close: () => clearInterval(turn),
  };
}

function cutWhenSilent(incoming: IncomingMessage, silence: Silence): void {
  const { bytesRead } = silence.socket;
  silence.turns = bytesRead === silence.bytes ? silence.turns + 1 : 0;
  silence.bytes = bytesRead;
  if (silence.turns >= SILENCE_DEADLINES && !incoming.complete) incoming.destroy();
}

/** The gateway itself may be busy with what came before, and not read on. */
const SILENCE_DEADLINES = 5;
