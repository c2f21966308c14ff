/** Where Redis is, as `REDIS_URL` says it. */
export type RedisAddress =
  | { readonly kind: "node"; readonly url: string }
  /** Of one server and its replicas, whichever is which; or of nodes of one cluster. */
  | { readonly kind: "listed"; readonly urls: readonly string[] }
  | ({
      readonly kind: "cluster";
      /** Any of its nodes; the others are learned from it. */
      readonly urls: readonly string[];
    } & ClusterCredentials);

export interface ClusterCredentials {
  /** What every node is spoken to with, also those that are learned. */
  readonly credentials: { readonly username?: string; readonly password?: string };
  readonly isTls: boolean;
}

/**
 * `redis://[user:password@]host:port` or `rediss://…` (TLS) is one node. Several of them with commas between are a server
 * and its replicas, the master of which is sought, or nodes of one cluster, if they say so.
 * `redis-cluster://[user:password@]host:port[,host:port…]` and `rediss-cluster://…` are nodes of one cluster. User and
 * password are those of the first, unless another one has its own.
 */
export function toRedisAddress(text: string): RedisAddress {
  const isNamedCluster = /^rediss?-cluster:\/\//.test(text);
  const parts = text.split(",").map((part) => part.trim());
  const [first = ""] = parts;
  if (!isNamedCluster && parts.length === 1) return { kind: "node", url: first };
  const scheme = first.startsWith("rediss") ? "rediss://" : "redis://";
  const places = parts.map((part) => part.replace(/^rediss?(-cluster)?:\/\//, ""));
  const urls = places.map((place) => scheme + place);
  if (isNamedCluster) return { kind: "cluster", urls, ...toCredentials(urls[0] ?? "") };
  const [own = ""] = /^.*@/.exec(places[0] ?? "") ?? [];
  return { kind: "listed", urls: places.map((place) => `${scheme}${place.includes("@") ? "" : own}${place}`) };
}

export function toCredentials(url: string): ClusterCredentials {
  const { username = "", password = "" } = URL.parse(url) ?? {};
  return {
    credentials: {
      ...(username === "" ? {} : { username: decodeURIComponent(username) }),
      ...(password === "" ? {} : { password: decodeURIComponent(password) }),
    },
    isTls: url.startsWith("rediss://"),
  };
}
