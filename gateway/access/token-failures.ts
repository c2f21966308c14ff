import { createHmac, randomBytes } from "node:crypto";
import { isIPv6 } from "node:net";
import { LRUCache } from "lru-cache";
import type { Allowed, Coordination } from "../identity/coordination.ts";
import { LIMITS, upToEntries } from "../limits.ts";

/**
 * How often somebody may fail to say who they are. Each failure costs a signature check and a record that is kept, and
 * nobody has to be anybody to cause one.
 */
export interface TokenFailures {
  /**
   * Counts a try of this address in this name until it is known to be none of these. A number: so many seconds are to be
   * waited, and nothing is to be checked.
   */
  begin(
    address: string | undefined,
    claimed: string,
  ): Promise<Trying | { readonly wait_s: number; readonly isFirst: boolean }>;
}

export interface Trying {
  /** Whoever tried is who they said. */
  succeeded(): void;
}

interface Allowance {
  left: number;
  at_ms: number;
  /** When it was last said that nothing is left. */
  told_ms: number;
}

const UNCOUNTED: Trying = { succeeded() {} };

const ALLOWED: Allowed = { max: LIMITS.token_failures_max, regained_ms: LIMITS.token_failure_regained_ms };

export interface TokenFailuresOptions {
  /** Milliseconds since 1970. */
  readonly clock: () => number;
  /** Where several processes count together; `secret`: the same in all of them, by which names get their places. */
  readonly shared?: Pick<Coordination, "takeAllowed" | "giveBackAllowed"> & { readonly secret: Uint8Array };
}

export function createTokenFailures({ clock, shared }: TokenFailuresOptions): TokenFailures {
  const allowances = new LRUCache<string, Allowance>(upToEntries(LIMITS.token_failures_places_max));
  const secret = createHmac("sha256", shared?.secret ?? randomBytes(32))
    .update("token failures")
    .digest();
  /**
   * Names share a few places, known clients' and others alike: whoever makes up names gains nothing, it does not show
   * which of them there are, and who fails in one client's name holds up no other.
   */
  const placeOf = (address: string, claimed: string): string => {
    const [place = 0] = createHmac("sha256", secret).update(claimed).digest();
    return `${toNetwork(address)} ${place % LIMITS.token_failures_places_each}`;
  };

  const allowanceOf = (place: string, now_ms: number): Allowance => {
    const known = allowances.get(place);
    const allowance = known ?? { left: ALLOWED.max, at_ms: now_ms, told_ms: Number.NEGATIVE_INFINITY };
    if (known === undefined) allowances.set(place, allowance);
    const regained = Math.max(0, now_ms - allowance.at_ms) / ALLOWED.regained_ms;
    allowance.left = Math.min(ALLOWED.max, allowance.left + regained);
    allowance.at_ms = now_ms;
    return allowance;
  };
  /** Of this process alone: milliseconds until there is one again; 0 when one was taken. */
  const takeOwn = (allowance: Allowance): number => {
    if (allowance.left < 1) return (1 - allowance.left) * ALLOWED.regained_ms;
    allowance.left -= 1;
    return 0;
  };

  return {
    async begin(address, claimed) {
      if (address === undefined) return UNCOUNTED;
      const place = placeOf(address, claimed);
      const told = await shared?.takeAllowed(place, ALLOWED);
      const now_ms = clock();
      const allowance = allowanceOf(place, now_ms);
      const wait_ms = told ?? takeOwn(allowance);
      if (wait_ms > 0) {
        const isFirst = Math.abs(now_ms - allowance.told_ms) >= LIMITS.token_failures_told_ms;
        if (isFirst) allowance.told_ms = now_ms;
        return { wait_s: Math.ceil(wait_ms / 1_000), isFirst };
      }
      return {
        succeeded() {
          if (told === undefined) allowance.left = Math.min(ALLOWED.max, allowance.left + 1);
          else void shared?.giveBackAllowed(place, ALLOWED);
        },
      };
    },
  };
}

/** Of IPv6 the first 64 bits: whoever has one address has all that share them. */
function toNetwork(address: string): string {
  if (!isIPv6(address)) return address;
  const mapped = /^::ffff:([\d.]+)$/i.exec(address)?.[1];
  if (mapped !== undefined) return mapped;
  const [head = "", tail] = address.toLowerCase().split("::");
  const before = head === "" ? [] : head.split(":");
  const after = tail === undefined || tail === "" ? [] : tail.split(":");
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - before.length - after.length);
  return [...before, ...Array.from({ length: zeros }, () => "0"), ...after].slice(0, 4).join(":");
}
