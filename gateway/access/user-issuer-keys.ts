import { createPublicKey, type KeyObject } from "node:crypto";
import { LRUCache } from "lru-cache";
import { z } from "zod";
import { LIMITS } from "../limits.ts";
import { cacheLife_s } from "./guarded-fetch.ts";
import { discoverIssuer, type FetchJson } from "./issuer-discovery.ts";
import type { UserIssuer } from "./register-issuer.ts";

/** The key of an issuer with this `kid` that fits this algorithm. Never throws. */
export type FindIssuerKey = (
  issuer: UserIssuer,
  signed: { readonly alg: string; readonly kid: string },
) => Promise<KeyObject | "unknown" | "away">;

const RSA_BITS_MIN = 2_048;
const JWKS = z.object({ keys: z.array(z.record(z.string(), z.unknown())).max(LIMITS.fetched_keys_max) });

type Jwk = z.output<typeof JWKS>["keys"][number];

interface Place {
  keys: readonly Jwk[] | undefined;
  expiresAt_ms: number;
  askedAt_ms: number;
  asking: Promise<void> | undefined;
}

/**
 * Keys by OpenID Connect Discovery. An issuer is asked when what it said has ended or holds no such `kid`, once a minute
 * at most and once at a time.
 */
export function createIssuerKeys({
  fetchJson,
  clock,
}: {
  readonly fetchJson: FetchJson;
  readonly clock: () => number;
}): FindIssuerKey {
  const places = new LRUCache<string, Place>({ max: LIMITS.jwks_places_max });

  async function ask(issuer: string, place: Place): Promise<void> {
    place.askedAt_ms = clock();
    const discovered = await discoverIssuer(issuer, fetchJson);
    if (discovered === undefined) return;
    const fetched = await fetchJson(discovered.told.jwks_uri);
    const set = JWKS.safeParse(fetched?.json);
    if (fetched === undefined || !set.success) return;
    place.keys = set.data.keys;
    // The least bounds our asking: an issuer answers for all of its users.
    const life_s = Math.max(cacheLife_s(fetched.maxAge_s), LIMITS.issuer_keys_life_s_min);
    place.expiresAt_ms = clock() + life_s * 1_000;
  }

  return async ({ issuer }, signed) => {
    const place = places.get(issuer) ?? {
      keys: undefined,
      expiresAt_ms: Number.NEGATIVE_INFINITY,
      askedAt_ms: Number.NEGATIVE_INFINITY,
      asking: undefined,
    };
    places.set(issuer, place);
    const known = findKey(place, signed, clock());
    if (typeof known !== "string") return known;
    if (place.asking === undefined && clock() - place.askedAt_ms >= LIMITS.jwks_refetch_ms_min) {
      place.asking = ask(issuer, place).finally(() => {
        place.asking = undefined;
      });
    }
    await place.asking;
    return findKey(place, signed, clock());
  };
}

function findKey(
  { keys, expiresAt_ms }: Place,
  { alg, kid }: { readonly alg: string; readonly kid: string },
  now_ms: number,
): KeyObject | "unknown" | "away" {
  if (keys === undefined || now_ms >= expiresAt_ms) return "away";
  const [jwk, ...more] = keys.filter((key) => key.kid === kid);
  if (jwk === undefined || more.length > 0) return "unknown";
  return toKey(jwk, alg) ?? "unknown";
}

/** The numbers of the point or of the modulus, and nothing else that an issuer may have put there. */
function publicMembers({ kty, crv, x, y, n, e }: Jwk): Record<string, string> {
  const texts = Object.entries({ kty, crv, x, y, n, e }).flatMap(([name, value]) =>
    typeof value === "string" ? [[name, value] as const] : [],
  );
  return Object.fromEntries(texts);
}

const CURVES: Readonly<Record<string, string>> = { ES256: "P-256", ES384: "P-384", ES512: "P-521" };

function toKey(jwk: Jwk, alg: string): KeyObject | undefined {
  if (jwk.use !== undefined && jwk.use !== "sig") return undefined;
  if (jwk.alg !== undefined && jwk.alg !== alg) return undefined;
  const curve = CURVES[alg];
  if (curve === undefined ? jwk.kty !== "RSA" : jwk.kty !== "EC" || jwk.crv !== curve) return undefined;
  try {
    const key = createPublicKey({ key: publicMembers(jwk), format: "jwk" });
    const bits = key.asymmetricKeyDetails?.modulusLength ?? RSA_BITS_MIN;
    return bits < RSA_BITS_MIN ? undefined : key;
  } catch {
    return undefined;
  }
}
