import { createPublicKey, hash, type KeyObject } from "node:crypto";
import { z } from "zod";
import { LIMITS } from "../limits.ts";
import type { DpopNonces } from "./dpop-nonce.ts";
import type { ReplayStore } from "./replay.ts";
import { useOnce } from "./replay.ts";
import { isSignedBy } from "./signature.ts";
import { type Members, parseSegment } from "./unique-json.ts";

/** Proofs that who sends a request holds the key its token is bound to. https://www.rfc-editor.org/rfc/rfc9449 */

export const DPOP_ALGORITHMS = ["ES256", "ES384", "PS256", "PS384"] as const;
type DpopAlgorithm = (typeof DPOP_ALGORITHMS)[number];

export type DpopProblem =
  | "missing"
  | "malformed"
  | "typ"
  | "alg"
  | "jwk"
  | "signature"
  | "htm"
  | "htu"
  | "iat"
  | "jti"
  | "ath"
  | "other-key"
  | "nonce"
  | "replayed"
  | "store-unavailable";

export type CheckedProof =
  /** `thumbprint`: RFC 7638 of the key, as `cnf.jkt` has it. */
  { readonly ok: true; readonly thumbprint: string } | { readonly ok: false; readonly problem: DpopProblem };

export interface ProofPorts {
  readonly nonces: DpopNonces;
  readonly store: ReplayStore;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
}

/** What a proof must be about. */
export interface Proved {
  readonly method: string;
  /** Without query and fragment. */
  readonly url: string;
  /** The access token that it comes with, and the key that is bound to; absent when one is asked for. */
  readonly token?: { readonly text: string; readonly thumbprint: string };
}

const number = z.string().regex(/^[A-Za-z0-9_-]{1,1400}$/);
const KEY = z.discriminatedUnion("kty", [
  z.looseObject({ kty: z.literal("EC"), crv: z.enum(["P-256", "P-384"]), x: number, y: number }),
  z.looseObject({ kty: z.literal("RSA"), n: number, e: number }),
]);
const CURVES: Readonly<Record<string, string>> = { ES256: "P-256", ES384: "P-384" };
const PRIVATE = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"] as const;
const RSA_BITS_MIN = 2_048;

/** The nonce before the single use: a client that is told of a new one sends a new proof. */
export async function checkProof(proof: string | undefined, about: Proved, ports: ProofPorts): Promise<CheckedProof> {
  if (proof === undefined) return no("missing");
  const segments = proof.length <= LIMITS.dpop_proof_characters_max ? proof.split(".") : [];
  const header = parseSegment(segments[0]);
  const claims = parseSegment(segments[1]);
  if (segments.length !== 3 || header === undefined || claims === undefined) return no("malformed");
  const signed = readHeader(header);
  if (typeof signed === "string") return no(signed);
  if (!(await isSignedBy(proof, signed.key, signed.alg))) return no("signature");
  const { thumbprint } = signed;
  const problem = checkClaims(claims, about, ports.clock() / 1_000);
  if (problem !== undefined) return no(problem);
  if (about.token !== undefined && about.token.thumbprint !== thumbprint) return no("other-key");
  if (typeof claims.nonce !== "string" || !ports.nonces.isGood(claims.nonce, ports.clock())) return no("nonce");
  const until_ms = ports.clock() + (LIMITS.dpop_proof_life_s + 2 * LIMITS.clock_skew_s) * 1_000;
  const used = await useOnce(ports.store, { kind: "dpop", parts: [thumbprint, claims.jti], until_ms });
  return used === "first" ? { ok: true, thumbprint } : no(used === "again" ? "replayed" : "store-unavailable");
}

function no(problem: DpopProblem): CheckedProof {
  return { ok: false, problem };
}

interface Signed {
  readonly alg: DpopAlgorithm;
  readonly key: KeyObject;
  readonly thumbprint: string;
}

function readHeader(header: Members): Signed | DpopProblem {
  if (header.typ !== "dpop+jwt" || header.crit !== undefined || header.b64 !== undefined) return "typ";
  const alg = DPOP_ALGORITHMS.find((known) => known === header.alg);
  if (alg === undefined) return "alg";
  const parsed = KEY.safeParse(header.jwk);
  if (!parsed.success || PRIVATE.some((member) => parsed.data[member] !== undefined)) return "jwk";
  const jwk = parsed.data;
  // In the order of RFC 7638.
  const members: Record<string, string> =
    jwk.kty === "EC" ? { crv: jwk.crv, kty: jwk.kty, x: jwk.x, y: jwk.y } : { e: jwk.e, kty: jwk.kty, n: jwk.n };
  if (members.crv !== CURVES[alg]) return "jwk";
  try {
    const key = createPublicKey({ key: members, format: "jwk" });
    if (jwk.kty === "RSA" && (key.asymmetricKeyDetails?.modulusLength ?? 0) < RSA_BITS_MIN) return "jwk";
    return { alg, key, thumbprint: hash("sha256", JSON.stringify(members), "base64url") };
  } catch {
    return "jwk";
  }
}

function checkClaims({ htm, htu, iat, jti, ath }: Members, about: Proved, now_s: number): DpopProblem | undefined {
  if (htm !== about.method) return "htm";
  if (typeof htu !== "string" || withoutQuery(htu) !== withoutQuery(about.url)) return "htu";
  const age_s = typeof iat === "number" && Number.isFinite(iat) ? now_s - iat : Number.NaN;
  if (!(age_s >= -LIMITS.clock_skew_s && age_s <= LIMITS.dpop_proof_life_s + LIMITS.clock_skew_s)) return "iat";
  if (typeof jti !== "string" || jti === "" || jti.length > LIMITS.jti_characters_max) return "jti";
  if (about.token !== undefined && ath !== hash("sha256", about.token.text, "base64url")) return "ath";
  return undefined;
}

/** Compared as written out, RFC 9449 4.3. */
function withoutQuery(text: string): string | undefined {
  const url = URL.parse(text);
  if (url === null) return undefined;
  return `${url.origin}${url.pathname}`;
}
