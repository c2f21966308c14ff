import { hash, randomUUID } from "node:crypto";
import { SignJWT } from "jose";
import { LIMITS } from "../limits.ts";
import { type AssertionClaims, type CheckedAssertion, createAssertionChecker } from "./client-assertion.ts";
import type { SigningKey } from "./gateway-keys.ts";
import type { Client, Register } from "./register.ts";
import type { Scope } from "./requester.ts";
import { formatScope, parseScope, type ScopeProblem } from "./scope.ts";
import { intersectScopes } from "./scope-intersection.ts";
import { type TokenRefusal, toOAuthError } from "./token-refusal.ts";

/** What the endpoint needs of a store: the one place that all processes share, so that no assertion is taken twice. */
export interface ReplayStore {
  write<T>(
    work: (transaction: { useOnce(key: string, expiresAt: number): Promise<boolean> }) => Promise<T>,
  ): Promise<T>;
}

export interface TokenEndpointOptions {
  readonly register: Register;
  readonly store: ReplayStore;
  readonly signingKey: SigningKey;
  /** Origin of the gateway, without a trailing slash. */
  readonly baseUrl: string;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
}

export interface TokenRequest {
  readonly contentType: string | undefined;
  readonly contentEncoding?: string | undefined;
  /** Absent when it was larger than `token_request_bytes_max`, and so never read. */
  readonly body: string | undefined;
}

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
  /** The scopes granted, or the reason for the refusal and what an unknown caller claimed to be. */
  readonly detail: string;
}

/** Status, headers and body as RFC 6749 5.1 and 5.2 have them. The record must be durable before the body goes out. */
export interface TokenAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly record: TokenRecord;
}

interface Grant {
  readonly client: Client;
  readonly scopes: readonly Scope[];
  readonly purpose: string;
}

const HEADERS = { "Content-Type": "application/json", "Cache-Control": "no-store", Pragma: "no-cache" } as const;
const ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

export function tokenUrl(baseUrl: string): string {
  return `${baseUrl}/oauth2/token`;
}

/** The audience of access tokens. */
export function fhirBase(baseUrl: string): string {
  return `${baseUrl}/fhir/R4`;
}

/**
 * `POST /oauth2/token`: SMART Backend Services. The checks run in the order of this room's README, and the first that
 * fails decides. https://hl7.org/fhir/smart-app-launch/STU2.2/backend-services.html
 */
export function createTokenEndpoint(options: TokenEndpointOptions): (request: TokenRequest) => Promise<TokenAnswer> {
  const { register, store, baseUrl, clock } = options;
  const checkAssertion = createAssertionChecker({ register, audience: tokenUrl(baseUrl), clock });

  return async (request) => {
    const form = readForm(request);
    if ("kind" in form) return refuse(form);
    const assertion = form.get("client_assertion");
    const checked: CheckedAssertion = assertion
      ? await checkAssertion(assertion, form.get("client_id"))
      : { ok: false, refusal: { kind: "assertion-missing" } };
    if (!checked.ok) return refuse(checked.refusal, toCaller(checked.claimed, register));

    const { client, claims } = checked;
    const replay = await useOnce(store, client, claims);
    if (replay !== undefined) return refuse(replay, { client: client.id });

    const grant = toGrant(client, form.get("scope"), claims, clock());
    return "kind" in grant ? refuse(grant, { client: client.id }) : await issue(grant, options);
  };
}

/** Checks 1 to 3. */
function readForm({ contentType, contentEncoding, body }: TokenRequest): TokenRefusal | ReadonlyMap<string, string> {
  if (contentType?.split(";")[0]?.trim().toLowerCase() !== "application/x-www-form-urlencoded")
    return { kind: "content-type" };
  if (contentEncoding !== undefined && contentEncoding.trim().toLowerCase() !== "identity")
    return { kind: "content-encoding" };
  if (body === undefined || Buffer.byteLength(body) > LIMITS.token_request_bytes_max)
    return { kind: "too-large", bytes_max: LIMITS.token_request_bytes_max };
  const pairs = [...new URLSearchParams(body)];
  const form = new Map(pairs);
  if (form.size !== pairs.length) return { kind: "repeated-parameter" };
  if (form.get("grant_type") !== "client_credentials") return { kind: "grant-type" };
  if (form.get("client_assertion_type") !== ASSERTION_TYPE) return { kind: "assertion-type" };
  return form;
}

/** Check 11. A store that cannot answer is no permission. */
async function useOnce(store: ReplayStore, client: Client, claims: AssertionClaims): Promise<TokenRefusal | undefined> {
  const key = `assertion|${hash("sha256", JSON.stringify([client.id, claims.jti]), "base64url")}`;
  const expiresAt_ms = (claims.exp + LIMITS.clock_skew_s) * 1_000;
  try {
    const isFirst = await store.write((transaction) => transaction.useOnce(key, expiresAt_ms));
    return isFirst ? undefined : { kind: "replayed" };
  } catch {
    return { kind: "store-unavailable" };
  }
}

const SCOPE_TEXTS: Readonly<Record<ScopeProblem, string>> = {
  "parameters-type": "search parameters may stand behind one type that is kept in records, as Observation",
  parameters: "behind ? must stand search parameters of the type with values, without modifiers and chains",
  context: "only system/, ingest/, identity/ and oversight/ are served",
  type: "a resource type or * must stand before the dot",
  interactions: "letters of cruds, in this order, must stand after the dot",
  source: "the name of a source must stand after ingest/",
  right: "review must stand after identity/, decide or break-glass after oversight/",
};

/** Checks 12 and 13. */
function toGrant(
  client: Client,
  scope: string | undefined,
  claims: AssertionClaims,
  now_ms: number,
): TokenRefusal | Grant {
  const words = scope?.split(" ").filter((word) => word !== "") ?? [];
  if (words.length === 0) return { kind: "scope-missing" };
  const asked: Scope[] = [];
  for (const [index, word] of words.entries()) {
    const parsed = parseScope(word);
    if (!parsed.ok) return { kind: "scope-malformed", position: index + 1, reason: SCOPE_TEXTS[parsed.reason] };
    asked.push(parsed.scope);
  }
  const scopes = intersectScopes(asked, client.scopes);
  if (scopes.length === 0) return { kind: "scope-none" };

  const { purposes, until } = client.agreement;
  if (now_ms >= client.endsAt_ms) return { kind: "agreement-ended", until };
  const purpose =
    claims.purpose === undefined ? purposes[0] : purposes.find((registered) => registered === claims.purpose);
  return purpose === undefined ? { kind: "purpose", registered: purposes } : { client, scopes, purpose };
}

async function issue(
  { client, scopes, purpose }: Grant,
  { signingKey, baseUrl, clock }: TokenEndpointOptions,
): Promise<TokenAnswer> {
  const { organization, agreement } = client;
  const { article6, article9, confidence } = agreement.legalBasis;
  const scope = scopes.map(formatScope).join(" ");
  const tokenId = randomUUID();
  const now_s = Math.floor(clock() / 1_000);
  const token = await new SignJWT({
    client_id: client.id,
    scope,
    purpose,
    organization: { system: organization.system, value: organization.value },
    agreement: { id: agreement.id, version: agreement.version },
  })
    // RFC 9068: the type keeps an access token from being taken for anything else that is signed.
    .setProtectedHeader({ alg: "ES256", typ: "at+jwt", kid: signingKey.kid })
    .setIssuer(baseUrl)
    .setSubject(client.id)
    .setAudience(fhirBase(baseUrl))
    .setJti(tokenId)
    .setIssuedAt(now_s)
    .setExpirationTime(now_s + LIMITS.access_token_life_s)
    .sign(signingKey.privateKey);
  return {
    status: 200,
    headers: HEADERS,
    body: JSON.stringify({
      access_token: token,
      token_type: "bearer",
      expires_in: LIMITS.access_token_life_s,
      scope,
    }),
    record: {
      outcome: "success",
      client: client.id,
      organization: organization.value,
      purpose,
      agreement: `${agreement.id}/${agreement.version}`,
      legalBasis: `${article6} ${article9} ${confidence}`,
      tokenId,
      detail: scope,
    },
  };
}

interface Caller {
  readonly client: string;
  /** What a stranger claimed to be: free text, and so for the part of the record that can be purged. */
  readonly claimed?: string;
}

const STRANGER: Caller = { client: "unknown" };

function toCaller(claimed: string | undefined, register: Register): Caller {
  if (claimed === undefined) return STRANGER;
  return register.client(claimed) ? { client: claimed } : { ...STRANGER, claimed };
}

function refuse(refusal: TokenRefusal, { client, claimed }: Caller = STRANGER): TokenAnswer {
  const { status, error, description } = toOAuthError(refusal);
  const detail =
    claimed === undefined
      ? refusal.kind
      : `${refusal.kind} claimed ${JSON.stringify(claimed.slice(0, LIMITS.audited_claim_characters_max))}`;
  return {
    status,
    headers: status === 503 ? { ...HEADERS, "Retry-After": "5" } : HEADERS,
    body: JSON.stringify({ error, error_description: description }),
    record: { outcome: status === 503 ? "failed" : "refused", client, detail },
  };
}
