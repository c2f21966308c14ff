import { AUDIENCE, startTestIssuer, type TestIssuer, type Told } from "./access/oidc-issuer.fixtures.ts";
import type { RegisterFile } from "./access/register-file.ts";
import type { AuditRecord } from "./audit/audit.ts";
import { createAuditIndex } from "./audit/audit-index.ts";
import { BASE } from "./gateway.fixtures.ts";
import { type ReviewHouse, type startBrowser, startReviewHouse } from "./review.fixtures.ts";

export const PAGES = "/identity/review";
export const BACK = `${PAGES}/signed-in`;
export const STEWARD = "R8100";
const REDIRECT = `${BASE}${BACK}`;

type Browser = ReturnType<typeof startBrowser>;

/** A gateway whose stewards sign in at a real issuer, at which one person does. */
export interface SignInHouse extends AsyncDisposable {
  readonly issuer: TestIssuer;
  readonly review: ReviewHouse;
  /** What the issuer tells of the person from now on. */
  tell(told: Told): void;
  /** Begins in a browser; answers with where it is sent. */
  begin(browser: Browser, id?: string, next?: string): Promise<URL>;
  signIn(browser: Browser, id?: string, next?: string): Promise<Response>;
  /** What the pages recorded. */
  recordsSince(from: number): Promise<readonly AuditRecord[]>;
}

export const comeBack = (browser: Browser, back: URL): Promise<Response> =>
  browser.visit(`${back.pathname}${back.search}`);

export async function startSignInHouse(): Promise<SignInHouse> {
  let person: Told = { role: STEWARD };
  const issuer = await startTestIssuer(() => person, {
    clients: [
      {
        client_id: "gateway",
        redirect_uris: [REDIRECT],
        token_endpoint_auth_method: "private_key_jwt",
        token_endpoint_auth_signing_alg: "ES256",
        jwks_uri: `${BASE}/oauth2/jwks`,
      },
      { client_id: "gateway-public", redirect_uris: [REDIRECT], token_endpoint_auth_method: "none" },
      { client_id: "gateway-elsewhere", redirect_uris: [REDIRECT], token_endpoint_auth_method: "none" },
    ],
    keys: async () => started.house.gateway.app.request(`${BASE}/oauth2/jwks`),
  });
  const started = await startReviewHouse((register) => withSignIn(register, issuer));
  const begin: SignInHouse["begin"] = async (browser, id = "care-identity", next = PAGES) => {
    const begun = await browser.visit(`${PAGES}/sign-in/${id}?next=${encodeURIComponent(next)}`);
    const to = begun.headers.get("location");
    if (begun.status !== 303 || to === null) throw new Error(`The gateway answered ${begun.status}.`);
    return new URL(to);
  };
  return {
    issuer,
    review: started,
    tell(told) {
      person = told;
    },
    begin,
    signIn: async (browser, id, next) => comeBack(browser, await issuer.follow((await begin(browser, id, next)).href)),
    async recordsSince(from) {
      const index = createAuditIndex({ directory: `${started.house.directory}/audit`, process: "sign-in-test" });
      await index.catchUp();
      const records = (await index.scan({ from }, undefined, 1_000)).map(({ record }) => record);
      await index.close();
      return records.filter(({ interaction }) => interaction.startsWith("review-"));
    },
    async [Symbol.asyncDispose]() {
      await started[Symbol.asyncDispose]();
      await issuer.stop();
    },
  };
}

/** The steward's tokens are bound to a key, as production asks of whoever sees what is restricted. */
function withSignIn(register: RegisterFile, issuer: TestIssuer): RegisterFile {
  const groups = { [STEWARD]: "steward", R8000: "health-visitor" } as const;
  const entry = { issuer: issuer.url, audience: AUDIENCE, groups };
  const client = "steward-demo";
  return {
    ...register,
    issuers: [
      {
        ...entry,
        id: "care-identity",
        signIn: { clientId: "gateway", authentication: "private_key_jwt", assertionAudience: "issuer", client },
      },
      {
        ...entry,
        id: "by-token-endpoint",
        signIn: { clientId: "gateway", authentication: "private_key_jwt", assertionAudience: "token-endpoint", client },
      },
      { ...entry, id: "public", signIn: { clientId: "gateway-public", authentication: "none", client } },
      { ...entry, id: "systems-only" },
      {
        ...entry,
        id: "silent",
        issuer: "http://127.0.0.1:9",
        signIn: { clientId: "gateway", authentication: "none", client },
      },
    ],
    clients: register.clients.map((one) => (one.id === client ? { ...one, senderConstraint: "dpop" } : one)),
  };
}
