/** Media types under which JSON of FHIR is sent and asked for: its own, plainer ones, and the one before R3. */
export const JSON_TYPES: ReadonlySet<string> = new Set([
  "application/fhir+json",
  "application/json",
  "text/json",
  "application/json+fhir",
]);
