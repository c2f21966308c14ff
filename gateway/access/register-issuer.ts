import { z } from "zod";
import { guardedUrl, name, words } from "./register-words.ts";

/** Signatures of an identity token. Never `none`, never a shared secret. */
const USER_TOKEN_ALGORITHMS = [
  "RS256",
  "RS384",
  "RS512",
  "PS256",
  "PS384",
  "PS512",
  "ES256",
  "ES384",
  "ES512",
] as const;

const GROUPS = [
  "gp",
  "health-visitor",
  "school-nurse",
  "early-years",
  "social-worker",
  "officer",
  "steward",
  "other",
] as const;

/** Names of claims; a dot leads into an object, or into each member of a list. */
const CLAIMS = z.strictObject({
  /** The role in which the person acts, verbatim. */
  role: words.default("role"),
  /** Id of that role's assignment; absent in the token: the person acts in the only one there is. */
  selectedRole: words.default("selected_role_id"),
  /** Ids of all roles that are assigned to the person: what NHSD-Session-URID may name. */
  roles: words.default("roles.id"),
  /** The issuer's session. */
  session: words.default("sid"),
});

/** How stewards sign in to the pages at this issuer, where the gateway is a client of its own. */
const SIGN_IN = z.strictObject({
  /** Under which the issuer knows the gateway, and no other system. */
  clientId: words,
  /** By an assertion that is signed with the gateway's key, or as a public client. A shared secret is never kept. */
  authentication: z.enum(["private_key_jwt", "none"]),
  /** Whom the assertion is for. RFC 7523 as revised: the issuer; some ask for their token endpoint instead. */
  assertionAudience: z.enum(["issuer", "token-endpoint"]).default("issuer"),
  /** What is asked for beside openid, so that the identity token tells of roles. */
  scopes: z
    .array(z.string().regex(/^[\x21\x23-\x5b\x5d-\x7e]+$/, { error: "expected one scope, without spaces" }))
    .default([]),
  /** Id of the client whose agreement and scopes whoever signs in as a steward has. */
  client: words,
});

/** An OpenID provider that signs people in, as it is written in REGISTER_FILE. */
export const ISSUER = z.strictObject({
  id: name,
  /** Exactly as its tokens and its discovery document say it. */
  issuer: guardedUrl,
  /** What `aud` of its tokens must be: the client id under which the systems of the users are known to it. */
  audience: words,
  algorithms: z
    .array(z.enum(USER_TOKEN_ALGORITHMS, { error: `expected one of ${USER_TOKEN_ALGORITHMS.join(", ")}` }))
    .min(1)
    .default(["RS256", "PS256", "ES256"]),
  /** How long ago the person may have signed in at most, in seconds; absent: `auth_time` is not looked at. */
  signedInWithin_s: z.int().min(60).optional(),
  /** Values of `acr` of which the token must have one; absent: any. */
  acr: z.array(words).min(1).optional(),
  claims: CLAIMS.prefault({}),
  /** Role → coarse group; a role that is not here is `other`. */
  groups: z.record(z.string(), z.enum(GROUPS)).default({}),
  signIn: SIGN_IN.optional(),
});

export type UserIssuer = z.output<typeof ISSUER>;
export type IssuerSignIn = z.output<typeof SIGN_IN>;
