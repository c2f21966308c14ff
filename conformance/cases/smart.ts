import { exportJWK, generateKeyPair, type JWK, SignJWT } from "jose";
import type { CaseContext, ConformanceCase, Verdict } from "../case.ts";
import { type Finding, hasStatus, header, isOutcome, judge, that } from "../checks.ts";
import type { Exchange } from "../http.ts";
import { list, text, texts } from "../json.ts";
import { type AssertionParts, type SmartClient, signAssertion, tokenForm } from "../smart-client.ts";
import { onServer } from "./define.ts";

const DISCOVERY = ".well-known/smart-configuration";
const FORM = { "content-type": "application/x-www-form-urlencoded" };

type Fields = Readonly<Record<string, string>>;

interface Asked extends CaseContext {
  readonly client: SmartClient;
  readonly tokenUrl: string;
  readonly ask: (fields: Fields | string) => Promise<Exchange>;
  /** A request that is sound but for what is said otherwise. */
  readonly with: (parts: AssertionParts, fields?: Fields) => Promise<Exchange>;
}

/** Runs with the client that the user gave; without one the case does not apply. */
function withClient(run: (asked: Asked) => Promise<Verdict>): ConformanceCase["run"] {
  return async (context) => {
    const { client } = context.given;
    if (client === undefined) return { kind: "not-applicable", reason: "needs --client-id and --key" };
    const tokenUrl = client.tokenUrl ?? text((await discovered(context)).response.json, "token_endpoint");
    if (tokenUrl === undefined)
      return { kind: "blocked", by: "smart/discovery", reason: "discovery names no token endpoint" };
    const ask = (fields: Fields | string) =>
      context.send("POST", tokenUrl, { anonymous: true, headers: FORM, body: new URLSearchParams(fields).toString() });
    const broken = async (parts: AssertionParts, fields: Fields = {}) =>
      ask({ ...tokenForm(await signAssertion(client, tokenUrl, parts), client.scope), ...fields });
    return run({ ...context, client, tokenUrl, ask, with: broken });
  };
}

function discovered({ send }: CaseContext): Promise<Exchange> {
  return send("GET", DISCOVERY, { anonymous: true, headers: { accept: "application/json" } });
}

function isRefusedAs(answer: Exchange, error: string, ...statuses: readonly number[]): Finding {
  const got = text(answer.response.json, "error") ?? "no error";
  return hasStatus(answer, ...statuses) ?? that(got === error, `error ${error}`, got, answer);
}

/** Whether the server asks for a token at all; one that does not cannot be wrong about them. */
async function isProtected({ send, plan }: CaseContext): Promise<{ address: string; answer: Exchange } | Verdict> {
  const address = `${plan.types.has("Patient") ? "Patient" : ([...plan.types.keys()][0] ?? "Patient")}?_count=1`;
  const answer = await send("GET", address, { anonymous: true });
  if (answer.response.status === 200)
    return { kind: "not-applicable", reason: "the server answers without a token, so it protects nothing" };
  return { address, answer };
}

/** A token that is wrong in one way is answered 401. */
function wrongToken(make: (context: CaseContext) => Promise<string | undefined>): ConformanceCase["run"] {
  return async (context) => {
    const guarded = await isProtected(context);
    if ("kind" in guarded) return guarded;
    const token = await make(context);
    if (token === undefined) return { kind: "not-applicable", reason: "needs a token in three parts to change" };
    const headers = { authorization: `Bearer ${token}` };
    const answer = await context.send("GET", guarded.address, { anonymous: true, headers });
    return judge(hasStatus(answer, 401), isOutcome(answer));
  };
}

async function soundToken(context: CaseContext): Promise<string | undefined> {
  const { client } = context.given;
  if (client === undefined) return undefined;
  const tokenUrl = client.tokenUrl ?? text((await discovered(context)).response.json, "token_endpoint");
  if (tokenUrl === undefined) return undefined;
  const fields = tokenForm(await signAssertion(client, tokenUrl), client.scope);
  const body = new URLSearchParams(fields).toString();
  return text(
    (await context.send("POST", tokenUrl, { anonymous: true, headers: FORM, body })).response.json,
    "access_token",
  );
}

function asPart(value: object): string {
  return btoa(JSON.stringify(value)).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

async function strangersKey({ key }: SmartClient): Promise<JWK> {
  const alg = key.alg ?? (key.kty === "RSA" ? "RS384" : "ES384");
  const { privateKey } = await generateKeyPair(alg, { extractable: true });
  return { ...(await exportJWK(privateKey)), alg, ...(key.kid === undefined ? {} : { kid: key.kid }) };
}

const now = () => Math.floor(Date.now() / 1000);

/** SMART Backend Services: discovery, tokens, and the assertions that must be refused. */
export const SMART_CASES: readonly ConformanceCase[] = [
  onServer(
    "smart/discovery",
    ["SMART-01"],
    "Discovery has token_endpoint, client_credentials, private_key_jwt with RS384 or ES384, and its capability.",
    {},
    async (context) => {
      const answer = await discovered(context);
      if (answer.response.status === 404) return { kind: "not-declared", reason: `${DISCOVERY} is 404` };
      const { json } = answer.response;
      const has = (member: string, ...wanted: readonly string[]) => {
        const found = texts(list(json, member));
        return that(
          wanted.some((each) => found.includes(each)),
          `${member} with ${wanted.join(" or ")}`,
          found.join(),
          answer,
        );
      };
      return judge(
        hasStatus(answer, 200),
        that(URL.canParse(text(json, "token_endpoint") ?? ""), "token_endpoint", "none", answer),
        has("grant_types_supported", "client_credentials"),
        has("token_endpoint_auth_methods_supported", "private_key_jwt"),
        has("token_endpoint_auth_signing_alg_values_supported", "RS384", "ES384"),
        has("capabilities", "client-confidential-asymmetric"),
      );
    },
  ),
  onServer(
    "smart/discovery-open",
    ["SMART-02"],
    "Discovery without a token is application/json.",
    {},
    async (context) => {
      const answer = await discovered(context);
      if (answer.response.status === 404) return { kind: "not-declared", reason: `${DISCOVERY} is 404` };
      const contentType = header(answer, "content-type") ?? "none";
      return judge(
        hasStatus(answer, 200),
        that(contentType.startsWith("application/json"), "application/json", contentType, answer),
      );
    },
  ),
  onServer(
    "smart/without-token",
    ["SMART-03"],
    "A search without a token is 401 with WWW-Authenticate: Bearer.",
    {},
    async (context) => {
      const guarded = await isProtected(context);
      if ("kind" in guarded) return guarded;
      const challenge = header(guarded.answer, "www-authenticate") ?? "none";
      return judge(
        hasStatus(guarded.answer, 401),
        isOutcome(guarded.answer),
        that(/^Bearer\b/i.test(challenge), "WWW-Authenticate: Bearer", challenge, guarded.answer),
      );
    },
  ),
  onServer(
    "smart/foreign-token",
    ["SMART-04"],
    "A token that looks right and that another issuer signed is 401.",
    {},
    wrongToken(async () => {
      const { privateKey } = await generateKeyPair("ES384");
      const claims = { scope: "system/*.cruds", client_id: "nobody" };
      return new SignJWT(claims)
        .setProtectedHeader({ alg: "ES384", typ: "at+jwt" })
        .setIssuer("https://example.org")
        .setExpirationTime("5 minutes")
        .sign(privateKey);
    }),
  ),
  onServer(
    "smart/changed-token",
    ["SMART-05"],
    "A sound token with another payload, or another signature, is 401.",
    {},
    wrongToken(async (context) => {
      const [head, payload, signature] = (await soundToken(context))?.split(".") ?? [];
      if (head === undefined || payload === undefined || signature === undefined) return undefined;
      const turned = signature.startsWith("A") ? `B${signature.slice(1)}` : `A${signature.slice(1)}`;
      return `${head}.${payload}.${turned}`;
    }),
  ),
  onServer(
    "smart/unsigned-token",
    ["SMART-06"],
    "A token with alg none and no signature is 401.",
    {},
    wrongToken(
      async () =>
        `${asPart({ alg: "none", typ: "at+jwt" })}.${asPart({ sub: "nobody", scope: "system/*.cruds", exp: now() + 300 })}.`,
    ),
  ),
  onServer(
    "smart/token",
    ["SMART-07"],
    "A sound assertion is 200 with access_token, token_type bearer, expires_in and scope.",
    {},
    withClient(async (asked) => {
      const answer = await asked.with({});
      const { json } = answer.response;
      const type = text(json, "token_type")?.toLowerCase() ?? "none";
      const expires = Number(Object(json).expires_in);
      return judge(
        hasStatus(answer, 200),
        that(text(json, "access_token") !== undefined, "access_token", "none", answer),
        that(type === "bearer", "token_type bearer", type, answer),
        that(expires > 0 && expires <= 3_600, "expires_in", `${expires}`, answer),
        that(text(json, "scope") !== undefined, "scope", "none", answer),
      );
    }),
  ),
  onServer(
    "smart/other-grant",
    ["SMART-08"],
    "grant_type=password is 400 with unsupported_grant_type.",
    {},
    withClient(async (asked) =>
      judge(isRefusedAs(await asked.with({}, { grant_type: "password" }), "unsupported_grant_type", 400)),
    ),
  ),
  onServer(
    "smart/other-assertion-type",
    ["SMART-09"],
    "Another client_assertion_type is 400 or 401.",
    {},
    withClient(async (asked) =>
      judge(hasStatus(await asked.with({}, { client_assertion_type: "not-an-assertion-type" }), 400, 401)),
    ),
  ),
  onServer(
    "smart/strangers-key",
    ["SMART-10"],
    "An assertion signed by another key under the client's kid is invalid_client.",
    {},
    withClient(async (asked) =>
      judge(isRefusedAs(await asked.with({ key: await strangersKey(asked.client) }), "invalid_client", 400, 401)),
    ),
  ),
  onServer(
    "smart/other-audience",
    ["SMART-11"],
    "An assertion for another audience, and one for two, are invalid_client.",
    {},
    withClient(async (asked) => {
      const other = await asked.with({ claims: { aud: "https://example.org/token" } });
      const both = await asked.with({ claims: { aud: [asked.tokenUrl, "https://example.org/token"] } });
      return judge(isRefusedAs(other, "invalid_client", 400, 401), isRefusedAs(both, "invalid_client", 400, 401));
    }),
  ),
  onServer(
    "smart/times",
    ["SMART-12"],
    "An assertion that has expired, that has no exp, and that lives an hour, are invalid_client.",
    {},
    withClient(async (asked) => {
      const answers = [];
      for (const exp of [now() - 120, undefined, now() + 3_600]) answers.push(await asked.with({ claims: { exp } }));
      return judge(...answers.map((answer) => isRefusedAs(answer, "invalid_client", 400, 401)));
    }),
  ),
  onServer(
    "smart/replay",
    ["SMART-13"],
    "The same assertion sent twice is 200 once, then invalid_client; without a jti it is refused.",
    {},
    withClient(async (asked) => {
      const fields = tokenForm(await signAssertion(asked.client, asked.tokenUrl), asked.client.scope);
      const first = await asked.ask(fields);
      const again = await asked.ask(fields);
      const without = await asked.with({ claims: { jti: undefined } });
      return judge(
        hasStatus(first, 200),
        isRefusedAs(again, "invalid_client", 400, 401),
        isRefusedAs(without, "invalid_client", 400, 401),
      );
    }),
  ),
  onServer(
    "smart/issuer",
    ["SMART-14"],
    "An assertion whose issuer is not its subject, and one of a client that nobody knows, are invalid_client.",
    {},
    withClient(async (asked) => {
      const differs = await asked.with({ claims: { sub: "somebody-else" } });
      const nobody = await asked.with({ claims: { iss: "nobody-known", sub: "nobody-known" } });
      return judge(isRefusedAs(differs, "invalid_client", 400, 401), isRefusedAs(nobody, "invalid_client", 400, 401));
    }),
  ),
  onServer(
    "smart/weak-signature",
    ["SMART-15"],
    "An assertion with alg none, and one by a shared secret, are invalid_client.",
    {},
    withClient(async (asked) => {
      const { client, tokenUrl } = asked;
      const claims = { iss: client.id, sub: client.id, aud: tokenUrl, exp: now() + 240, jti: crypto.randomUUID() };
      const unsigned = `${asPart({ alg: "none", typ: "JWT", kid: client.key.kid ?? "" })}.${asPart(claims)}.`;
      const shared = await new SignJWT({ ...claims, jti: crypto.randomUUID() })
        .setProtectedHeader({ alg: "HS384", typ: "JWT", kid: client.key.kid ?? "" })
        .sign(new TextEncoder().encode(JSON.stringify({ ...client.key, d: undefined }).padEnd(64)));
      const answers = [
        await asked.ask(tokenForm(unsigned, client.scope)),
        await asked.ask(tokenForm(shared, client.scope)),
      ];
      return judge(...answers.map((answer) => isRefusedAs(answer, "invalid_client", 400, 401)));
    }),
  ),
  onServer(
    "smart/no-scope",
    ["SMART-16"],
    "A scope that names nothing known is 400 with invalid_scope.",
    {},
    withClient(async (asked) =>
      judge(isRefusedAs(await asked.with({}, { scope: "kit-nonsense" }), "invalid_scope", 400)),
    ),
  ),
  onServer(
    "smart/given-once",
    ["SMART-17"],
    "A token request with two scopes parameters is refused.",
    {},
    withClient(async (asked) => {
      const fields = new URLSearchParams(
        tokenForm(await signAssertion(asked.client, asked.tokenUrl), asked.client.scope),
      );
      fields.append("scope", "system/*.rs");
      return judge(isRefusedAs(await asked.ask(fields.toString()), "invalid_request", 400));
    }),
  ),
  onServer(
    "smart/not-cached",
    ["SMART-18"],
    "The answer with a token has Cache-Control: no-store.",
    {},
    withClient(async (asked) => {
      const answer = await asked.with({});
      const control = header(answer, "cache-control") ?? "none";
      return judge(hasStatus(answer, 200), that(control.includes("no-store"), "no-store", control, answer));
    }),
  ),
  onServer(
    "smart/scope-holds",
    ["SMART-19"],
    "A token for reading Patients alone opens Patients, and a search for Observations with it is 403.",
    {},
    withClient(async (asked) => {
      const given = await asked.with({}, { scope: "system/Patient.rs" });
      const token = text(given.response.json, "access_token");
      if (token === undefined) return judge(hasStatus(given, 200));
      const options = { anonymous: true, headers: { authorization: `Bearer ${token}` } };
      const own = await asked.send("GET", "Patient?_count=1", options);
      const other = await asked.send("GET", "Observation?_count=1", options);
      return judge(hasStatus(own, 200), hasStatus(other, 403), isOutcome(other));
    }),
  ),
  onServer(
    "smart/forbidden-search",
    ["ERR-07"],
    "A search that the scope forbids is 403; the same search with a mistake in it is another 4xx for whoever may search.",
    {},
    withClient(async (asked) => {
      const given = await asked.with({}, { scope: "system/Patient.rs" });
      const token = text(given.response.json, "access_token");
      if (token === undefined) return judge(hasStatus(given, 200));
      const options = { anonymous: true, headers: { authorization: `Bearer ${token}` } };
      const forbidden = await asked.send("GET", "Observation?_id:foo=1", options);
      const mistaken = await asked.send("GET", "Patient?_id:foo=1", options);
      return judge(hasStatus(forbidden, 403), hasStatus(mistaken, 400));
    }),
  ),
  onServer(
    "smart/own-key-inside",
    ["SMART-20"],
    "An assertion whose header holds a key, or an address of keys that nobody registered, is invalid_client.",
    {},
    withClient(async (asked) => {
      const key = await strangersKey(asked.client);
      const { d: _private, ...jwk } = key;
      const inside = await asked.with({ key, header: { jwk } });
      const elsewhere = await asked.with({ key, header: { jku: "https://example.org/keys" } });
      return judge(isRefusedAs(inside, "invalid_client", 400, 401), isRefusedAs(elsewhere, "invalid_client", 400, 401));
    }),
  ),
];
