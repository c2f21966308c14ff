import { once } from "node:events";
import { mkdirSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

const { PATH, HOME, TMPDIR, NODE_COMPILE_CACHE } = process.env;

/** What a process that a test starts is given of the environment: nothing that would be a setting of the gateway. */
export const RUNTIME = { PATH, HOME, TMPDIR, NODE_COMPILE_CACHE };

/**
 * Below those that systems give to who asks for any port, as whole ranges: the port at which a node of a Redis cluster
 * hears the others is 10,000 above its own.
 */
const PORT_MIN = 10_000;
const PORT_MAX = 19_999;

/**
 * A port for a process that has to be told one. Nobody takes it before that process does: no other test of this run is
 * given it, and the system gives it to no one.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = PORT_MIN + Math.floor(Math.random() * (PORT_MAX + 1 - PORT_MIN));
    if (isGivenFirst(port) && (await isFree(port))) return port;
  }
}

/** All tests of a run share one folder for what they write. */
function isGivenFirst(port: number): boolean {
  try {
    mkdirSync(join(tmpdir(), `port-${port}`));
    return true;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EEXIST") return false;
    throw error;
  }
}

async function isFree(port: number): Promise<boolean> {
  const probe = createServer();
  try {
    const listening = once(probe, "listening");
    probe.listen(port, "127.0.0.1");
    await listening;
  } catch {
    return false;
  }
  const closed = once(probe, "close");
  probe.close();
  await closed;
  return true;
}
