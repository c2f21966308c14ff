import type { KeyObject } from "node:crypto";
import { createAuthenticator } from "./access/authenticate.ts";
import { CERTIFICATE_HEADER } from "./access/client-certificate.ts";
import { createDpopNonces } from "./access/dpop-nonce.ts";
import type { GatewayKeys } from "./access/gateway-keys.ts";
import {
  checkOrganizationHeader,
  checkSessionRole,
  ORGANIZATION_HEADER,
  SESSION_ROLE_HEADER,
} from "./access/organization-header.ts";
import type { Register } from "./access/register.ts";
import type { AuditLog } from "./audit/audit.ts";
import type { Config } from "./config.ts";
import type { Authenticated, RequestLine } from "./routes/fhir.ts";
import type { HeaderReader } from "./routes/http-request.ts";
import type { Store } from "./store/store.ts";

export interface AccessRooms {
  readonly config: Config;
  readonly register: Register;
  readonly keys: GatewayKeys;
  /** What nonces for proofs of possession are made with. */
  readonly nonceKey: KeyObject;
  readonly store: Store;
  readonly audit: AuditLog;
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
