import { appendFileSync, existsSync } from "node:fs";
import { join } from "node:path";
import { isMessage, type ToParent, type ToWorker, WORDS } from "./messages.ts";

/**
 * Dies at start with code 7 while there is a file `dies-<place>` in the folder, and is not ready while there is `waits-<place>`.
 * Is of another version while there is `foreign-<place>`. Does not end while there is `stays`. Writes what it is told into the file `told`.
 */
const POLL_MS = 10;
const folder = process.env.CREW_FOLDER ?? "";

function becomeReady(place: number): void {
  if (existsSync(join(folder, `waits-${place}`))) {
    setTimeout(becomeReady, POLL_MS, place);
    return;
  }
  const words = existsSync(join(folder, `foreign-${place}`)) ? WORDS + 1 : WORDS;
  const ready: ToParent = { kind: "ready", words, firstCalls: "first calls" };
  process.send?.(ready);
}

process.on("message", (message) => {
  if (!isMessage<ToWorker>(message)) return;
  appendFileSync(join(folder, "told"), `${JSON.stringify({ pid: process.pid, ...message })}\n`);
  if (message.kind === "begin") {
    if (existsSync(join(folder, `dies-${message.place}`))) process.exit(7);
    becomeReady(message.place);
  }
  if (message.kind === "end" && !existsSync(join(folder, "stays"))) process.exit(0);
});
