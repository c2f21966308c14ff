import { LIMITS } from "../../limits.ts";
import { toCredentials } from "./redis-address.ts";
import type { Heard } from "./redis-changes.ts";
import { type ClusterConnector, createClusterConnector } from "./redis-cluster.ts";
import { connectNode, type RedisNode } from "./redis-node.ts";
import type { Lost, RedisServer } from "./redis-server.ts";
import { withDeadline } from "./with-deadline.ts";

export interface ListedOptions {
  readonly urls: readonly string[];
  readonly heard: Heard | undefined;
  /** Whether the other processes use the server of this incarnation. */
  isInUse(incarnation: string): boolean;
}

/**
 * Of several addresses the server that says it is a master. Where more than one does, as after a failover that one of them
 * has not heard of, the one that the other processes use, else the first. Nodes of a cluster are taken for that.
 */
export function createListedConnector({ urls, heard, isInUse }: ListedOptions): (lost: Lost) => Promise<RedisServer> {
  let cluster: ClusterConnector | undefined;
  return async (lost) => {
    if (cluster !== undefined) return cluster(lost);
    const seen = await Promise.all(urls.map((url) => look(url, heard)));
    const there = seen.filter((one) => one !== undefined);
    const masters = there.filter(({ incarnation }) => incarnation !== undefined);
    const found = masters.find(({ incarnation = "" }) => isInUse(incarnation)) ?? masters[0];
    const isCluster = there.some((one) => one.isCluster);
    for (const one of there) if (isCluster || one !== found) one.node.close();
    if (isCluster) {
      cluster = createClusterConnector({ kind: "cluster", urls, ...toCredentials(urls[0] ?? "") }, heard);
      return cluster(lost);
    }
    if (found === undefined) throw new Error("None of the servers is a master.");
    found.told.lost = lost;
    return found.node;
  };
}

interface Seen {
  readonly node: RedisNode;
  /** Who is told when it is lost: nobody until it is chosen. */
  readonly told: { lost: Lost };
  /** Absent where it is no master. */
  readonly incarnation?: string;
  readonly isCluster: boolean;
}

async function look(url: string, heard: Heard | undefined): Promise<Seen | undefined> {
  const told = { lost: () => {} };
  const node = await connectNode(url, heard, () => told.lost()).catch(() => undefined);
  if (node === undefined) return undefined;
  const [kind, incarnation] = await Promise.all([
    withDeadline(node.isOfCluster(), LIMITS.redis_patience_ms),
    withDeadline(node.incarnation(), LIMITS.redis_patience_ms),
  ]);
  return {
    node,
    told,
    isCluster: kind.kind === "value" && kind.value,
    ...(incarnation.kind === "value" && { incarnation: incarnation.value }),
  };
}
