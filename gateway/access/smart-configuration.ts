import { SERVED_RESOURCES } from "#profiles/interactions.ts";
import { tokenUrl } from "./addresses.ts";
import { ASSERTION_ALGORITHMS } from "./client-key.ts";
import { DPOP_ALGORITHMS } from "./dpop.ts";
import { SCOPE_LETTER } from "./scope.ts";
import { TOKEN_EXCHANGE } from "./token-form.ts";

/** https://hl7.org/fhir/smart-app-launch/STU2.2/conformance.html */
export interface SmartConfiguration {
  readonly token_endpoint: string;
  readonly token_endpoint_auth_methods_supported: readonly string[];
  readonly token_endpoint_auth_signing_alg_values_supported: readonly string[];
  /** RFC 9449 5.1. */
  readonly dpop_signing_alg_values_supported: readonly string[];
  /** RFC 8705 3.3. */
  readonly tls_client_certificate_bound_access_tokens: boolean;
  readonly grant_types_supported: readonly string[];
  readonly scopes_supported: readonly string[];
  readonly capabilities: readonly string[];
  readonly code_challenge_methods_supported: readonly string[];
}

/** What an assessment form found, and what was measured: two among the many ways to narrow a scope. */
const NARROWED = ["survey", "exam"].map(
  (category) => `system/Observation.rs?category=http://terminology.hl7.org/CodeSystem/observation-category|${category}`,
);

/** The document at `/fhir/R4/.well-known/smart-configuration`: nothing in it that does not work. */
export function toSmartConfiguration(
  baseUrl: string,
  { hasCertificates, hasUsers }: { readonly hasCertificates: boolean; readonly hasUsers: boolean },
): SmartConfiguration {
  const served = SERVED_RESOURCES.map(({ type, interactions }) => ({
    type,
    letters: [..."cruds"].filter((letter) => interactions.some((interaction) => SCOPE_LETTER[interaction] === letter)),
  }));
  const anywhere = [..."cruds"].filter((letter) => served.some(({ letters }) => letters.includes(letter)));
  return {
    token_endpoint: tokenUrl(baseUrl),
    token_endpoint_auth_methods_supported: ["private_key_jwt"],
    token_endpoint_auth_signing_alg_values_supported: ASSERTION_ALGORITHMS,
    dpop_signing_alg_values_supported: DPOP_ALGORITHMS,
    tls_client_certificate_bound_access_tokens: hasCertificates,
    grant_types_supported: ["client_credentials", ...(hasUsers ? [TOKEN_EXCHANGE] : [])],
    scopes_supported: [
      `system/*.${anywhere.join("")}`,
      ...served.map(({ type, letters }) => `system/${type}.${letters.join("")}`),
      ...NARROWED,
    ],
    capabilities: ["client-confidential-asymmetric", "permission-v2"],
    // Required of every server by the specification, though no authorization code is ever issued here.
    code_challenge_methods_supported: ["S256"],
  };
}
