import { SignJWT } from "jose";
import type { ConformanceCase } from "../case.ts";
import { hasStatus, header, isOutcome, judge, that } from "../checks.ts";
import { text } from "../json.ts";
import { signAssertion, tokenForm } from "../smart-client.ts";
import { onServer } from "./define.ts";
import { asPart, isRefusedAs, now, strangersKey, withClient } from "./smart-requests.ts";

/** SMART Backend Services: the token endpoint, and the assertions that it must refuse. */
export const SMART_ASSERTION_CASES: readonly ConformanceCase[] = [
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
