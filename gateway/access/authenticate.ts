import { LRUCache } from "lru-cache";
import { LIMITS } from "../limits.ts";
import type { Issue } from "../outcome/issue.ts";
import { readAccessToken, type Verified } from "./access-token.ts";
import { isInForce } from "./agreement-in-force.ts";
import { certificateThumbprint } from "./client-certificate.ts";
import { checkProof, type DpopProblem, type ProofPorts } from "./dpop.ts";
import { DPOP_TEXTS } from "./dpop-texts.ts";
import type { GatewayKeys } from "./gateway-keys.ts";
import type { Register } from "./register.ts";
import type { Requester } from "./requester.ts";

export type Authentication =
  | { readonly ok: true; readonly requester: Requester }
  /** `requester`: whose token it is, where the request is refused all the same. */
  | { readonly ok: false; readonly issue: Issue; readonly requester?: Requester };

/** What of a request says who asks. */
export interface Presented {
  readonly authorization: string | undefined;
  /** The header DPoP (RFC 9449). */
  readonly dpop?: string | undefined;
  /** The client's certificate as the proxy that ends TLS hands it on. */
  readonly certificate?: string | undefined;
  /** What a proof must be about; without it no bound token is good. */
  readonly about?: { readonly method: string; readonly url: string } | undefined;
}

/** Answers at once for a bearer token seen before, else when its signature or the proof of its bearer is checked. */
export type Authenticator = (presented: Presented) => Authentication | Promise<Authentication>;

export interface AuthenticatorOptions extends ProofPorts {
  readonly register: Register;
  readonly keys: Pick<GatewayKeys, "find" | "generation">;
  /** Origin of the gateway, without a trailing slash. */
  readonly baseUrl: string;
}

const MISSING: Authentication = { ok: false, issue: { kind: "missing-token" } };
const EXPIRED: Authentication = { ok: false, issue: { kind: "invalid-token", reason: "expired" } };
const REVOKED: Authentication = { ok: false, issue: { kind: "invalid-token", reason: "revoked" } };

export function createAuthenticator(options: AuthenticatorOptions): Authenticator {
  const { register, keys, clock } = options;
  // Keyed by the token itself: memory that also holds the signing key would be none the safer for a digest a request.
  const cache = new LRUCache<string, Verified>({
    max: LIMITS.token_cache_entries_max,
    maxSize: LIMITS.token_cache_characters_max,
    sizeCalculation: (_verified, token) => token.length,
  });
  // Requests of one client come one after another: to compare a token takes less than to look for it.
  let last: { readonly token: string; readonly verified: Verified } | undefined;
  let madeFrom = "";
  let version = register.version;

  /** What was verified under another register, or with keys that are no more, is verified anew. */
  const forgetOld = (): void => {
    if (version === register.version && madeFrom === keys.generation()) return;
    cache.clear();
    last = undefined;
    version = register.version;
    madeFrom = keys.generation();
  };

  return (presented) => {
    const token = toToken(presented.authorization);
    if (token === undefined) return MISSING;
    forgetOld();
    const known = last?.token === token ? last.verified : cache.get(token);
    if (known !== undefined && known !== last?.verified) last = { token, verified: known };
    const now_ms = clock();
    if (known === undefined || now_ms >= known.trustedUntil_ms)
      return readAccessToken(token, { ...options, now_ms }).then((verified) => {
        if (typeof verified === "string") return { ok: false, issue: { kind: "invalid-token", reason: verified } };
        cache.set(token, verified);
        last = { token, verified };
        return judge(verified, { token, presented, options });
      });
    return judge(known, { token, presented, options });
  };
}

/** RFC 6750 2.1, RFC 9449 7.1; schemes are case-insensitive. */
function toToken(authorization: string | undefined): string | undefined {
  if (authorization === undefined) return undefined;
  if (authorization.startsWith("Bearer ")) return authorization.slice(7) || undefined;
  return /^(?:bearer|dpop) ([^ ].*)$/i.exec(authorization)?.[1];
}

interface Judging {
  readonly token: string;
  readonly presented: Presented;
  readonly options: AuthenticatorOptions;
}

/** What may change while a token lives, and what comes with each request, looked at on every one. */
function judge({ answer, expiresAt_ms }: Verified, judging: Judging): Authentication | Promise<Authentication> {
  const { register, clock } = judging.options;
  const now_ms = clock();
  if (now_ms >= expiresAt_ms) return EXPIRED;
  const { requester } = answer;
  const client = register.client(requester.client);
  if (!isInForce(client, requester.agreement, now_ms)) return REVOKED;
  const { binding } = requester;
  // A token of before the register asked for more is no longer enough.
  if (client.senderConstraint !== "none" && client.senderConstraint !== binding?.kind) return REVOKED;
  if (binding?.kind === "dpop") return judgeProof(answer, binding.thumbprint, judging);
  // Who says that a proof comes with it has another token in mind.
  if (isDpop(judging.presented)) return refuseProof("other-key", requester, judging);
  if (binding === undefined) return answer;
  return certificateThumbprint(judging.presented.certificate) === binding.thumbprint
    ? answer
    : { ok: false, issue: { kind: "other-certificate" }, requester };
}

function isDpop({ authorization = "" }: Presented): boolean {
  return !authorization.startsWith("Bearer ") && authorization.slice(0, 5).toLowerCase() === "dpop ";
}

async function judgeProof(answer: Verified["answer"], thumbprint: string, judging: Judging): Promise<Authentication> {
  const { presented, options, token } = judging;
  const { about, dpop } = presented;
  const { requester } = answer;
  // A bound token under another scheme is a bearer's: RFC 9449 7.2.
  if (!isDpop(presented) || about === undefined) return refuseProof("missing", requester, judging);
  const url = `${options.baseUrl}${URL.parse(about.url)?.pathname ?? ""}`;
  const checked = await checkProof(dpop, { method: about.method, url, token: { text: token, thumbprint } }, options);
  return checked.ok ? answer : refuseProof(checked.problem, requester, judging);
}

function refuseProof(problem: DpopProblem, requester: Requester, { options }: Judging): Authentication {
  if (problem === "store-unavailable")
    return { ok: false, issue: { kind: "unavailable", what: "store", retryAfter_s: 5 }, requester };
  const { nonces, clock } = options;
  return {
    ok: false,
    issue: {
      kind: "invalid-proof",
      needsNonce: problem === "nonce",
      text: DPOP_TEXTS[problem],
      nonce: nonces.make(clock()),
    },
    requester,
  };
}
