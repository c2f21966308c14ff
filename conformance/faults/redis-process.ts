import { connect } from "node:net";
import { tmpdir } from "node:os";
import { findOnPath, freePort, type Started, start, until } from "./processes.ts";

const START_MS = 10_000;

/** A Redis that keeps nothing on disk: started anew it is empty. */
export interface RedisProcess {
  readonly url: string;
  restart(): Promise<void>;
  /** Stops it in the middle of whatever it does, as a machine that hangs. */
  hang(): void;
  goOn(): void;
  stop(): Promise<void>;
}

/** `undefined` when there is no `redis-server` on the PATH. */
export async function startRedis(): Promise<RedisProcess | undefined> {
  const program = findOnPath("redis-server");
  if (program === undefined) return undefined;
  const port = await freePort();
  const words = ["--port", String(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"];
  // Another one's file would be read at the start.
  words.push("--dir", tmpdir(), "--dbfilename", `faults-${port}.rdb`);
  const begin = async (): Promise<Started> => {
    const started = start(program, words);
    await until(() => answers(port), START_MS, "the start of Redis");
    return started;
  };
  let server = await begin();
  return {
    url: `redis://127.0.0.1:${port}`,
    async restart() {
      await server.end("SIGKILL");
      server = await begin();
    },
    hang: () => void server.child.kill("SIGSTOP"),
    goOn: () => void server.child.kill("SIGCONT"),
    stop: () => server.end("SIGKILL"),
  };
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1", () => socket.write("PING\r\n"));
    const done = (isThere: boolean) => {
      socket.destroy();
      resolve(isThere);
    };
    socket.on("data", (part) => done(part.toString().startsWith("+PONG")));
    socket.on("error", () => done(false));
    socket.setTimeout(1_000, () => done(false));
  });
}
