import type { IncomingMessage } from "node:http";

export interface BodyDeadline {
  /** Begins to count for a request; call what is returned once it is answered. */
  watch(incoming: IncomingMessage): () => void;
  close(): void;
}

const NOTHING = (): void => {};

/**
 * Cuts off whoever takes longer than `deadline_ms` over a body, at the latest twice as long. Not the server's own
 * deadline for whole requests, since a delivery below `/ingest` may take as long as it brings something: of it only a
 * silence counts.
 */
export function createBodyDeadline(deadline_ms: number): BodyDeadline {
  let young = new Set<IncomingMessage>();
  let old = new Set<IncomingMessage>();
  const turn = setInterval(() => {
    for (const incoming of old) if (!incoming.complete) incoming.destroy();
    old = young;
    young = new Set();
  }, deadline_ms).unref();
  return {
    watch(incoming) {
      const { headers, url = "" } = incoming;
      if (headers["content-length"] === undefined && headers["transfer-encoding"] === undefined) return NOTHING;
      if (url.startsWith("/ingest/")) {
        incoming.setTimeout(deadline_ms * SILENCE_DEADLINES, () => incoming.destroy());
        return NOTHING;
      }
      young.add(incoming);
      return () => {
        if (!young.delete(incoming)) old.delete(incoming);
      };
    },
    close: () => clearInterval(turn),
  };
}

/** The gateway itself may be busy with what came before, and not read on. */
const SILENCE_DEADLINES = 5;
