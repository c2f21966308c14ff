import { createClient } from "redis";
import { LIMITS } from "../../limits.ts";
import { ChangeListener, type Heard } from "./redis-changes.ts";
import { type Lost, NO_TIMEOUT, type RedisServer, runOf, toCommands } from "./redis-server.ts";
import { withDeadline } from "./with-deadline.ts";

export interface RedisNode extends RedisServer {
  isOfCluster(): Promise<boolean>;
}

/** Connects to one server. Rejects when it does not answer in time. */
export async function connectNode(url: string, heard: Heard | undefined, lost: Lost): Promise<RedisNode> {
  const client = createClient({
    url,
    disableOfflineQueue: true,
    commandOptions: NO_TIMEOUT,
    // What was lost is opened anew: the same name may lead to another server by then.
    socket: { reconnectStrategy: false, connectTimeout: LIMITS.redis_open_ms },
    ...(heard === undefined ? {} : { clientSideCache: new ChangeListener(heard) }),
  });
  client.on("error", lost);
  client.on("end", lost);
  const close = (): void => {
    if (client.isOpen) client.destroy();
  };
  const connected = await withDeadline(client.connect(), LIMITS.redis_open_ms);
  if (connected.kind !== "value") {
    close();
    throw new Error("The server does not answer.");
  }
  return {
    ...toCommands(client, lost),
    async ping() {
      await client.ping();
      return true;
    },
    incarnation: () => runOf(client),
    isOfCluster: async () => /^cluster_enabled:1/m.test(String(await client.info("cluster"))),
    close,
  };
}
