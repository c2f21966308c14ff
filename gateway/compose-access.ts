import { createAuthenticator } from "./access/authenticate.ts";
import { type SigningKey, toJwks } from "./access/gateway-keys.ts";
import { checkOrganizationHeader, ORGANIZATION_HEADER } from "./access/organization-header.ts";
import type { Register } from "./access/register.ts";
import { toSmartConfiguration } from "./access/smart-configuration.ts";
import { createTokenEndpoint } from "./access/token.ts";
import type { AuditLog } from "./audit/audit.ts";
import type { Config } from "./config.ts";
import type { Authenticated } from "./routes/fhir.ts";
import { createTokenRoutes } from "./routes/token.ts";
import type { Store } from "./store/store.ts";

interface AccessRooms {
  readonly config: Config;
  readonly register: Register;
  readonly signingKey: SigningKey;
  readonly store: Store;
  readonly audit: AuditLog;
}

/** The token endpoint, and what clients may know of it. */
export function createToken({ register, store, signingKey, config, audit }: AccessRooms) {
  const { baseUrl } = config;
  return createTokenRoutes({
    endpoint: createTokenEndpoint({ register, store, signingKey, baseUrl, clock: Date.now }),
    audit,
    smartConfiguration: JSON.stringify(toSmartConfiguration(baseUrl)),
    jwks: JSON.stringify(toJwks([signingKey])),
  });
}

/** Who asks, by the token and the organisation that a request names. */
export function createAuthentication({ register, signingKey, config }: Omit<AccessRooms, "store" | "audit">) {
  const authenticator = createAuthenticator({
    register,
    keys: [signingKey],
    baseUrl: config.baseUrl,
    clock: Date.now,
  });
  const withHeader = (authenticated: Authenticated, headers: Headers): Authenticated => {
    if (!authenticated.ok) return authenticated;
    const issue = checkOrganizationHeader(headers.get(ORGANIZATION_HEADER) ?? undefined, authenticated.requester);
    return issue ? { ok: false, issue } : authenticated;
  };
  return (headers: Headers): Authenticated | Promise<Authenticated> => {
    const authenticated = authenticator(headers.get("authorization") ?? undefined);
    return "then" in authenticated
      ? authenticated.then((later) => withHeader(later, headers))
      : withHeader(authenticated, headers);
  };
}
