import { expect, test } from "vitest";
import { toSmartConfiguration } from "./smart-configuration.ts";

const BASE_URL = "https://gateway.example";

test("the SMART configuration names what works and nothing else", () => {
  expect(toSmartConfiguration(BASE_URL)).toEqual({
    token_endpoint: "https://gateway.example/oauth2/token",
    token_endpoint_auth_methods_supported: ["private_key_jwt"],
    token_endpoint_auth_signing_alg_values_supported: ["RS384", "ES384", "PS384", "RS512"],
    grant_types_supported: ["client_credentials"],
    scopes_supported: [
      "system/*.cruds",
      "system/Patient.cruds",
      "system/Observation.cruds",
      "system/Consent.cruds",
      "system/Organization.cruds",
      "system/Practitioner.cruds",
      "system/PractitionerRole.cruds",
      "system/Provenance.cruds",
      "system/AuditEvent.rs",
      "system/StructureDefinition.rs",
      "system/ValueSet.rs",
      "system/CodeSystem.rs",
      "system/ConceptMap.rs",
      "system/SearchParameter.rs",
      "system/OperationDefinition.rs",
      "system/NamingSystem.rs",
    ],
    capabilities: ["client-confidential-asymmetric", "permission-v2"],
    code_challenge_methods_supported: ["S256"],
  });
});
