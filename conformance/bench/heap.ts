import { setTimeout as sleep } from "node:timers/promises";
import { at, parseJson, text } from "../json.ts";

const OPEN_WITHIN_MS = 5_000;
const ANSWER_WITHIN_MS = 10_000;
const POLL_MS = 50;

/**
 * What lives on the heap of a Node process after a full collection, in MB, asked from outside: SIGUSR1 opens its inspector on
 * the port that it was started with (`--inspect-port`).
 */
export async function heapAfterCollection(pid: number, port: number): Promise<number> {
  process.kill(pid, "SIGUSR1");
  const socket = new WebSocket(await inspectorAt(port));
  try {
    await once(socket, "open");
    await call(socket, 1, "HeapProfiler.enable");
    await call(socket, 2, "HeapProfiler.collectGarbage");
    const usage = await call(socket, 3, "Runtime.getHeapUsage");
    return Number(at(usage, "result", "usedSize")) / 2 ** 20;
  } finally {
    socket.close();
  }
}

async function inspectorAt(port: number): Promise<string> {
  const givenUp = performance.now() + OPEN_WITHIN_MS;
  while (performance.now() < givenUp) {
    const answer = await fetch(`http://127.0.0.1:${port}/json/list`).catch(() => undefined);
    const address = answer === undefined ? undefined : text(parseJson(await answer.text()), 0, "webSocketDebuggerUrl");
    if (address !== undefined) return address;
    await sleep(POLL_MS);
  }
  throw new Error("the process opened no inspector");
}

async function call(socket: WebSocket, id: number, method: string): Promise<unknown> {
  const answered = new Promise<unknown>((resolve, reject) => {
    const late = setTimeout(() => reject(new Error(`the inspector did not answer ${method}`)), ANSWER_WITHIN_MS);
    const take = (event: MessageEvent) => {
      const answer = parseJson(String(event.data));
      if (at(answer, "id") !== id) return;
      clearTimeout(late);
      socket.removeEventListener("message", take);
      resolve(answer);
    };
    socket.addEventListener("message", take);
  });
  socket.send(JSON.stringify({ id, method }));
  return answered;
}

function once(socket: WebSocket, event: "open"): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.addEventListener(event, () => resolve(), { once: true });
    socket.addEventListener("error", () => reject(new Error("the inspector took no connection")), { once: true });
  });
}
