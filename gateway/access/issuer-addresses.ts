import { LRUCache } from "lru-cache";
import { LIMITS } from "../limits.ts";
import { cacheLife_s } from "./guarded-fetch.ts";
import { discoverIssuer, type FetchJson } from "./issuer-discovery.ts";

/** Where an issuer signs people in, and where it gives a token for a code. */
export interface IssuerAddresses {
  readonly authorization: string;
  readonly token: string;
  /** Whether each answer to a browser says whose it is (RFC 9207). */
  readonly namesItself: boolean;
}

interface Place {
  addresses: IssuerAddresses | undefined;
  expiresAt_ms: number;
  askedAt_ms: number;
  asking: Promise<void> | undefined;
}

/** Nothing while an issuer cannot be asked, or says nothing of signing in. It is asked once at a time. Never throws. */
export function createIssuerAddresses({
  fetchJson,
  clock,
}: {
  readonly fetchJson: FetchJson;
  readonly clock: () => number;
}): (issuer: string) => Promise<IssuerAddresses | undefined> {
  const places = new LRUCache<string, Place>({ max: LIMITS.jwks_places_max });

  async function ask(issuer: string, place: Place): Promise<void> {
    place.askedAt_ms = clock();
    const discovered = await discoverIssuer(issuer, fetchJson);
    if (discovered === undefined) return;
    const { authorization_endpoint: authorization, token_endpoint: token, ...told } = discovered.told;
    if (authorization === undefined || token === undefined) return;
    // A browser is sent there: never by less than the register asks of the issuer itself.
    if (!isAsGuarded(authorization, issuer) || !isAsGuarded(token, issuer)) return;
    const namesItself = told.authorization_response_iss_parameter_supported === true;
    place.addresses = { authorization, token, namesItself };
    place.expiresAt_ms = clock() + cacheLife_s(discovered.maxAge_s) * 1_000;
  }

  return async (issuer) => {
    const place = places.get(issuer) ?? {
      addresses: undefined,
      expiresAt_ms: Number.NEGATIVE_INFINITY,
      askedAt_ms: Number.NEGATIVE_INFINITY,
      asking: undefined,
    };
    places.set(issuer, place);
    const isKnown = place.addresses !== undefined && clock() < place.expiresAt_ms;
    if (!isKnown && place.asking === undefined && clock() - place.askedAt_ms >= LIMITS.sign_in_discovery_ms_min) {
      place.addresses = undefined;
      place.asking = ask(issuer, place).finally(() => {
        place.asking = undefined;
      });
    }
    await place.asking;
    return place.addresses;
  };
}

function isAsGuarded(address: string, issuer: string): boolean {
  const { protocol, username, password } = new URL(address);
  if (username !== "" || password !== "") return false;
  return protocol === "https:" || (protocol === "http:" && new URL(issuer).protocol === "http:");
}
