import { generateKeyPairSync } from "node:crypto";
import { NHS_NUMBER, ODS_ORGANIZATION } from "#profiles/systems.ts";
import { CLIENT_KEY } from "./client-key.ts";
import type { RegisterFile } from "./register-file.ts";

/** A small register for tests: one practice, one client with a new key, one source. */
export function createKeyPair(kid: string) {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-384" });
  return { kid, privateKey, jwk: CLIENT_KEY.parse({ ...publicKey.export({ format: "jwk" }), kid }) };
}

export function createRegisterFile(jwk: ReturnType<typeof createKeyPair>["jwk"]): RegisterFile {
  return {
    organizations: [
      { id: "practice", system: ODS_ORGANIZATION, value: "Z99101", name: "Synthetic Practice", authority: "leeds" },
      { id: "council", system: ODS_ORGANIZATION, value: "Z99100", name: "Synthetic Council", authority: "leeds" },
    ],
    agreements: [
      {
        id: "direct-care",
        version: 3,
        dataClasses: ["health-visiting", "education"],
        purposes: ["TREAT", "ETREAT"],
        legalBasis: { article6: "6(1)(e)", article9: "9(2)(h)", confidence: "implied-direct-care" },
        relationship: "gp-registration",
        authorities: ["leeds"],
        matchingScope: "none",
        identifierSystems: [NHS_NUMBER],
        statutoryGateways: { "leeds-eyfsp": "Childcare Act 2006 s.99" },
        coverageNotice: true,
        until: "2999-12-31",
      },
    ],
    clients: [
      {
        id: "practice-system",
        name: "Practice system",
        kind: "gp-system",
        organization: "practice",
        agreement: "direct-care",
        jwks: { keys: [jwk] },
        scopes: ["system/Patient.rs", "system/Observation.rs", "ingest/leeds-eyfsp"],
        enabled: true,
      },
    ],
    sources: [
      {
        source: "leeds-eyfsp",
        kind: "eyfs-profile",
        authority: "leeds",
        localAuthority: "383",
        organization: "council",
        legalBasis: "Childcare Act 2006 s.99",
      },
    ],
  };
}
