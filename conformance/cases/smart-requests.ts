import { exportJWK, generateKeyPair, type JWK } from "jose";
import type { CaseContext, ConformanceCase, Verdict } from "../case.ts";
import { type Finding, hasStatus, isOutcome, judge, that } from "../checks.ts";
import type { Exchange } from "../http.ts";
import { text } from "../json.ts";
import { type AssertionParts, type SmartClient, signAssertion, tokenForm } from "../smart-client.ts";

export const DISCOVERY = ".well-known/smart-configuration";
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
export function withClient(run: (asked: Asked) => Promise<Verdict>): ConformanceCase["run"] {
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

export function discovered({ send }: CaseContext): Promise<Exchange> {
  return send("GET", DISCOVERY, { anonymous: true, headers: { accept: "application/json" } });
}

export function isRefusedAs(answer: Exchange, error: string, ...statuses: readonly number[]): Finding {
  const got = text(answer.response.json, "error") ?? "no error";
  return hasStatus(answer, ...statuses) ?? that(got === error, `error ${error}`, got, answer);
}

/** Whether the server asks for a token at all; one that does not cannot be wrong about them. */
export async function isProtected({
  send,
  plan,
}: CaseContext): Promise<{ address: string; answer: Exchange } | Verdict> {
  const address = `${plan.types.has("Patient") ? "Patient" : ([...plan.types.keys()][0] ?? "Patient")}?_count=1`;
  const answer = await send("GET", address, { anonymous: true });
  if (answer.response.status === 200)
    return { kind: "not-applicable", reason: "the server answers without a token, so it protects nothing" };
  return { address, answer };
}

/** A token that is wrong in one way is answered 401. */
export function wrongToken(make: (context: CaseContext) => Promise<string | undefined>): ConformanceCase["run"] {
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

export async function soundToken(context: CaseContext): Promise<string | undefined> {
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

export function asPart(value: object): string {
  return btoa(JSON.stringify(value)).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

export async function strangersKey({ key }: SmartClient): Promise<JWK> {
  const alg = key.alg ?? (key.kty === "RSA" ? "RS384" : "ES384");
  const { privateKey } = await generateKeyPair(alg, { extractable: true });
  return { ...(await exportJWK(privateKey)), alg, ...(key.kid === undefined ? {} : { kid: key.kid }) };
}

export const now = () => Math.floor(Date.now() / 1000);
