/** A parent whose one worker is frozen as soon as it listens: what comes then is handed over and never taken. */
import cluster from "node:cluster";
import { fileURLToPath } from "node:url";
import { closeUntaken } from "./handed-over.ts";

cluster.setupPrimary({ exec: fileURLToPath(new URL("handed-over.worker.ts", import.meta.url)), args: [] });
const worker = cluster.fork();
closeUntaken(worker);
const { process: child } = worker;
child.send = new Proxy(child.send, {
  apply(send, self, given: unknown[]) {
    const [message] = given;
    const isHandedOver =
      typeof message === "object" && message !== null && "act" in message && message.act === "newconn";
    if (isHandedOver) process.send?.("handed over");
    return Reflect.apply(send, self, given);
  },
});

worker.once("listening", ({ port }) => {
  const { pid = 0 } = child;
  process.kill(pid, "SIGSTOP");
  process.send?.({ port, pid });
});
// Its own end would close everything.
process.on("message", () => {});
