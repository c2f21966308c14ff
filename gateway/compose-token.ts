import { createClientKeys } from "./access/client-keys.ts";
import { createDpopNonces } from "./access/dpop-nonce.ts";
import { createGuardedFetch, fetchJson } from "./access/guarded-fetch.ts";
import { createPersonSignIn } from "./access/person-sign-in.ts";
import { toJwks } from "./access/signing-key.ts";
import { toSmartConfiguration } from "./access/smart-configuration.ts";
import { createTokenEndpoint } from "./access/token.ts";
import { createUserTokenChecker } from "./access/user-token.ts";
import { createAddressReader } from "./client-address.ts";
import type { AccessRooms } from "./compose-access.ts";
import type { Coordination } from "./identity/coordination.ts";
import { isSearchable } from "./interactions/scope-filter.ts";
import { SIGNED_IN_PATH } from "./routes/review-session.ts";
import { createTokenRoutes } from "./routes/token.ts";

/** The token endpoint, and what clients may know of it. */
export function createToken({
  register,
  store,
  keys,
  nonceKey,
  config,
  audit,
  coordination,
  secret,
}: AccessRooms & { readonly coordination: Coordination; readonly secret: Buffer }) {
  const { baseUrl } = config;
  const fetch = createGuardedFetch({ isLoopbackAllowed: config.mode === "demonstration" });
  return createTokenRoutes({
    endpoint: createTokenEndpoint({
      register,
      store,
      keys,
      nonces: createDpopNonces(nonceKey),
      findKey: createClientKeys({ fetch, clock: Date.now, isDemonstration: config.mode === "demonstration" }),
      users: createUserTokenChecker({ register, store, fetchJson: fetchJson(fetch), clock: Date.now }),
      isSearchable: (type, parameters) => isSearchable(type, parameters, `${baseUrl}/fhir/R4`),
      failures: { ...coordination, secret },
      baseUrl,
      clock: Date.now,
    }),
    audit,
    addressOf: createAddressReader(config.certificateProxy?.addresses ?? []),
    smartConfiguration: () =>
      JSON.stringify(
        toSmartConfiguration(baseUrl, {
          hasCertificates: config.certificateProxy !== undefined,
          hasUsers: register.issuers.length > 0,
        }),
      ),
    jwks: () => JSON.stringify(toJwks(keys.published())),
  });
}

/** Stewards' sign-in to the pages at an external issuer. */
export function createPeople({
  register,
  store,
  keys,
  config,
  secret,
}: Pick<AccessRooms, "config" | "register" | "keys" | "store"> & { readonly secret: Buffer }) {
  const fetch = createGuardedFetch({ isLoopbackAllowed: config.mode === "demonstration" });
  return createPersonSignIn({
    register,
    store,
    keys,
    secret,
    fetch,
    users: createUserTokenChecker({ register, store, fetchJson: fetchJson(fetch), clock: Date.now }),
    redirectUri: `${config.baseUrl}${SIGNED_IN_PATH}`,
    clock: Date.now,
  });
}
