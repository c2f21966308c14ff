import { hash } from "node:crypto";

/** What single use needs of a store: the one place that all processes share, so that nothing is taken twice. */
export interface ReplayStore {
  write<T>(
    work: (transaction: { useOnce(key: string, expiresAt: number): Promise<boolean> }) => Promise<T>,
  ): Promise<T>;
}

export interface Single {
  readonly kind: "assertion" | "dpop" | "subject" | "sign-in";
  /** Whose it is, and its id: kept as a digest. */
  readonly parts: readonly unknown[];
  /** Until when it could be taken otherwise. Milliseconds since 1970. */
  readonly until_ms: number;
}

/** A store that cannot answer is no permission. */
export async function useOnce(
  store: ReplayStore,
  { kind, parts, until_ms }: Single,
): Promise<"first" | "again" | "unknown"> {
  const key = `${kind}|${hash("sha256", JSON.stringify(parts), "base64url")}`;
  try {
    return (await store.write((transaction) => transaction.useOnce(key, until_ms))) ? "first" : "again";
  } catch {
    return "unknown";
  }
}
