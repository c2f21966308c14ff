import { LIMITS } from "../limits.ts";
import { tokenUrl } from "./addresses.ts";
import { type CheckedAssertion, createAssertionChecker } from "./client-assertion.ts";
import type { FindClientKey } from "./client-keys.ts";
import type { ProofPorts } from "./dpop.ts";
import type { GatewayKeys } from "./gateway-keys.ts";
import type { Client, Register } from "./register.ts";
import { useOnce } from "./replay.ts";
import type { RequesterUser } from "./requester.ts";
import { bindToken } from "./sender-binding.ts";
import { issueToken, refuseToken, type TokenAnswer } from "./token-answer.ts";
import { createTokenFailures, type TokenFailuresOptions } from "./token-failures.ts";
import { readForm, TOKEN_EXCHANGE, type TokenRequest } from "./token-form.ts";
import { type IsSearchable, toGrant } from "./token-grant.ts";
import type { TokenRefusal } from "./token-refusal.ts";
import { parseSegment } from "./unique-json.ts";

export interface TokenEndpointOptions extends ProofPorts {
  readonly register: Register;
  readonly keys: Pick<GatewayKeys, "signing">;
  readonly findKey: FindClientKey;
  /** Absent: none of the clients has users who sign in. */
  readonly users?: UserChecker;
  readonly isSearchable: IsSearchable;
  /** How several processes count together who fails to say who it is; absent: each by itself. */
  readonly failures?: TokenFailuresOptions["shared"];
  /** Origin of the gateway, without a trailing slash. */
  readonly baseUrl: string;
}

/** Who the person is behind the token of an external issuer. */
export interface UserChecker {
  check(
    client: Client,
    subjectToken: string | undefined,
    subjectTokenType: string | undefined,
  ): Promise<
    | { readonly ok: true; readonly user: RequesterUser }
    | { readonly ok: false; readonly refusal: Extract<TokenRefusal, { kind: "subject-token" }> }
  >;
}

/**
 * `POST /oauth2/token`: SMART Backend Services. The checks run in the order of this room's README, and the first that
 * fails decides. https://hl7.org/fhir/smart-app-launch/STU2.2/backend-services.html
 */
export function createTokenEndpoint(options: TokenEndpointOptions): (request: TokenRequest) => Promise<TokenAnswer> {
  const { register, findKey, baseUrl, clock } = options;
  const checkAssertion = createAssertionChecker({ register, findKey, audience: tokenUrl(baseUrl), clock });
  const failures = createTokenFailures({ clock, ...(options.failures && { shared: options.failures }) });

  return async (request) => {
    const form = readForm(request);
    const trying = await failures.begin(request.address, "kind" in form ? "" : claimedIssuer(form));
    if ("wait_s" in trying) {
      const refused = refuseToken({ kind: "too-many-failures", wait_s: trying.wait_s });
      return trying.isFirst ? refused : { ...refused, isQuiet: true };
    }
    if ("kind" in form) return refuseToken(form);
    const assertion = form.get("client_assertion");
    const checked: CheckedAssertion = assertion
      ? await checkAssertion(assertion, form.get("client_id"))
      : { ok: false, refusal: { kind: "assertion-missing" } };
    if (!checked.ok) return refuseToken(checked.refusal, toCaller(checked.claimed, register));
    trying.succeeded();
    const answered = await answerClient(checked, form, { request, options });
    return "kind" in answered ? refuseToken(answered, { client: checked.client.id }) : answered;
  };
}

/** Whom an assertion names, before anything of it is checked. */
function claimedIssuer(form: ReadonlyMap<string, string>): string {
  const iss = parseSegment(form.get("client_assertion")?.split(".", 2)[1])?.iss;
  return typeof iss === "string" ? iss : "";
}

interface Asking {
  readonly request: TokenRequest;
  readonly options: TokenEndpointOptions;
}

/** From check 11 on: who asks is known. */
async function answerClient(
  { client, claims }: Extract<CheckedAssertion, { ok: true }>,
  form: ReadonlyMap<string, string>,
  { request, options }: Asking,
): Promise<TokenRefusal | TokenAnswer> {
  const { store, baseUrl, clock, isSearchable } = options;
  // Before the assertion is used up: a client that is told of a nonce may send the same one with its next proof.
  const bound = await bindToken(client, { ...request, url: tokenUrl(baseUrl) }, options);
  if ("kind" in bound) return bound;
  const until_ms = (claims.exp + LIMITS.clock_skew_s) * 1_000;
  const used = await useOnce(store, { kind: "assertion", parts: [client.id, claims.jti], until_ms });
  if (used !== "first") return { kind: used === "again" ? "replayed" : "store-unavailable" };
  const identified = await identifyUser(client, form, options);
  if ("kind" in identified) return identified;
  const wanted = { scope: form.get("scope"), purpose: claims.purpose };
  const grant = toGrant(client, wanted, { now_ms: clock(), isSearchable });
  if ("kind" in grant) return grant;
  return issueToken({ client, ...grant, ...identified, ...bound }, options);
}

async function identifyUser(
  client: Client,
  form: ReadonlyMap<string, string>,
  { users }: TokenEndpointOptions,
): Promise<TokenRefusal | { readonly user?: RequesterUser }> {
  if (form.get("grant_type") !== TOKEN_EXCHANGE)
    return client.users?.isRequired === true ? { kind: "user-required" } : {};
  if (users === undefined) return { kind: "grant-type" };
  const checked = await users.check(client, form.get("subject_token"), form.get("subject_token_type"));
  return checked.ok ? { user: checked.user } : checked.refusal;
}

function toCaller(claimed: string | undefined, register: Register): { client: string; claimed?: string } {
  if (claimed === undefined) return { client: "unknown" };
  return register.client(claimed) ? { client: claimed } : { client: "unknown", claimed };
}
