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
  asking: Promise<void> | undefined;
}

/** A key that is not understood is no matter: the client may use it elsewhere. RFC 7517 5. */
const JWKS = z.object({ keys: z.array(z.unknown()).max(LIMITS.fetched_keys_max) });

/**
 * Keys of clients: those of the register, and those that a client publishes under its `jwks_uri`. An address is asked
 * when what it said has ended or holds no such `kid`, once a minute at most and once at a time: however many assertions
 * come, the work is bounded. Keys that have ended are no longer good, also while their address does not answer.
 */
export function createClientKeys({ fetch, clock, isDemonstration = false }: ClientKeysOptions): FindClientKey {
  const places = new LRUCache<string, Place>({ max: LIMITS.jwks_places_max });

  async function ask(url: string, place: Place): Promise<void> {
    place.askedAt_ms = clock();
    const fetched = await fetch(url);
    const keys = fetched.ok ? parseKeys(fetched.text) : undefined;
    if (!fetched.ok || keys === undefined) return;
    const taken = keys.filter((key) => isDemonstration || !key.demonstration);
    place.fetched = { keys: taken, expiresAt_ms: clock() + cacheLife_s(fetched.maxAge_s) * 1_000 };
  }

  function placeOf(client: Client, url: string): Place {
    // By client as well: what one client's strangers ask for uses up nobody else's minute.
    const name = `${client.id} ${url}`;
    const known = places.get(name);
    if (known) return known;
    const place: Place = { fetched: undefined, askedAt_ms: Number.NEGATIVE_INFINITY, asking: undefined };
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
    if (place.asking === undefined && clock() - place.askedAt_ms >= LIMITS.jwks_refetch_ms_min) {
      place.asking = ask(url, place).finally(() => {
        place.asking = undefined;
      });
    }
    await place.asking;
    return oneOf(goodKeys(place, clock()), signed);
  };
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
