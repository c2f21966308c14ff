import { generateKeyPair, SignJWT } from "jose";
import type { ConformanceCase } from "../case.ts";
import { hasStatus, header, isOutcome, judge, that } from "../checks.ts";
import { list, text, texts } from "../json.ts";
import { onServer } from "./define.ts";
import { asPart, DISCOVERY, discovered, isProtected, now, soundToken, wrongToken } from "./smart-requests.ts";

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
];
