import { createHash } from "node:crypto";
import { createCluster } from "redis";
import { LIMITS } from "../../limits.ts";
import type { RedisAddress } from "./redis-address.ts";
import { ChangeListener, type Heard } from "./redis-changes.ts";
import { type Lost, NO_TIMEOUT, type RedisServer, runOf, toCommands } from "./redis-server.ts";
import { withDeadline } from "./with-deadline.ts";

export type ClusterConnector = (lost: Lost) => Promise<RedisServer>;

/** Connects to all masters of a cluster, as one of its nodes names them: another one each time, since one may be gone. */
export function createClusterConnector(
  address: Extract<RedisAddress, { kind: "cluster" }>,
  heard: Heard | undefined,
): ClusterConnector {
  const places = new Set(address.urls);
  let turn = 0;
  return async (lost) => {
    const url = [...places][turn % places.size] ?? "";
    turn += 1;
    const cluster = open(url, address, heard);
    for (const event of ["node-ready", "node-error", "node-disconnect"]) cluster.on(event, lost);
    const close = (): void => {
      if (cluster.isOpen) cluster.destroy();
    };
    const connected = await withDeadline(cluster.connect(), LIMITS.redis_open_ms);
    if (connected.kind !== "value") {
      close();
      throw new Error("The cluster does not answer.");
    }
    const scheme = address.isTls ? "rediss" : "redis";
    for (const { host, port } of cluster.masters) places.add(`${scheme}://${host}:${port}`);
    return { ...toCommands(cluster, lost), ...toMasters(cluster), close };
  };
}

function open(
  url: string,
  { credentials, isTls }: Extract<RedisAddress, { kind: "cluster" }>,
  heard: Heard | undefined,
) {
  const socket = { reconnectStrategy: false as const, connectTimeout: LIMITS.redis_open_ms };
  const cluster = createCluster({
    rootNodes: [{ url, socket }],
    defaults: {
      ...credentials,
      disableOfflineQueue: true,
      socket: isTls ? { ...socket, tls: true as const } : socket,
    },
    commandOptions: NO_TIMEOUT,
    ...(heard === undefined ? {} : { clientSideCache: new ChangeListener(heard) }),
  });
  cluster.on("error", () => {});
  return cluster;
}

type Cluster = ReturnType<typeof open>;

function toMasters(cluster: Cluster): Pick<RedisServer, "ping" | "incarnation"> {
  const ofMasters = async <T>(ask: (client: Awaited<ReturnType<Cluster["nodeClient"]>>) => Promise<T>) => {
    if (!cluster.isReady) throw new Error("The cluster is not known.");
    return Promise.all(cluster.masters.map(async (node) => ask(await cluster.nodeClient(node))));
  };
  return {
    async ping() {
      await ofMasters((client) => client.ping());
      return true;
    },
    async incarnation() {
      const told = await ofMasters(async (client) => {
        const [run, slots] = await Promise.all([runOf(client), client.sendCommand(["CLUSTER", "SLOTS"])]);
        return { run, holders: holdersIn(slots) };
      });
      // One that was frozen while its replica took over still says that it is a master; the others know better.
      const views = new Set(told.map(({ holders }) => JSON.stringify(holders)));
      const holders = new Set(told[0]?.holders.map(({ holder }) => holder));
      if (views.size !== 1 || cluster.masters.some(({ id }) => !holders.delete(id)) || holders.size > 0)
        throw new Error("The nodes do not agree who holds what.");
      const runs = told.map(({ run }) => run).sort();
      return createHash("sha256").update(runs.join("\n")).digest("base64url");
    },
  };
}

/** Who holds which slots, as the answer to CLUSTER SLOTS: `[from, to, [host, port, id, …], …replicas]` each. */
function holdersIn(slots: unknown): readonly { readonly from: number; readonly holder: string }[] {
  if (!Array.isArray(slots)) throw new Error("The cluster does not say who holds what.");
  return slots
    .map((range: unknown) => {
      const [from, to, master]: unknown[] = Array.isArray(range) ? range : [];
      const id: unknown = Array.isArray(master) ? master[2] : undefined;
      return { from: Number(from), to: Number(to), holder: String(id) };
    })
    .sort((one, other) => one.from - other.from);
}
