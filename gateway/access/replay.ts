import { hash } from "node:crypto";

/** What single use needs of a store: the one place that all processes share, so that nothing is taken twice. */
export interface ReplayStore {
  write<T>(
    work: (transaction: { useOnce(key: string, expiresAt: number): Promise<boolean> }) => Promise<T>,
  ): Promise<T>;
}

export interface Single {
  readonly kind: "assertion" | "dpop" | "subject" | "sign-in" | "session";
  /** Whose it is, and its id: kept as a digest. */
  readonly parts: readonly unknown[];
  /** Until when it could be taken otherwise. Milliseconds since 1970. */
  readonly until_ms: number;
}

/** A store that cannot answer is no permission. */
export async function useOnce(store: ReplayStore, single: Single): Promise<"first" | "again" | "unknown"> {
  try {
    return (await store.write((transaction) => transaction.useOnce(toKey(single), single.until_ms)))
      ? "first"
      : "again";
  } catch {
    return "unknown";
  }
}

/** Thrown so that the store takes a use back. */
class Unused extends Error {
  override readonly name = "Unused";
}

/** Whether something was used before, without using it. Not known counts as used: it is no permission either. */
export async function isUsed(store: ReplayStore, single: Single): Promise<boolean> {
  try {
    await store.write(async (transaction) => {
      if (await transaction.useOnce(toKey(single), single.until_ms)) throw new Unused();
    });
    return true;
  } catch (error) {
    return !(error instanceof Unused);
  }
}

function toKey({ kind, parts }: Single): string {
  return `${kind}|${hash("sha256", JSON.stringify(parts), "base64url")}`;
}
