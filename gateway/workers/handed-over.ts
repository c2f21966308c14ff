import type { Worker } from "node:cluster";

/** How long what a worker has said before its end may take to be heard. The channel tells no end while a handle is on its way. */
const HEARD_MS = 200;

/**
 * Closes the connections that a worker was given and has not taken when it dies. The parent hands each over and waits for
 * the worker's word; where none comes node:cluster keeps it open for ever, and its client waits as long. It knows them by
 * the messages of node:cluster alone: should these change, it closes nothing.
 */
export function closeUntaken(worker: Worker): void {
  const untaken = new Map<unknown, Closable>();
  const { process: child } = worker;
  child.send = new Proxy(child.send, {
    apply(send, self, given: unknown[]) {
      const [message, handle] = given;
      if (isRecord(message) && message.act === "newconn" && isClosable(handle)) untaken.set(message.seq, handle);
      return Reflect.apply(send, self, given);
    },
  });
  child.on("internalMessage", (message: unknown) => {
    if (isRecord(message)) untaken.delete(message.ack);
  });
  child.once("exit", () => {
    setTimeout(() => {
      for (const handle of untaken.values()) handle.close();
      untaken.clear();
    }, HEARD_MS);
  });
}

interface Closable {
  close(): void;
}

function isClosable(value: unknown): value is Closable {
  return typeof value === "object" && value !== null && "close" in value && typeof value.close === "function";
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}
