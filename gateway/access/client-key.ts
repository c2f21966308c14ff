import { createPublicKey, hash, type KeyObject } from "node:crypto";
import { z } from "zod";

/** Signatures of client assertions: SMART's two, and what NHS clients use besides. */
export const ASSERTION_ALGORITHMS = ["RS384", "ES384", "PS384", "RS512"] as const;
export type AssertionAlgorithm = (typeof ASSERTION_ALGORITHMS)[number];

/** A member in a JWK that production refuses to meet: the key was made by the demonstration. */
export const DEMONSTRATION_MARK = "early-years-gateway-demonstration";

const RSA_ALGORITHMS: readonly AssertionAlgorithm[] = ["RS384", "PS384", "RS512"];
const EC_ALGORITHMS: readonly AssertionAlgorithm[] = ["ES384"];
const RSA_BITS_MIN = 2_048;

/** A public key that a client signs with. */
export interface ClientKey {
  readonly kid: string;
  readonly algorithms: readonly AssertionAlgorithm[];
  readonly key: KeyObject;
  /** RFC 7638, SHA-256. */
  readonly thumbprint: string;
  readonly demonstration: boolean;
}

const shared = {
  kid: z.string().min(1).max(128),
  alg: z
    .enum(ASSERTION_ALGORITHMS, { error: `expected one of ${ASSERTION_ALGORITHMS.join(", ")}, or none` })
    .optional(),
  use: z.literal("sig", { error: "expected sig, or none: the key must be one for signatures" }).optional(),
  key_ops: z
    .array(z.string())
    .refine((operations) => operations.includes("verify"), { error: "expected to hold verify, or to be left out" })
    .optional(),
  [DEMONSTRATION_MARK]: z.boolean().optional(),
};

const number = z.string().regex(/^[A-Za-z0-9_-]+$/, { error: "expected base64url" });

/** A public JWK, RFC 7517. Private members are refused: whoever sent them must throw the key away. */
export const CLIENT_KEY = z
  .discriminatedUnion(
    "kty",
    [
      z.looseObject({
        ...shared,
        kty: z.literal("EC"),
        crv: z.literal("P-384", { error: "expected P-384" }),
        x: number,
        y: number,
      }),
      z.looseObject({ ...shared, kty: z.literal("RSA"), n: number, e: number }),
    ],
    { error: "expected kty EC (curve P-384) or RSA" },
  )
  .superRefine((jwk, context) => {
    const secret = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"].find((member) => jwk[member] !== undefined);
    if (secret !== undefined) {
      context.addIssue({ code: "custom", path: [secret], message: "a private key; expected the public one alone" });
      return;
    }
    if (jwk.alg !== undefined && !algorithmsOf(jwk.kty).includes(jwk.alg))
      context.addIssue({ code: "custom", path: ["alg"], message: `not an algorithm for kty ${jwk.kty}` });
    const bits = strengthOf(jwk);
    if (bits === undefined) context.addIssue({ code: "custom", message: "not a key: its numbers do not fit" });
    else if (jwk.kty === "RSA" && bits < RSA_BITS_MIN)
      context.addIssue({ code: "custom", path: ["n"], message: `expected at least ${RSA_BITS_MIN} bits` });
  });

export type ClientJwk = z.output<typeof CLIENT_KEY>;

export function toClientKey(jwk: ClientJwk): ClientKey {
  return {
    kid: jwk.kid,
    algorithms: jwk.alg === undefined ? algorithmsOf(jwk.kty) : [jwk.alg],
    key: createPublicKey({ key: publicMembers(jwk), format: "jwk" }),
    thumbprint: hash("sha256", JSON.stringify(publicMembers(jwk)), "base64url"),
    demonstration: jwk[DEMONSTRATION_MARK] === true,
  };
}

function algorithmsOf(kty: "EC" | "RSA"): readonly AssertionAlgorithm[] {
  return kty === "EC" ? EC_ALGORITHMS : RSA_ALGORITHMS;
}

/** The members that make the key, in the order of RFC 7638. */
function publicMembers(jwk: ClientJwk): Record<string, string> {
  return jwk.kty === "EC" ? { crv: jwk.crv, kty: jwk.kty, x: jwk.x, y: jwk.y } : { e: jwk.e, kty: jwk.kty, n: jwk.n };
}

/** Bits of an RSA modulus, 384 for a point of P-384; `undefined` for what is no key. */
function strengthOf(jwk: ClientJwk): number | undefined {
  try {
    const details = createPublicKey({ key: publicMembers(jwk), format: "jwk" }).asymmetricKeyDetails;
    return details?.modulusLength ?? 384;
  } catch {
    return undefined;
  }
}
