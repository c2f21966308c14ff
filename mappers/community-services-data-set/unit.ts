/** A unit of measurement that submissions use, in UCUM and in the words in which UK Core shows it. */
export interface Unit {
  readonly code: string;
  readonly name: string;
  /** What the value is multiplied by to become kilograms or centimetres, as a power of ten. */
  readonly toBase?: { readonly base: "kg" | "cm"; readonly places: number };
}

export const KILOGRAM: Unit = { code: "kg", name: "kilogram", toBase: { base: "kg", places: 0 } };
export const CENTIMETRE: Unit = { code: "cm", name: "centimeter", toBase: { base: "cm", places: 0 } };
export const METRE: Unit = { code: "m", name: "meter", toBase: { base: "cm", places: 2 } };

/** Of a provider's own centile and z-score, which are taken with or without a unit. */
export const CENTILE: Unit = { code: "%", name: "centile" };
export const Z_SCORE: Unit = { code: "{z-score}", name: "z-score" };

/** Aliases are compared without case. Any other text is refused: half of what is submitted is not UCUM, and a guess could be wrong by a factor. */
const UNITS: ReadonlyMap<string, Unit> = new Map([
  ["kg", KILOGRAM],
  ["g", { code: "g", name: "gram", toBase: { base: "kg", places: -3 } }],
  ["cm", CENTIMETRE],
  ["m", METRE],
  ["mm", { code: "mm", name: "millimeter", toBase: { base: "cm", places: -1 } }],
  ["months", { code: "mo", name: "months" }],
]);

/** The unit that a UC_UnitOfMeasurement says, or `undefined` if it is none of the six that are taken. */
export function parseUnit(text: string): Unit | undefined {
  return UNITS.get(text.trim().toLowerCase());
}
