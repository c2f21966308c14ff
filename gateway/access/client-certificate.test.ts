import { createHash, X509Certificate } from "node:crypto";
import { expect, test } from "vitest";
import { createCertificate, toEscapedPem, toHeader } from "./certificate.fixtures.ts";
import { certificateThumbprint, isCurrentCertificate } from "./client-certificate.ts";

const CERTIFICATE = createCertificate("invented-client");
const THUMBPRINT = createHash("sha256").update(CERTIFICATE).digest("base64url");
const BASE64 = CERTIFICATE.toString("base64");

test("the certificate of these tests is one", () => {
  expect(new X509Certificate(CERTIFICATE).subject).toBe("CN=invented-client");
});

test.each([
  { name: "as RFC 9440 writes it", header: toHeader(CERTIFICATE) },
  { name: "as escaped PEM", header: toEscapedPem(CERTIFICATE) },
  { name: "as PEM on one line", header: `-----BEGIN CERTIFICATE----- ${BASE64} -----END CERTIFICATE-----` },
])("a certificate $name has its thumbprint", ({ header }) => {
  expect(certificateThumbprint(header)).toBe(THUMBPRINT);
});

test.each([
  { name: "no header", header: undefined },
  { name: "an empty one", header: "" },
  { name: "colons alone", header: "::" },
  { name: "base64 alone", header: BASE64 },
  { name: "what is not base64", header: ":not base64:" },
  { name: "base64 with spare bits", header: ":AB==:" },
  { name: "two certificates", header: `${toHeader(CERTIFICATE)}, ${toHeader(CERTIFICATE)}` },
  { name: "broken percents", header: "-----BEGIN%ZZ" },
  { name: "what is too long", header: `:${"A".repeat(20_000)}:` },
])("$name has none", ({ header }) => {
  expect(certificateThumbprint(header)).toBeUndefined();
});

test.each([
  { day: "2025-12-31", is: false },
  { day: "2026-01-01", is: true },
  { day: "2026-12-31", is: true },
  { day: "2027-01-02", is: false },
])("a certificate for 2026 holds on $day: $is", ({ day, is }) => {
  expect(isCurrentCertificate(toHeader(CERTIFICATE), Date.parse(`${day}T12:00:00Z`))).toBe(is);
});

test("what is no certificate never holds", () => {
  expect(isCurrentCertificate(":AAAA:", Date.now())).toBe(false);
  expect(isCurrentCertificate("", Date.now())).toBe(false);
});
