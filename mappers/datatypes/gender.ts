/** FHIR administrative gender. */
export type Gender = "male" | "female" | "other" | "unknown";

const DFE: ReadonlyMap<string, Gender> = new Map([
  ["M", "male"],
  ["F", "female"],
  ["U", "unknown"],
]);

const PERSON_STATED: ReadonlyMap<string, Gender> = new Map([
  ["1", "male"],
  ["2", "female"],
  ["9", "other"],
  ["X", "unknown"],
]);

/** The gender that a DfE sex or gender code says (Common Basic Data Set N00783, formerly N00065). */
export function toGenderFromDfe(code: string): Gender | undefined {
  return DFE.get(code.toUpperCase());
}

/** The gender that a PERSON STATED GENDER CODE says. It is stated gender: never a birth sex. */
export function toGenderFromPersonStated(code: string): Gender | undefined {
  return PERSON_STATED.get(code.toUpperCase());
}
