/** Where Redis is, as `REDIS_URL` says it. */
export type RedisAddress =
  | { readonly kind: "node"; readonly url: string }
  | {
      readonly kind: "cluster";
      /** Any of its nodes; the others are learned from it. */
      readonly urls: readonly string[];
      /** What every node is spoken to with, also those that are learned. */
      readonly credentials: { readonly username?: string; readonly password?: string };
      readonly isTls: boolean;
    };

/**
 * `redis://[user:password@]host:port` or `rediss://…` (TLS) is one node. Several of them with commas between, or
 * `redis-cluster://[user:password@]host:port[,host:port…]` and `rediss-cluster://…`, are nodes of one cluster; user and
 * password are those of the first.
 */
export function toRedisAddress(text: string): RedisAddress {
  const isNamedCluster = /^rediss?-cluster:\/\//.test(text);
  const parts = text.split(",").map((part) => part.trim());
  const [first = ""] = parts;
  if (!isNamedCluster && parts.length === 1) return { kind: "node", url: first };
  const scheme = first.startsWith("rediss") ? "rediss://" : "redis://";
  const urls = parts.map((part) => {
    const place = part.replace(/^rediss?(-cluster)?:\/\//, "");
    return scheme + place;
  });
  const { username = "", password = "" } = URL.parse(urls[0] ?? "") ?? {};
  return {
    kind: "cluster",
    urls,
    credentials: {
      ...(username === "" ? {} : { username: decodeURIComponent(username) }),
      ...(password === "" ? {} : { password: decodeURIComponent(password) }),
    },
    isTls: scheme === "rediss://",
  };
}
