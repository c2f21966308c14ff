import { generateKeyPairSync, sign } from "node:crypto";

/** Certificates of invented clients, signed by themselves, in DER: just what X.509 asks for. */

function der(tag: number, ...parts: readonly Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  const length =
    content.length < 128 ? [content.length] : [0x82, Math.floor(content.length / 256), content.length % 256];
  return Buffer.concat([Buffer.from([tag, ...length]), content]);
}

const SEQUENCE = 0x30;
/** ecdsa-with-SHA256. */
const ALGORITHM = der(SEQUENCE, Buffer.from("06082a8648ce3d040302", "hex"));

function toName(commonName: string): Buffer {
  const attribute = der(SEQUENCE, Buffer.from("0603550403", "hex"), der(0x0c, Buffer.from(commonName)));
  return der(SEQUENCE, der(0x31, attribute));
}

/** YYYY-MM-DD as UTCTime. */
function toTime(day: string): Buffer {
  return der(0x17, Buffer.from(`${day.slice(2).replaceAll("-", "")}000000Z`));
}

export function createCertificate(commonName: string, from = "2026-01-01", until = "2027-01-01"): Buffer {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const body = der(
    SEQUENCE,
    der(0x02, Buffer.from([1])),
    ALGORITHM,
    toName(commonName),
    der(SEQUENCE, toTime(from), toTime(until)),
    toName(commonName),
    publicKey.export({ format: "der", type: "spki" }),
  );
  const signature = sign("sha256", body, privateKey);
  return der(SEQUENCE, body, ALGORITHM, der(0x03, Buffer.from([0]), signature));
}

/** As RFC 9440 writes it. */
export function toHeader(certificate: Buffer): string {
  return `:${certificate.toString("base64")}:`;
}

/** As proxies write PEM into a header. */
export function toEscapedPem(certificate: Buffer): string {
  const lines = certificate.toString("base64").match(/.{1,64}/g) ?? [];
  return encodeURIComponent(`-----BEGIN CERTIFICATE-----\n${lines.join("\n")}\n-----END CERTIFICATE-----\n`);
}
