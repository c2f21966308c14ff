import { randomUUID } from "node:crypto";
import { SignJWT } from "jose";
import { LIMITS } from "../limits.ts";
import { fhirBase } from "./addresses.ts";
import type { DpopNonces } from "./dpop-nonce.ts";
import type { GatewayKeys } from "./gateway-keys.ts";
import type { Client } from "./register.ts";
import type { RequesterUser } from "./requester.ts";
import { formatScope } from "./scope.ts";
import { type Binding, toConfirmation } from "./sender-binding.ts";
import type { Grant } from "./token-grant.ts";
import { type TokenRefusal, toOAuthError } from "./token-refusal.ts";

/** What the audit log keeps of a token request; becomes an AuditRecord with `interaction` and `requestId`. */
export interface TokenRecord {
  readonly outcome: "success" | "refused" | "failed";
  /** Id of a registered client, not authenticated when the request is refused; else `unknown`. */
  readonly client: string;
  readonly organization?: string;
  readonly purpose?: string;
  readonly agreement?: string;
  readonly legalBasis?: string;
  readonly tokenId?: string;
  readonly user?: { readonly id: string; readonly role: string; readonly group: string };
  /** Thumbprint of the key that the token is bound to. */
  readonly binding?: string;
  /** The scopes granted, or the reason for the refusal and what an unknown caller claimed to be. */
  readonly detail: string;
}

/** Status, headers and body as RFC 6749 5.1 and 5.2 have them. The record must be durable before the body goes out. */
export interface TokenAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly record: TokenRecord;
  /** One of many alike, of which another is recorded. */
  readonly isQuiet?: true;
}

export interface Issued extends Grant {
  readonly client: Client;
  readonly user?: RequesterUser;
  readonly binding?: Binding;
}

interface Issuing {
  readonly keys: Pick<GatewayKeys, "signing">;
  readonly nonces: DpopNonces;
  readonly baseUrl: string;
  readonly clock: () => number;
}

const HEADERS = { "Content-Type": "application/json", "Cache-Control": "no-store", Pragma: "no-cache" } as const;
const ACCESS_TOKEN = "urn:ietf:params:oauth:token-type:access_token";

export async function issueToken(issued: Issued, { keys, baseUrl, clock, nonces }: Issuing): Promise<TokenAnswer> {
  const { client, scopes, purpose, user, binding } = issued;
  const { organization, agreement } = client;
  const scope = scopes.map(formatScope).join(" ");
  const tokenId = randomUUID();
  const now_s = Math.floor(clock() / 1_000);
  const key = keys.signing();
  const token = await new SignJWT({
    client_id: client.id,
    scope,
    purpose,
    organization: { system: organization.system, value: organization.value },
    agreement: { id: agreement.id, version: agreement.version },
    ...(user === undefined ? {} : { user }),
    ...(binding === undefined ? {} : { cnf: toConfirmation(binding) }),
  })
    // RFC 9068: the type keeps an access token from being taken for anything else that is signed.
    .setProtectedHeader({ alg: "ES256", typ: "at+jwt", kid: key.kid })
    .setIssuer(baseUrl)
    .setSubject(client.id)
    .setAudience(fhirBase(baseUrl))
    .setJti(tokenId)
    .setIssuedAt(now_s)
    .setExpirationTime(now_s + LIMITS.access_token_life_s)
    .sign(key.privateKey);
  const isProved = binding?.kind === "dpop";
  return {
    status: 200,
    headers: isProved ? { ...HEADERS, "DPoP-Nonce": nonces.make(clock()) } : HEADERS,
    body: JSON.stringify({
      access_token: token,
      ...(user === undefined ? {} : { issued_token_type: ACCESS_TOKEN }),
      token_type: isProved ? "DPoP" : "bearer",
      expires_in: LIMITS.access_token_life_s,
      scope,
    }),
    record: toRecord(issued, { tokenId, detail: scope }),
  };
}

function toRecord(
  { client, purpose, user, binding }: Issued,
  told: { readonly tokenId: string; readonly detail: string },
): TokenRecord {
  const { organization, agreement } = client;
  const { article6, article9, confidence } = agreement.legalBasis;
  return {
    outcome: "success",
    client: client.id,
    organization: organization.value,
    purpose,
    agreement: `${agreement.id}/${agreement.version}`,
    legalBasis: `${article6} ${article9} ${confidence}`,
    ...(user === undefined ? {} : { user: { id: user.id, role: user.role, group: user.group } }),
    ...(binding === undefined ? {} : { binding: binding.thumbprint }),
    ...told,
  };
}

interface Caller {
  readonly client: string;
  /** What a stranger claimed to be: free text, and so for the part of the record that can be purged. */
  readonly claimed?: string;
}

export function refuseToken(refusal: TokenRefusal, { client, claimed }: Caller = { client: "unknown" }): TokenAnswer {
  const { status, error, description, headers } = toOAuthError(refusal);
  const reason = reasonOf(refusal);
  const detail =
    claimed === undefined
      ? reason
      : `${reason} claimed ${JSON.stringify(claimed.slice(0, LIMITS.audited_claim_characters_max))}`;
  return {
    status,
    headers: { ...HEADERS, ...headers },
    body: JSON.stringify({ error, error_description: description }),
    record: { outcome: status === 503 ? "failed" : "refused", client, detail },
  };
}

function reasonOf(refusal: TokenRefusal): string {
  if (refusal.kind === "dpop")
    return refusal.problem === "store-unavailable" ? refusal.problem : `dpop ${refusal.problem}`;
  return refusal.kind === "subject-token" ? `subject-token ${refusal.reason}` : refusal.kind;
}
