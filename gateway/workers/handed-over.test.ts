import { fork } from "node:child_process";
import { once } from "node:events";
import { connect } from "node:net";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

test("a connection that a worker was given and had not taken is closed when the worker dies", async () => {
  const parent = fork(fileURLToPath(new URL("handed-over.parent.ts", import.meta.url)));
  const [worker]: { readonly port: number; readonly pid: number }[] = await once(parent, "message");
  if (worker === undefined) throw new Error("The parent said nothing.");
  try {
    const handedOver = once(parent, "message");
    const client = connect(worker.port, "127.0.0.1");
    client.on("error", () => {});
    const closed = new Promise((resolve) => client.once("close", resolve));
    await once(client, "connect");
    client.write("GET / HTTP/1.1\r\nHost: here\r\n\r\n");
    expect(await handedOver).toEqual(["handed over", undefined]);
    expect(client.closed).toBe(false);
    process.kill(worker.pid, "SIGKILL");
    await closed;
    expect(client.bytesRead).toBe(0);
  } finally {
    // Frozen as it is, a worker would outlive its parent.
    parent.kill("SIGKILL");
    if (isAlive(worker.pid)) process.kill(worker.pid, "SIGKILL");
  }
});

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
