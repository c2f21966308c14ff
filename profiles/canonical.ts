/** Base of every canonical URL and identifier system that this project defines; a reserved name that never resolves. */
export const CANONICAL_BASE = "https://early-years-gateway.example/fhir";

/** The canonical URL of one of our own artefacts, as `canonical("CodeSystem", "data-class")`. */
export function canonical(type: string, id: string): string {
  return `${CANONICAL_BASE}/${type}/${id}`;
}
