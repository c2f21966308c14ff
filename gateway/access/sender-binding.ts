import { certificateThumbprint, isCurrentCertificate } from "./client-certificate.ts";
import { checkProof, type ProofPorts } from "./dpop.ts";
import type { Client } from "./register.ts";
import type { Requester } from "./requester.ts";
import type { TokenRefusal } from "./token-refusal.ts";

/** What a token is bound to; absent: to nothing, whoever bears it may use it. */
export type Binding = NonNullable<Requester["binding"]>;

export interface Presented {
  readonly dpop?: string | undefined;
  readonly certificate?: string | undefined;
  /** The token endpoint. */
  readonly url: string;
}

/**
 * What the client's next token is bound to: what the register says it must be, and for a client that need not, a key
 * that it proves of its own accord (RFC 9449 5).
 */
export async function bindToken(
  { senderConstraint }: Client,
  { dpop, certificate, url }: Presented,
  ports: ProofPorts,
): Promise<TokenRefusal | { readonly binding?: Binding }> {
  if (senderConstraint === "mtls") {
    const thumbprint = certificateThumbprint(certificate);
    if (certificate === undefined || thumbprint === undefined || !isCurrentCertificate(certificate, ports.clock()))
      return { kind: "certificate" };
    return { binding: { kind: "mtls", thumbprint } };
  }
  if (senderConstraint === "none" && dpop === undefined) return {};
  const checked = await checkProof(dpop, { method: "POST", url }, ports);
  if (checked.ok) return { binding: { kind: "dpop", thumbprint: checked.thumbprint } };
  return { kind: "dpop", problem: checked.problem, nonce: ports.nonces.make(ports.clock()) };
}

/** `cnf` of the access token. */
export function toConfirmation({ kind, thumbprint }: Binding): Readonly<Record<string, string>> {
  return kind === "dpop" ? { jkt: thumbprint } : { "x5t#S256": thumbprint };
}
