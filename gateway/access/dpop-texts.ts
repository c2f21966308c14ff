import type { DpopProblem } from "./dpop.ts";

/** What a client is told of its proof: ASCII without quotes and backslashes, for a header as well as for JSON. */
export const DPOP_TEXTS: Readonly<Record<Exclude<DpopProblem, "store-unavailable">, string>> = {
  missing: "A proof of possession is needed: the header DPoP, once (RFC 9449).",
  malformed: "The DPoP proof is not a JWT in compact form.",
  typ: "The typ header of the DPoP proof must be dpop+jwt, without crit.",
  alg: "The alg header of the DPoP proof must be ES256, ES384, PS256 or PS384.",
  jwk: "The jwk header of the DPoP proof must be a public key that fits its alg.",
  signature: "The DPoP proof was not signed with the key that it names.",
  htm: "htm of the DPoP proof must be the method of the request.",
  htu: "htu of the DPoP proof must be the address of the request, without query.",
  iat: "iat of the DPoP proof must be now; check the clock.",
  jti: "The DPoP proof needs a jti claim of 1 to 128 characters.",
  ath: "ath of the DPoP proof must be the SHA-256 of the access token.",
  "other-key": "The DPoP proof was signed with another key than the access token is bound to.",
  nonce: "The DPoP proof needs the nonce of the header DPoP-Nonce.",
  replayed: "This DPoP proof was used before: each request needs a proof of its own, with a new jti.",
};
