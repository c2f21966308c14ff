/** A parent whose one worker is frozen as soon as it listens: what comes then is handed over and never taken. */
import cluster from "node:cluster";
import { fileURLToPath } from "node:url";
import { closeUntaken } from "./handed-over.ts";

cluster.setupPrimary({ exec: fileURLToPath(new URL("handed-over.worker.ts", import.meta.url)), args: [] });
const worker = cluster.fork();
closeUntaken(worker);

worker.once("listening", ({ port }) => {
  const { pid = 0 } = worker.process;
  process.kill(pid, "SIGSTOP");
  process.send?.({ port, pid });
});
// Its own end would close everything.
process.on("message", () => {});
