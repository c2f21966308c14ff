/** A unit as a multiple of the base of its dimension, and for temperatures where its zero lies. */
interface Unit {
  readonly dimension: string;
  readonly factor: number;
  readonly offset?: number;
}

export const UCUM = "http://unitsofmeasure.org";

function units(dimension: string, factors: Readonly<Record<string, number>>): readonly (readonly [string, Unit])[] {
  return Object.entries(factors).map(([code, factor]) => [code, { dimension, factor }]);
}

/**
 * The UCUM units that children's records use, by code. Months and years are the mean Julian ones, as UCUM has them.
 * https://ucum.org/ucum
 */
const UNITS: ReadonlyMap<string, Unit> = new Map([
  ...units("mass", { g: 1, kg: 1e3, mg: 1e-3, ug: 1e-6, "[lb_av]": 453.59237, "[oz_av]": 28.349523125 }),
  ...units("length", { m: 1, km: 1e3, cm: 1e-2, mm: 1e-3, "[in_i]": 0.0254, "[ft_i]": 0.3048 }),
  ...units("time", { s: 1, min: 60, h: 3_600, d: 86_400, wk: 604_800, mo: 2_629_800, a: 31_557_600 }),
  ...units("volume", { L: 1, l: 1, dL: 0.1, dl: 0.1, cL: 0.01, cl: 0.01, mL: 1e-3, ml: 1e-3, uL: 1e-6, ul: 1e-6 }),
  ...units("pressure", { Pa: 1, kPa: 1e3, "mm[Hg]": 133.322387415 }),
  ...units("rate", { "/s": 1, Hz: 1, "/min": 1 / 60, "/h": 1 / 3_600 }),
  ...units("number", { "1": 1, "%": 0.01 }),
  ["K", { dimension: "temperature", factor: 1 }],
  ["Cel", { dimension: "temperature", factor: 1, offset: 273.15 }],
  ["[degF]", { dimension: "temperature", factor: 5 / 9, offset: 273.15 - (32 * 5) / 9 }],
]);

/** Text in braces is a remark: `{score}` is 1, `{beats}/min` is `/min`. */
function withoutRemarks(code: string): string {
  const plain = code.replace(/\{[^{}]*\}/g, "");
  return plain === "" ? "1" : plain;
}

/** How to bring a value in a UCUM unit to the base of its dimension; `undefined` for a unit that is not known here. */
export function conversionOf(
  code: string,
): { readonly dimension: string; readonly toBase: (value: number) => number } | undefined {
  const unit = UNITS.get(withoutRemarks(code));
  if (!unit) return undefined;
  const { dimension, factor, offset = 0 } = unit;
  return { dimension, toBase: (value) => value * factor + offset };
}
