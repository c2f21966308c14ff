/** Why an identity token is not taken. */
export type UserTokenReason =
  | "no-users"
  | "missing"
  | "type"
  | "malformed"
  | "header"
  | "issuer-away"
  | "key"
  | "signature"
  | "issuer"
  | "audience"
  | "nonce"
  | "expired"
  | "not-yet-valid"
  | "too-old"
  | "signed-in-too-long-ago"
  | "acr"
  | "subject"
  | "role"
  | "used-up"
  | "store-unavailable";

/** ASCII without quotes and backslashes (RFC 6749 5.2). */
export const USER_TOKEN_TEXTS: Readonly<Record<UserTokenReason, string>> = {
  "no-users": "No issuer of users is registered for this client; use client_credentials.",
  missing: "subject_token is missing: the identity token of the person who is signed in.",
  type: "subject_token_type must be urn:ietf:params:oauth:token-type:id_token.",
  malformed: "subject_token is not a signed JWT in compact form.",
  header: "The alg of subject_token must be one registered for its issuer, with a kid and no crit.",
  "issuer-away": "The keys of the issuer cannot be fetched now; try again.",
  key: "The issuer publishes no key with the kid of subject_token that fits its alg.",
  signature: "subject_token was not signed by its issuer.",
  issuer: "iss of subject_token is not the issuer registered for this client.",
  audience:
    "aud of subject_token must be the one audience registered for its issuer, and azp if there must be the same.",
  nonce: "nonce of the identity token is not that of the sign-in for which it was asked.",
  expired: "subject_token has expired; have the person sign in again.",
  "not-yet-valid": "iat or nbf of subject_token lies in the future or is not a whole number; check the clock.",
  "too-old": "subject_token was issued too long ago; have the issuer renew it.",
  "signed-in-too-long-ago": "The person signed in too long ago; have them sign in again.",
  acr: "The person was not signed in strongly enough; acr must be one registered for the issuer.",
  subject: "sub of subject_token must be a text of 1 to 255 characters.",
  role: "subject_token names no role in which the person acts, or several and none that is selected.",
  "used-up": "This subject_token was used too often; have the issuer renew it.",
  "store-unavailable": "Whether subject_token was used before cannot be checked now; try again.",
};
