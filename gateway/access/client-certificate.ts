import { hash, X509Certificate } from "node:crypto";
import { LIMITS } from "../limits.ts";

/**
 * The certificate of a client as the proxy that ends TLS hands it on. Who may send the header is decided where the
 * connection is known (`serve.ts`); from anybody else it never arrives here.
 */

/** Under this name the certificate arrives, whatever the proxy calls it (RFC 9440). */
export const CERTIFICATE_HEADER = "client-cert";

/** `x5t#S256` of RFC 8705 3.1; `undefined` where there is no certificate, or none that can be read. */
export function certificateThumbprint(header: string | undefined): string | undefined {
  const der = header === undefined ? undefined : toDer(header);
  return der && hash("sha256", der, "base64url");
}

/** Whether the certificate holds today: the proxy has asked who issued it. */
export function isCurrentCertificate(header: string, now_ms: number): boolean {
  const der = toDer(header);
  if (der === undefined) return false;
  try {
    const { validFrom, validTo } = new X509Certificate(der);
    return Date.parse(validFrom) <= now_ms && now_ms <= Date.parse(validTo);
  } catch {
    return false;
  }
}

const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/;

/** As RFC 9440 has it, `:base64 of DER:`, or PEM with its line ends in percents. */
function toDer(header: string): Buffer | undefined {
  if (header.length > LIMITS.client_certificate_characters_max) return undefined;
  const [, told] =
    /^:([^:]+):$/.exec(header) ??
    /^-----BEGIN CERTIFICATE-----(.+)-----END CERTIFICATE-----\s*$/s.exec(unescaped(header)) ??
    [];
  const base64 = told?.replace(/\s/g, "") ?? "";
  if (base64.length % 4 !== 0 || !BASE64.test(base64)) return undefined;
  const der = Buffer.from(base64, "base64");
  return der.toString("base64") === base64 ? der : undefined;
}

function unescaped(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return "";
  }
}
