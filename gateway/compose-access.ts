import type { KeyObject } from "node:crypto";
import { createAuthenticator } from "./access/authenticate.ts";
import { CERTIFICATE_HEADER } from "./access/client-certificate.ts";
import { createClientKeys } from "./access/client-keys.ts";
import { createDpopNonces } from "./access/dpop-nonce.ts";
import type { GatewayKeys } from "./access/gateway-keys.ts";
import { createGuardedFetch, fetchJson } from "./access/guarded-fetch.ts";
import {
  checkOrganizationHeader,
  checkSessionRole,
  ORGANIZATION_HEADER,
  SESSION_ROLE_HEADER,
} from "./access/organization-header.ts";
import { createPersonSignIn } from "./access/person-sign-in.ts";
import type { Register } from "./access/register.ts";
import { toJwks } from "./access/signing-key.ts";
import { toSmartConfiguration } from "./access/smart-configuration.ts";
import { createTokenEndpoint } from "./access/token.ts";
import { createUserTokenChecker } from "./access/user-token.ts";
import type { AuditLog } from "./audit/audit.ts";
import { createAddressReader } from "./client-address.ts";
import type { Config } from "./config.ts";
import { isSearchable } from "./interactions/scope-filter.ts";
import type { Authenticated, RequestLine } from "./routes/fhir.ts";
import type { HeaderReader } from "./routes/http-request.ts";
import { SIGNED_IN_PATH } from "./routes/review-session.ts";
import { createTokenRoutes } from "./routes/token.ts";
import type { Store } from "./store/store.ts";

interface AccessRooms {
  readonly config: Config;
  readonly register: Register;
  readonly keys: GatewayKeys;
  /** What nonces for proofs of possession are made with. */
  readonly nonceKey: KeyObject;
  readonly store: Store;
  readonly audit: AuditLog;
}

/** The token endpoint, and what clients may know of it. */
export function createToken({ register, store, keys, nonceKey, config, audit }: AccessRooms) {
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

/** Who asks, by the token and the organisation that a request names. */
export function createAuthentication({ register, keys, nonceKey, store, config }: Omit<AccessRooms, "audit">) {
  const authenticator = createAuthenticator({
    register,
    keys,
    store,
    nonces: createDpopNonces(nonceKey),
    baseUrl: config.baseUrl,
    clock: Date.now,
  });
  const withHeader = (authenticated: Authenticated, headers: HeaderReader): Authenticated => {
    if (!authenticated.ok) return authenticated;
    const { requester } = authenticated;
    const issue =
      checkOrganizationHeader(headers.get(ORGANIZATION_HEADER) ?? undefined, requester) ??
      checkSessionRole(headers.get(SESSION_ROLE_HEADER) ?? undefined, requester);
    return issue ? { ok: false, issue, requester } : authenticated;
  };
  return (headers: HeaderReader, about?: RequestLine): Authenticated | Promise<Authenticated> => {
    const authenticated = authenticator({
      authorization: headers.get("authorization") ?? undefined,
      dpop: headers.get("dpop") ?? undefined,
      certificate: headers.get(CERTIFICATE_HEADER) ?? undefined,
      about,
    });
    return "then" in authenticated
      ? authenticated.then((later) => withHeader(later, headers))
      : withHeader(authenticated, headers);
  };
}
