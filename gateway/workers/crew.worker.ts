import { appendFileSync, existsSync } from "node:fs";
import { join } from "node:path";
import { isMessage, type ToParent, type ToWorker } from "./messages.ts";

/**
 * Dies at start with code 7 while there is a file `dies-<place>` in the folder. Writes what it is told into the file `told`.
 */
const folder = process.env.CREW_FOLDER ?? "";

process.on("message", (message) => {
  if (!isMessage<ToWorker>(message)) return;
  appendFileSync(join(folder, "told"), `${JSON.stringify({ pid: process.pid, ...message })}\n`);
  if (message.kind === "begin") {
    if (existsSync(join(folder, `dies-${message.place}`))) process.exit(7);
    const ready: ToParent = { kind: "ready", firstCalls: "first calls" };
    process.send?.(ready);
  }
  if (message.kind === "end" && !existsSync(join(folder, "stays"))) process.exit(0);
});
