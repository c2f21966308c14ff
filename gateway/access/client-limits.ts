import { LIMITS } from "../limits.ts";

/** How much a client may ask, over all processes. */
export interface ClientLimits {
  readonly requestsPerSecond: number;
  /** Requests under way at one time. */
  readonly concurrent: number;
  /** Children that are released to it, and identifiers that it asks for, within an hour; each of both counts by itself. */
  readonly childrenPerHour: number;
}

type Told = { readonly [Name in keyof ClientLimits]?: number | undefined };

/** What the register says of a client, and the defaults for what it does not say. */
export function toClientLimits(told: Told = {}): ClientLimits {
  return Object.freeze({
    requestsPerSecond: told.requestsPerSecond ?? LIMITS.client_requests_per_second,
    concurrent: told.concurrent ?? LIMITS.client_concurrent_requests,
    childrenPerHour: told.childrenPerHour ?? LIMITS.client_children_per_hour,
  });
}
