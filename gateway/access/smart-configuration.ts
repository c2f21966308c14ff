import { SERVED_RESOURCES } from "#profiles/interactions.ts";
import { tokenUrl } from "./addresses.ts";
import { ASSERTION_ALGORITHMS } from "./client-key.ts";
import { SCOPE_LETTER } from "./scope.ts";

/** https://hl7.org/fhir/smart-app-launch/STU2.2/conformance.html */
export interface SmartConfiguration {
  readonly token_endpoint: string;
  readonly token_endpoint_auth_methods_supported: readonly string[];
  readonly token_endpoint_auth_signing_alg_values_supported: readonly string[];
  readonly grant_types_supported: readonly string[];
  readonly scopes_supported: readonly string[];
  readonly capabilities: readonly string[];
  readonly code_challenge_methods_supported: readonly string[];
}

/** The document at `/fhir/R4/.well-known/smart-configuration`: nothing in it that does not work. */
export function toSmartConfiguration(baseUrl: string): SmartConfiguration {
  const served = SERVED_RESOURCES.map(({ type, interactions }) => ({
    type,
    letters: [..."cruds"].filter((letter) => interactions.some((interaction) => SCOPE_LETTER[interaction] === letter)),
  }));
  const anywhere = [..."cruds"].filter((letter) => served.some(({ letters }) => letters.includes(letter)));
  return {
    token_endpoint: tokenUrl(baseUrl),
    token_endpoint_auth_methods_supported: ["private_key_jwt"],
    token_endpoint_auth_signing_alg_values_supported: ASSERTION_ALGORITHMS,
    grant_types_supported: ["client_credentials"],
    scopes_supported: [
      `system/*.${anywhere.join("")}`,
      ...served.map(({ type, letters }) => `system/${type}.${letters.join("")}`),
    ],
    capabilities: ["client-confidential-asymmetric", "permission-v2"],
    // Required of every server by the specification, though no authorization code is ever issued here.
    code_challenge_methods_supported: ["S256"],
  };
}
