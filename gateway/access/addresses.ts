/** The gateway's own addresses, as tokens and assertions name them. `baseUrl`: its origin, without a trailing slash. */

export function tokenUrl(baseUrl: string): string {
  return `${baseUrl}/oauth2/token`;
}

/** The audience of access tokens. */
export function fhirBase(baseUrl: string): string {
  return `${baseUrl}/fhir/R4`;
}
