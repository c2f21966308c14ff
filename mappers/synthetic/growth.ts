/**
 * Weights, lengths, heights and head sizes as healthy children have them: medians (M) and coefficients of variation (S)
 * of the WHO child growth standards, 2006, at the months at which children are seen.
 */

export type Measure = "weight" | "length" | "height" | "head";

/** Month of age, then median and coefficient of variation of girls and of boys; kilograms and centimetres. */
type Point = readonly [month: number, femaleM: number, femaleS: number, maleM: number, maleS: number];

const POINTS: Readonly<Record<Measure, readonly Point[]>> = {
  weight: [
    [0, 3.2322, 0.14171, 3.3464, 0.14602],
    [1, 4.1873, 0.13724, 4.4709, 0.13395],
    [2, 5.1282, 0.13, 5.5675, 0.12385],
    [9, 8.2254, 0.12199, 8.9014, 0.10881],
    [12, 8.9481, 0.12268, 9.6479, 0.10925],
    [15, 9.6008, 0.12299, 10.3108, 0.11007],
    [24, 11.4775, 0.1239, 12.1515, 0.11426],
    [30, 12.7055, 0.12587, 13.3, 0.11781],
    [36, 13.8503, 0.12919, 14.3429, 0.12116],
  ],
  length: [
    [0, 49.1477, 0.0379, 49.8842, 0.03795],
    [1, 53.6872, 0.0364, 54.7244, 0.03557],
    [2, 57.0673, 0.03568, 58.4249, 0.03424],
    [9, 70.1435, 0.03444, 71.9687, 0.03117],
    [12, 74.015, 0.03479, 75.7488, 0.03137],
    [15, 77.5099, 0.03534, 79.1458, 0.03197],
    [24, 86.4153, 0.03734, 87.8161, 0.03479],
  ],
  height: [
    [24, 85.7153, 0.03764, 87.1161, 0.03507],
    [30, 90.6797, 0.03893, 91.9327, 0.03704],
    [36, 95.0515, 0.04006, 96.0835, 0.03858],
  ],
  head: [
    [0, 33.8787, 0.035, 34.4618, 0.0369],
    [1, 36.5463, 0.0321, 37.2759, 0.0313],
    [2, 38.2521, 0.0317, 39.1285, 0.03],
    [12, 44.8965, 0.0303, 46.0661, 0.0279],
    [24, 47.1822, 0.0296, 48.2515, 0.0282],
  ],
};

/**
 * A measurement of a child `deviation` standard deviations from the median; linear between months, which is close
 * enough for records that only have to look right. Kilograms for weight, centimetres for the rest.
 */
export function measurementOf(measure: Measure, child: { sex: "female" | "male"; months: number }, deviation: number) {
  const { median, variation } = between(POINTS[measure], child);
  return median * (1 + variation * deviation);
}

function between(points: readonly Point[], { sex, months }: { sex: "female" | "male"; months: number }) {
  const after = points.findIndex((point) => point[0] >= months);
  const high = points[after === -1 ? points.length - 1 : after];
  const low = points[Math.max(0, (after === -1 ? points.length : after) - 1)];
  if (high === undefined || low === undefined) throw new RangeError("a measure without a table");
  const share = high[0] === low[0] ? 0 : Math.min(1, Math.max(0, (months - low[0]) / (high[0] - low[0])));
  const at = (column: 1 | 2 | 3 | 4): number => low[column] + (high[column] - low[column]) * share;
  return sex === "female" ? { median: at(1), variation: at(2) } : { median: at(3), variation: at(4) };
}
