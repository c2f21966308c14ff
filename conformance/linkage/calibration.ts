/** One tenth of the scale of probability: what was said and what was true. */
export interface ReliabilityBin {
  readonly from: number;
  readonly pairs: number;
  /** Mean of what was said; 0 where there is no pair. */
  readonly said: number;
  /** Share that is one child. */
  readonly found: number;
}

export interface Calibration {
  /** Expected calibration error: |said − found| of the bins, weighted by their pairs. */
  readonly error: number;
  /** The same over pairs said to be between 0.05 and 0.95 alone, of which there are few. */
  readonly errorOfUndecided: number;
  readonly bins: readonly ReliabilityBin[];
}

export interface CalibrationCount {
  add(probability: number, isOneChild: boolean): void;
  finish(): Calibration;
}

const BINS = 10;

function expectedError(bins: readonly ReliabilityBin[]): number {
  const pairs = bins.reduce((sum, bin) => sum + bin.pairs, 0);
  return pairs === 0 ? 0 : bins.reduce((sum, bin) => sum + bin.pairs * Math.abs(bin.said - bin.found), 0) / pairs;
}

export function createCalibrationCount(): CalibrationCount {
  const all = Array.from({ length: BINS }, () => ({ pairs: 0, said: 0, found: 0 }));
  const undecided = Array.from({ length: BINS }, () => ({ pairs: 0, said: 0, found: 0 }));
  const meansOf = (counts: typeof all): ReliabilityBin[] =>
    counts.map(({ pairs, said, found }, index) => ({
      from: index / BINS,
      pairs,
      said: pairs === 0 ? 0 : said / pairs,
      found: pairs === 0 ? 0 : found / pairs,
    }));
  return {
    add(probability, isOneChild) {
      const index = Math.min(BINS - 1, Math.max(0, Math.floor(probability * BINS)));
      for (const counts of probability > 0.05 && probability < 0.95 ? [all, undecided] : [all]) {
        const bin = counts[index];
        if (bin === undefined) continue;
        bin.pairs += 1;
        bin.said += probability;
        bin.found += isOneChild ? 1 : 0;
      }
    },
    finish() {
      const bins = meansOf(all);
      return { error: expectedError(bins), errorOfUndecided: expectedError(meansOf(undecided)), bins };
    },
  };
}
