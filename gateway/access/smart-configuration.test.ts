import { expect, test } from "vitest";
import { parseScope } from "./scope.ts";
import { toSmartConfiguration } from "./smart-configuration.ts";

const BASE_URL = "https://gateway.example";

test("the SMART configuration names what works and nothing else", () => {
  expect(toSmartConfiguration(BASE_URL, { hasCertificates: true, hasUsers: false })).toEqual({
    token_endpoint: "https://gateway.example/oauth2/token",
    token_endpoint_auth_methods_supported: ["private_key_jwt"],
    token_endpoint_auth_signing_alg_values_supported: ["RS384", "ES384", "PS384", "RS512"],
    dpop_signing_alg_values_supported: ["ES256", "ES384", "PS256", "PS384"],
    tls_client_certificate_bound_access_tokens: true,
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
      "system/Observation.rs?category=http://terminology.hl7.org/CodeSystem/observation-category|survey",
      "system/Observation.rs?category=http://terminology.hl7.org/CodeSystem/observation-category|exam",
    ],
    capabilities: ["client-confidential-asymmetric", "permission-v2"],
    code_challenge_methods_supported: ["S256"],
  });
});

test("every scope that is named can be asked for, and both grants are named where users sign in", () => {
  const { scopes_supported, grant_types_supported } = toSmartConfiguration(BASE_URL, {
    hasCertificates: false,
    hasUsers: true,
  });
  expect(scopes_supported.filter((scope) => !parseScope(scope).ok)).toEqual([]);
  expect(grant_types_supported).toEqual(["client_credentials", "urn:ietf:params:oauth:grant-type:token-exchange"]);
});
