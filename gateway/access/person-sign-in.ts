import { createHash } from "node:crypto";
import type { Authentication } from "./authenticate.ts";
import { exchangeCode } from "./code-exchange.ts";
import type { GatewayKeys } from "./gateway-keys.ts";
import { fetchJson, type GuardedFetch } from "./guarded-fetch.ts";
import { createIssuerAddresses } from "./issuer-addresses.ts";
import { createPendingSignIns } from "./pending-sign-in.ts";
import type { Register } from "./register.ts";
import type { IssuerSignIn, UserIssuer } from "./register-issuer.ts";
import type { ReplayStore } from "./replay.ts";
import type { RequesterUser } from "./requester.ts";
import { type SignedInPerson, toRequester, toSignedInPerson } from "./signed-in-person.ts";
import type { createUserTokenChecker } from "./user-token.ts";

export interface PersonSignInOptions {
  readonly register: Register;
  readonly keys: Pick<GatewayKeys, "signing">;
  readonly users: Pick<ReturnType<typeof createUserTokenChecker>, "checkOwn">;
  readonly fetch: GuardedFetch;
  readonly store: ReplayStore;
  /** The gateway's own. */
  readonly secret: Buffer;
  /** Where the issuer sends the browser back to, to the letter. */
  readonly redirectUri: string;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
}

/** Why nobody is signed in. */
export type SignInProblem =
  /** Not begun in this browser, done already, or too long ago. */
  | "state"
  /** The person, or the issuer for them, said no. */
  | "cancelled"
  | "issuer-refused"
  | "issuer-away"
  /** The identity token is not one for this sign-in. */
  | "token"
  /** The person acts in no role, or in none of a steward. */
  | "role"
  | "store-unavailable";

export interface NotSignedIn {
  readonly problem: SignInProblem;
  /** For the audit record alone. */
  readonly reason?: string;
  /** Who it was, where the issuer said so. */
  readonly user?: RequesterUser;
}

export interface PersonSignIn {
  /** Ids of the issuers at which stewards sign in. None: there is no such way. */
  issuers(): readonly string[];
  /** `next` comes back at the end. `cookie` is for this browser alone; it holds no secret of the gateway. */
  begin(issuer: string, next: string): Promise<{ readonly to: string; readonly cookie: string } | NotSignedIn>;
  /** `answer`: the parameters with which the browser came back. */
  finish(
    cookie: string | undefined,
    answer: URLSearchParams,
  ): Promise<{ readonly person: SignedInPerson; readonly next: string } | NotSignedIn>;
  requesterOf(person: SignedInPerson): Authentication;
}

type OwnIssuer = UserIssuer & { readonly signIn: IssuerSignIn };

const CODE_CHARACTERS_MAX = 2_048;

/**
 * Signs stewards in by an authorization code with PKCE.
 * https://openid.net/specs/openid-connect-core-1_0.html#CodeFlowAuth, https://www.rfc-editor.org/rfc/rfc9700
 */
export function createPersonSignIn(options: PersonSignInOptions): PersonSignIn {
  const { register, clock, redirectUri } = options;
  const pending = createPendingSignIns(options);
  const addressesOf = createIssuerAddresses({ fetchJson: fetchJson(options.fetch), clock });
  const issuerOf = (id: string): OwnIssuer | undefined => {
    const issuer = register.issuer(id);
    return issuer?.signIn && { ...issuer, signIn: issuer.signIn };
  };

  async function identify(
    issuer: OwnIssuer,
    cookie: string,
    answer: URLSearchParams,
  ): Promise<NotSignedIn | RequesterUser> {
    const addresses = await addressesOf(issuer.issuer);
    if (addresses === undefined) return { problem: "issuer-away" };
    // Another issuer's answer, led here: RFC 9207.
    const named = answer.getAll("iss");
    if (named.some((one) => one !== issuer.issuer) || (addresses.namesItself && named.length !== 1)) {
      return { problem: "issuer-refused", reason: "iss" };
    }
    if (answer.has("error")) {
      return answer.get("error") === "access_denied" ? { problem: "cancelled" } : { problem: "issuer-refused" };
    }
    const [code = "", ...more] = answer.getAll("code");
    if (code === "" || more.length > 0 || code.length > CODE_CHARACTERS_MAX) {
      return { problem: "issuer-refused", reason: "code" };
    }
    const { signIn } = issuer;
    const { nonce, verifier } = pending.valuesOf(cookie);
    const exchange = { issuer: issuer.issuer, signIn, address: addresses.token, code, redirectUri, verifier };
    const exchanged = await exchangeCode(exchange, options);
    if (typeof exchanged === "string") return { problem: exchanged === "away" ? "issuer-away" : "issuer-refused" };
    const expected = { audience: signIn.clientId, nonce };
    const checked = await options.users.checkOwn(issuer, exchanged.token, expected);
    if (typeof checked !== "string") return checked;
    if (checked === "issuer-away") return { problem: "issuer-away" };
    return { problem: checked === "role" ? "role" : "token", reason: checked };
  }

  return {
    issuers: () => register.issuers.flatMap(({ id, signIn }) => (signIn === undefined ? [] : [id])),

    async begin(id, next) {
      const issuer = issuerOf(id);
      if (issuer === undefined) return { problem: "state" };
      const addresses = await addressesOf(issuer.issuer);
      if (addresses === undefined) return { problem: "issuer-away" };
      const { cookie, values } = pending.begin({ issuer: id, next });
      const to = new URL(addresses.authorization);
      const challenge = createHash("sha256").update(values.verifier).digest("base64url");
      for (const [name, value] of Object.entries(toQuestion(issuer, { ...values, challenge, redirectUri })))
        to.searchParams.set(name, value);
      return { to: to.href, cookie };
    },

    async finish(cookie, answer) {
      if (cookie === undefined) return { problem: "state" };
      const taken = await pending.take(cookie, answer.getAll("state"));
      if (typeof taken === "string") return { problem: taken };
      const issuer = issuerOf(taken.issuer);
      if (issuer === undefined) return { problem: "state" };
      const identified = await identify(issuer, cookie, answer);
      if ("problem" in identified) return identified;
      const person = toSignedInPerson(identified, issuer, { register, now_ms: clock() });
      return person === undefined ? { problem: "role", user: identified } : { person, next: taken.next };
    },

    requesterOf: (person) => toRequester(person, { register, now_ms: clock() }),
  };
}

interface Told {
  readonly state: string;
  readonly nonce: string;
  readonly challenge: string;
  readonly redirectUri: string;
}

function toQuestion(
  issuer: OwnIssuer,
  { state, nonce, challenge, redirectUri }: Told,
): Readonly<Record<string, string>> {
  const { signIn, signedInWithin_s, acr } = issuer;
  return {
    response_type: "code",
    client_id: signIn.clientId,
    redirect_uri: redirectUri,
    scope: [...new Set(["openid", ...signIn.scopes])].join(" "),
    state,
    nonce,
    code_challenge: challenge,
    code_challenge_method: "S256",
    // What the identity token is then held to.
    ...(signedInWithin_s === undefined ? {} : { max_age: String(signedInWithin_s) }),
    ...(acr === undefined ? {} : { acr_values: acr.join(" ") }),
  };
}
