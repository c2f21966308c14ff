import { createHash, randomBytes } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";
import { exportJWK, generateKeyPair } from "jose";
import Provider, { type ClientMetadata } from "oidc-provider";

/** A real OpenID provider on this machine, at which one person may sign in. */
export interface TestIssuer {
  readonly url: string;
  /** Signs the person in by an authorization code with PKCE, as a browser would; answers with the identity token. */
  signIn(told?: SignIn): Promise<string>;
  /** Leads a browser from an authorization request on to where the issuer sends it back to. */
  follow(address: string, told?: Following): Promise<URL>;
  stop(): Promise<void>;
}

interface SignIn {
  /** Of the client for which the token is. */
  readonly client?: string;
}

interface Following {
  /** Whether the person says no. */
  readonly isCancelled?: boolean;
}

/** Clients of the issuer beside those that a person's systems are. */
interface MoreClients {
  readonly clients: readonly ClientMetadata[];
  /** What is behind their `jwks_uri`: the provider itself fetches nothing from this machine. */
  readonly keys: () => Promise<Response>;
}

export const AUDIENCE = "care-systems";
const REDIRECT = "https://client.example/back";
const STEPS_MAX = 10;

/** Claims beside the standard ones, as the issuer tells of the person. */
export type Told = Readonly<Record<string, unknown>>;

export async function startTestIssuer(person: () => Told, more?: MoreClients): Promise<TestIssuer> {
  const { privateKey } = await generateKeyPair("RS256", { extractable: true });
  const server = createServer();
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const url = `http://127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}`;
  const { clients = [], keys } = more ?? {};
  const provider = new Provider(url, {
    clients: [...[AUDIENCE, "another-system"].map(toClient), ...clients],
    jwks: { keys: [{ ...(await exportJWK(privateKey)), kid: "issuer-key", use: "sig", alg: "RS256" }] },
    claims: { openid: ["sub", "role", "roles", "selected_role_id"], acr: null, auth_time: null, sid: null },
    conformIdTokenClaims: false,
    ...(keys === undefined ? {} : { fetch: keys }),
    cookies: { keys: [randomBytes(16).toString("hex")] },
    features: { devInteractions: { enabled: false } },
    interactions: { url: (_context, { uid }) => `/interaction/${uid}` },
    async findAccount(_context, id) {
      return { accountId: id, claims: async () => ({ sub: id, ...person() }) };
    },
    async loadExistingGrant(context) {
      const { client, session } = context.oidc;
      const grant = new provider.Grant({ clientId: client?.clientId ?? "", accountId: session?.accountId ?? "" });
      grant.addOIDCScope("openid");
      await grant.save();
      return grant;
    },
    ttl: { IdToken: 600, Session: 600, Grant: 600, Interaction: 600, AccessToken: 600, AuthorizationCode: 60 },
  });
  const answer = provider.callback();
  server.on("request", async (request, response) => {
    const { url: asked = "" } = request;
    if (!asked.startsWith("/interaction/")) return void (await answer(request, response));
    const done = asked.endsWith("?cancel")
      ? { error: "access_denied", error_description: "They said no." }
      : { login: { accountId: "person-1", acr: "aal2" } };
    await provider.interactionFinished(request, response, done);
  });
  return {
    url,
    signIn: ({ client = AUDIENCE } = {}) => signIn(url, client),
    follow: (address, told) => follow(url, address, told),
    async stop() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

function toClient(id: string): ClientMetadata {
  return {
    client_id: id,
    client_secret: "never used in earnest",
    redirect_uris: [REDIRECT],
    token_endpoint_auth_method: "client_secret_post",
  };
}

/** As a browser would, until it is sent away from the issuer. */
async function follow(issuer: string, from: string, { isCancelled = false }: Following = {}): Promise<URL> {
  const cookies = new Map<string, string>();
  let next = new URL(from);
  for (let step = 0; next.origin === issuer; step += 1) {
    if (step > STEPS_MAX) throw new Error("The issuer sends to and fro.");
    if (isCancelled && next.pathname.startsWith("/interaction/")) next.search = "?cancel";
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    const answer = await fetch(next, { redirect: "manual", headers: { cookie } });
    for (const set of answer.headers.getSetCookie()) {
      const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(set) ?? [];
      cookies.set(name, value);
    }
    const location = answer.headers.get("location");
    if (location === null) throw new Error(`The issuer answered ${answer.status}: ${await answer.text()}`);
    next = new URL(location, issuer);
  }
  return next;
}

async function signIn(issuer: string, client: string): Promise<string> {
  const verifier = randomBytes(32).toString("base64url");
  const challenge = createHash("sha256").update(verifier).digest("base64url");
  const question = new URLSearchParams({
    client_id: client,
    response_type: "code",
    scope: "openid",
    redirect_uri: REDIRECT,
    nonce: randomBytes(16).toString("base64url"),
    code_challenge: challenge,
    code_challenge_method: "S256",
  });
  const code = (await follow(issuer, `${issuer}/auth?${question}`)).searchParams.get("code") ?? "";
  const exchanged = await fetch(`${issuer}/token`, {
    method: "POST",
    body: new URLSearchParams({
      grant_type: "authorization_code",
      code,
      redirect_uri: REDIRECT,
      code_verifier: verifier,
      client_id: client,
      client_secret: "never used in earnest",
    }),
  });
  const told: unknown = await exchanged.json();
  const token = typeof told === "object" && told !== null ? Reflect.get(told, "id_token") : undefined;
  if (typeof token !== "string") throw new Error(`The issuer gave no identity token: ${JSON.stringify(told)}`);
  return token;
}
