import type { Requirement } from "./requirement.ts";

type Entry = readonly [id: string, level: Requirement["level"], needs: string, rule: string];

function section(anchor: string, entries: readonly Entry[]): readonly Requirement[] {
  return entries.map(([id, level, needs, rule]) => ({ id, anchor, level, needs, core: false, rule }));
}

const SMART = "https://hl7.org/fhir/smart-app-launch/STU2.2/backend-services.html";
const DISCOVERY = "https://hl7.org/fhir/smart-app-launch/STU2.2/conformance.html";

/** What servers of this kind are held to beyond the R4 http and search pages; none of it is part of R4's core. */
export const BEYOND: readonly Requirement[] = [
  ...section("https://hl7.org/fhir/R4/profiling.html#mustsupport", [
    ["PROF-01", "SHALL", "search", "What comes back is valid by base R4."],
    ["PROF-02", "SHALL", "search", "What claims a profile has all that the profile makes mandatory."],
    [
      "PROF-03",
      "rule",
      "search",
      "Where a profile is declared for a type, what comes back has its must-support basics.",
    ],
    ["PROF-04", "SHOULD", "metadata", "The statement names a profile for each type that it serves."],
    ["PROF-05", "rule", "create", "A resource that breaks a profile it claims is refused with 422 or 400."],
  ]),
  ...section(DISCOVERY, [
    ["SMART-01", "SHALL", "smart", "Discovery names the token endpoint, grant, key-based clients and capabilities."],
    ["SMART-02", "SHALL", "smart", "Discovery is open to everybody, as plain JSON."],
    ["SMART-21", "SHALL", "smart", "Discovery names S256 for code challenges, and not plain."],
  ]),
  ...section(SMART, [
    ["SMART-03", "SHALL", "smart", "Without a token a protected address is answered 401 with a Bearer challenge."],
    ["SMART-04", "SHALL", "smart", "A token that nobody issued is answered 401."],
    ["SMART-05", "SHALL", "smart", "A token whose payload or signature was changed is answered 401."],
    ["SMART-06", "SHALL", "smart", "A token that was signed by nobody (alg none) is answered 401."],
    ["SMART-07", "SHALL", "smart", "A sound assertion brings a bearer token with its scope and its time to live."],
    ["SMART-08", "SHALL", "smart", "Another grant type is 400 with unsupported_grant_type."],
    ["SMART-09", "SHALL", "smart", "Another assertion type is refused with 400 or 401."],
    ["SMART-10", "SHALL", "smart", "An assertion signed by another key is refused as invalid_client."],
    ["SMART-11", "SHALL", "smart", "An assertion for another audience is refused as invalid_client."],
    ["SMART-12", "SHALL", "smart", "An assertion that has expired, or lives too long, is refused."],
    ["SMART-13", "SHALL", "smart", "An assertion is taken once: its jti cannot be used again."],
    ["SMART-14", "SHALL", "smart", "An assertion with another issuer than subject, or of nobody known, is refused."],
    ["SMART-15", "SHALL", "smart", "An assertion by a shared secret or by no signature at all is refused."],
    ["SMART-16", "SHALL", "smart", "A scope of which the client may have nothing is refused as invalid_scope."],
    ["SMART-17", "SHALL", "smart", "A parameter of a token request is given once."],
    ["SMART-18", "SHALL", "smart", "An answer with a token is never stored by a cache."],
    ["SMART-19", "SHALL", "smart", "A token opens what its scope names; for anything else the answer is 403."],
    ["SMART-22", "SHOULD", "smart", "A token lives five minutes at most, and is not refreshed."],
    ["SMART-23", "SHALL", "smart", "A refused request for a token is told as OAuth says: JSON with an error."],
    ["SMART-24", "SHOULD", "smart", "Scopes in the words of SMART 1 are understood."],
    ["SMART-25", "SHALL", "smart", "A scope with search parameters opens what meets them alone."],
    ["SMART-20", "SHALL", "smart", "An assertion that points at a key of its own, inside or elsewhere, is refused."],
  ]),
  ...section("https://hl7.org/fhir/R4/consent.html", [
    [
      "CONS-01",
      "rule",
      "consent",
      "Rules of a Consent that contradict each other are refused, or enforced as a denial.",
    ],
    ["CONS-02", "rule", "consent", "An active Consent that denies hides what it denies from searches and reads."],
    ["CONS-03", "rule", "consent", "A Consent that is no longer active hides nothing."],
  ]),
  ...section("https://hl7.org/fhir/R4/provenance.html", [
    ["FILE-01", "rule", "ingest", "A file sent in is answered with a receipt whose counts add up."],
    ["FILE-02", "rule", "ingest", "The same file sent again changes nothing."],
    ["FILE-04", "rule", "ingest", "What was taken from a file is found as FHIR."],
    ["FILE-03", "rule", "ingest", "A file that is no such file is held back with a reason, and is no server failure."],
  ]),
  ...section("https://hl7.org/fhir/R4/security.html#AccessDenied", [
    ["PAIR-01", "rule", "read", "What may not be known of is answered as what does not exist."],
    ["PAIR-02", "rule", "search", "A search for what may not be known of finds as much as one for nobody."],
    ["PAIR-03", "rule", "read", "Answers to two ids that nobody has differ in nothing but the id."],
  ]),
];
