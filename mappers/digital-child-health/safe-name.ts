/** A name is reported and logged, so what no FHIR element could be called is not repeated. */
export function toSafeName(name: string): string {
  return /^[A-Z][A-Za-z]{0,63}(\._?[a-z][A-Za-z0-9]{0,63}){0,24}$/.test(name)
    ? name
    : "an element that FHIR does not have";
}
