import { createPrivateKey, X509Certificate } from "node:crypto";
import { readFile } from "node:fs/promises";
import type { MllpTls } from "./listener.ts";

/** Paths of PEM files. */
export interface TlsFiles {
  readonly cert: string;
  readonly key: string;
  readonly ca?: string;
}

type ReadTls =
  | { readonly ok: true; readonly tls: MllpTls }
  | { readonly ok: false; readonly problems: readonly string[] };

/**
 * Reads what guards the connections, and looks at it before anybody relies on it: a file that holds no certificate would
 * otherwise be found by the first sender. Problems name the variable and nothing of a file.
 */
export async function readTls(files: TlsFiles): Promise<ReadTls> {
  const [cert, key, ca] = await Promise.all([
    readPem("MLLP_TLS_CERT", files.cert, isCertificates),
    readPem("MLLP_TLS_KEY", files.key, isPrivateKey),
    files.ca === undefined ? undefined : readPem("MLLP_TLS_CA", files.ca, isCertificates),
  ]);
  const problems = [cert, key, ca].flatMap((read) => (read !== undefined && "problem" in read ? [read.problem] : []));
  if ("problem" in cert || "problem" in key || (ca !== undefined && "problem" in ca)) return { ok: false, problems };
  if (!new X509Certificate(cert.text).checkPrivateKey(createPrivateKey(key.text))) {
    return { ok: false, problems: ["MLLP_TLS_KEY: not the key of the certificate in MLLP_TLS_CERT"] };
  }
  return { ok: true, tls: { cert: cert.text, key: key.text, ...(ca === undefined ? {} : { ca: ca.text }) } };
}

type Pem = { readonly text: string } | { readonly problem: string };

async function readPem(variable: string, path: string, isRight: (text: string) => boolean): Promise<Pem> {
  const text = await readFile(path, "utf8").catch(() => undefined);
  if (text === undefined) return { problem: `${variable}: the file cannot be read` };
  const expected = isRight === isPrivateKey ? "a private key without a passphrase" : "certificates";
  return isRight(text) ? { text } : { problem: `${variable}: expected a PEM file of ${expected}` };
}

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g;

function isCertificates(text: string): boolean {
  const found = text.match(CERTIFICATE) ?? [];
  return found.length > 0 && found.every((pem) => succeeds(() => new X509Certificate(pem)));
}

function isPrivateKey(text: string): boolean {
  return succeeds(() => createPrivateKey(text));
}

function succeeds(read: () => unknown): boolean {
  try {
    read();
    return true;
  } catch {
    return false;
  }
}
