import { generateKeyPairSync, sign } from "node:crypto";

const UNIVERSAL = {
  boolean: 0x01,
  integer: 0x02,
  bits: 0x03,
  octets: 0x04,
  id: 0x06,
  text: 0x0c,
  utcTime: 0x17,
} as const;
const GENERALIZED_TIME = 0x18;
const SEQUENCE = 0x30;
const SET = 0x31;
/** The extensions and the version of a certificate (RFC 5280, section 4.1), and an address among its names (4.2.1.6). */
const [VERSION, EXTENSIONS, IP_ADDRESS] = [0xa0, 0xa3, 0x87];
/** ecdsa-with-SHA256, commonName and subjectAltName. */
const [SIGNATURE, COMMON_NAME, ALTERNATIVE_NAME] = ["2a8648ce3d040302", "550403", "551d11"];

/** A key on P-256 and a certificate signed with it, for 127.0.0.1, as PEM; made anew, for this run alone. */
export function createCertificate(): { readonly key: string; readonly cert: string } {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const algorithm = element(SEQUENCE, objectId(SIGNATURE));
  const commonName = element(SEQUENCE, objectId(COMMON_NAME), element(UNIVERSAL.text, Buffer.from("bench")));
  const name = element(SEQUENCE, element(SET, commonName));
  const from = element(UNIVERSAL.utcTime, Buffer.from("240101000000Z"));
  const until = element(GENERALIZED_TIME, Buffer.from("21240101000000Z"));
  const address = element(SEQUENCE, element(IP_ADDRESS, Buffer.from([127, 0, 0, 1])));
  const extension = element(SEQUENCE, objectId(ALTERNATIVE_NAME), element(UNIVERSAL.octets, address));
  const told = element(
    SEQUENCE,
    element(VERSION, element(UNIVERSAL.integer, Buffer.from([2]))),
    element(UNIVERSAL.integer, Buffer.from([1])),
    ...[algorithm, name, element(SEQUENCE, from, until), name],
    publicKey.export({ type: "spki", format: "der" }),
    element(EXTENSIONS, element(SEQUENCE, extension)),
  );
  const signature = element(UNIVERSAL.bits, Buffer.from([0]), sign("sha256", told, privateKey));
  const lines =
    element(SEQUENCE, told, algorithm, signature)
      .toString("base64")
      .match(/.{1,64}/g) ?? [];
  return {
    key: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
    cert: ["-----BEGIN CERTIFICATE-----", ...lines, "-----END CERTIFICATE-----", ""].join("\n"),
  };
}

function element(tag: number, ...contents: readonly Buffer[]): Buffer {
  const content = Buffer.concat(contents);
  return Buffer.concat([Buffer.from([tag]), lengthOf(content.length), content]);
}

/** Short below 128, else the number of bytes that the length takes, and these (X.690, section 8.1.3). */
function lengthOf(bytes: number): Buffer {
  if (bytes < 0x80) return Buffer.from([bytes]);
  return bytes < 0x100 ? Buffer.from([0x81, bytes]) : Buffer.from([0x82, bytes >> 8, bytes & 0xff]);
}

function objectId(hex: string): Buffer {
  return element(UNIVERSAL.id, Buffer.from(hex, "hex"));
}
