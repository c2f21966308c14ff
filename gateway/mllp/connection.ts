import { once } from "node:events";
import type { Socket } from "node:net";
import { LIMITS } from "../limits.ts";
import { type Frame, FrameReader, toFrame } from "./frames.ts";

export interface ConnectionWork {
  /** Takes one frame and gives the messages to answer with. */
  take(frame: Frame): Promise<readonly string[]>;
  /** Told why a connection was cut that its sender had not ended. */
  onCut(reason: "slow" | "idle" | "stray"): void;
  /** How long a frame may take to arrive, and an answer to be read; by default `mllp_frame_s_max`. */
  readonly frame_ms_max?: number;
}

/** One connection: its frames one after the other, each answered before the next is looked at. */
export interface Connection {
  /** Resolves when it is closed. */
  readonly closed: Promise<void>;
  /** Finishes the message under way, if there is one, answers it and closes. */
  drain(): void;
  /** Closes at once. */
  cut(): void;
}

/**
 * Serves a connection. Nothing is read while a message is taken in, so a sender that is faster than the disk waits
 * (back-pressure). A sender that half-closes still gets its answer.
 */
export function serveConnection(socket: Socket, work: ConnectionWork): Connection {
  let isDraining = false;
  let isBusy = false;
  const cut = (reason: Parameters<ConnectionWork["onCut"]>[0]): void => {
    work.onCut(reason);
    socket.destroy();
  };
  socket.setTimeout(LIMITS.mllp_idle_s_max * 1_000, () => {
    if (!isBusy) cut("idle");
  });
  // Whatever goes wrong with the connection ends the reading below; there is nobody left to tell.
  socket.on("error", () => socket.destroy());

  async function serve(): Promise<void> {
    const reader = new FrameReader(LIMITS.source_record_bytes_max);
    const frame_ms_max = work.frame_ms_max ?? LIMITS.mllp_frame_s_max * 1_000;
    const deadline = createDeadline(() => cut("slow"), frame_ms_max);
    try {
      for await (const chunk of socket.iterator({ destroyOnReturn: false })) {
        deadline.clear();
        for (const frame of reader.read(chunk)) {
          isBusy = true;
          const answers = await work.take(frame);
          const unread = setTimeout(() => cut("slow"), frame_ms_max);
          try {
            for (const answer of answers) await send(socket, toFrame(answer));
          } finally {
            clearTimeout(unread);
          }
          isBusy = false;
          if (isDraining) return;
        }
        if (reader.isInFrame) deadline.keep();
        else deadline.forget();
        if (reader.stray_bytes > LIMITS.mllp_stray_bytes_max) return cut("stray");
      }
    } catch {
      socket.destroy();
    } finally {
      deadline.clear();
      socket.destroySoon();
    }
  }

  const closed = serve();
  return {
    closed,
    drain() {
      isDraining = true;
      if (!isBusy) socket.destroySoon();
    },
    cut() {
      socket.destroy();
    },
  };
}

/** The time that one frame has to arrive in, however its bytes dribble; it does not run while a message is taken in. */
function createDeadline(passed: () => void, frame_ms_max: number) {
  let timer: NodeJS.Timeout | undefined;
  let left_ms = frame_ms_max;
  let since = 0;
  return {
    /** Runs on from where it stood. */
    keep() {
      since = performance.now();
      timer = setTimeout(passed, left_ms);
    },
    clear() {
      if (timer === undefined) return;
      clearTimeout(timer);
      timer = undefined;
      left_ms = Math.max(1, left_ms - (performance.now() - since));
    },
    forget() {
      left_ms = frame_ms_max;
    },
  };
}

async function send(socket: Socket, bytes: Buffer): Promise<void> {
  if (socket.destroyed || socket.write(bytes)) return;
  // Whoever does not read its answers is waited for until it is gone or cut.
  await Promise.race([once(socket, "drain"), once(socket, "close")]);
}
