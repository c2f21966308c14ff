import { setTimeout as pause } from "node:timers/promises";
import { LRUCache } from "lru-cache";
import { z } from "zod";
import { LIMITS } from "../limits.ts";
import { type AssertionAlgorithm, CLIENT_KEY, type ClientKey, toClientKey } from "./client-key.ts";
import { cacheLife_s, type GuardedFetch } from "./guarded-fetch.ts";
import type { Client } from "./register.ts";

/** What an assertion says it is signed with. */
export interface Signed {
  readonly alg: AssertionAlgorithm;
  readonly kid: string;
}

/** The one key of a client with this `kid` that is made for this algorithm; several are none. Never throws. */
export type FindClientKey = (client: Client, signed: Signed) => Promise<ClientKey | undefined>;

export interface ClientKeysOptions {
  readonly fetch: GuardedFetch;
  /** Whether keys that the demonstration made are taken. */
  readonly isDemonstration?: boolean;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
}

/** Keys of one address, as last fetched. */
interface Fetched {
  readonly keys: readonly ClientKey[];
  readonly expiresAt_ms: number;
}

interface Place {
  fetched: Fetched | undefined;
  /** When it was asked last, well or not. */
  askedAt_ms: number;
  /** Whether it answered with keys then. */
  isWell: boolean;
  /** The keys that are good for whoever waits for them. */
  asking: Promise<readonly ClientKey[]> | undefined;
}

/** A key that is not understood is no matter: the client may use it elsewhere. RFC 7517 5. */
const JWKS = z.object({ keys: z.array(z.unknown()).max(LIMITS.fetched_keys_max) });

/**
 * Keys of clients: those of the register, and those that a client publishes under its `jwks_uri`. An address is asked
 * when what it said holds no such `kid`, once a minute at most, and when that has ended, once a second at most while it
 * answers; once at a time. However many assertions come, the work is bounded. Keys are kept no longer than their
 * Cache-Control says, also while their address does not answer: SMART's SHALL NOT.
 * https://hl7.org/fhir/smart-app-launch/STU2.2/client-confidential-asymmetric.html#registering-a-client-communicating-public-keys
 */
export function createClientKeys({ fetch, clock, isDemonstration = false }: ClientKeysOptions): FindClientKey {
  const places = new LRUCache<string, Place>({ max: LIMITS.jwks_places_max });

  async function ask(url: string, place: Place): Promise<readonly ClientKey[]> {
    place.askedAt_ms = clock();
    const fetched = await fetch(url);
    const keys = fetched.ok ? parseKeys(fetched.text) : undefined;
    place.isWell = keys !== undefined;
    if (!fetched.ok || keys === undefined) return goodKeys(place, clock());
    const taken = keys.filter((key) => isDemonstration || !key.demonstration);
    place.fetched = { keys: taken, expiresAt_ms: clock() + cacheLife_s(fetched.maxAge_s) * 1_000 };
    // What must not be kept is still an answer to those who wait for it.
    return taken;
  }

  function placeOf(client: Client, url: string): Place {
    // By client as well: what one client's strangers ask for uses up nobody else's minute.
    const name = `${client.id} ${url}`;
    const known = places.get(name);
    if (known) return known;
    const place: Place = {
      fetched: undefined,
      askedAt_ms: Number.NEGATIVE_INFINITY,
      isWell: false,
      asking: undefined,
    };
    places.set(name, place);
    return place;
  }

  return async (client, signed) => {
    const registered = oneOf(client.keys, signed);
    const url = client.jwksUri;
    if (registered !== undefined || url === undefined) return registered;
    const place = placeOf(client, url);
    const known = oneOf(goodKeys(place, clock()), signed);
    if (known !== undefined) return known;
    if (place.asking === undefined) {
      const wait_ms = waitBefore(place, clock());
      if (wait_ms === undefined) return undefined;
      const asking = wait_ms === 0 ? ask(url, place) : pause(wait_ms).then(() => ask(url, place));
      place.asking = asking.finally(() => {
        place.asking = undefined;
      });
    }
    return oneOf(await place.asking, signed);
  };
}

/** How long until the address may be asked again; `undefined` where nobody is to wait so long. */
function waitBefore({ fetched, askedAt_ms, isWell }: Place, now_ms: number): number | undefined {
  const since_ms = now_ms - askedAt_ms;
  // A clock that was put back says nothing of how long ago that was.
  if (since_ms < 0 || since_ms >= LIMITS.jwks_refetch_ms_min) return 0;
  const hasEnded = fetched !== undefined && now_ms >= fetched.expiresAt_ms;
  return isWell && hasEnded ? Math.max(0, LIMITS.jwks_renew_ms_min - since_ms) : undefined;
}

function goodKeys({ fetched }: Place, now_ms: number): readonly ClientKey[] {
  return fetched !== undefined && now_ms < fetched.expiresAt_ms ? fetched.keys : [];
}

function oneOf(keys: readonly ClientKey[], { alg, kid }: Signed): ClientKey | undefined {
  const named = keys.filter((key) => key.kid === kid);
  const [key] = named;
  return named.length === 1 && key?.algorithms.includes(alg) ? key : undefined;
}

/** `undefined` for what is no key set at all: the keys known before stay. */
function parseKeys(text: string): readonly ClientKey[] | undefined {
  try {
    const set = JWKS.safeParse(JSON.parse(text));
    if (!set.success) return undefined;
    return set.data.keys.flatMap((jwk) => {
      const key = CLIENT_KEY.safeParse(jwk);
      return key.success ? [toClientKey(key.data)] : [];
    });
  } catch {
    return undefined;
  }
}
