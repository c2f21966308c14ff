/** So many children tell whether it pays to look for others. */
const TOLD = 64;
/** Fewer of them known, and finding those costs more than drafting them again. */
const KNOWN_SHARE_MIN = 1 / 4;

/**
 * Whether it pays to look for who resembles a child that neither its name nor a number leads to: where a source comes after
 * others most of its children are known by their details alone, in a new cohort none is.
 */
export interface Guesses {
  readonly looksForAlike: boolean;
  /** Told of each such child whether it was known. */
  tell(isKnown: boolean): void;
}

export function createGuesses(): Guesses {
  let [looksForAlike, told, known] = [true, 0, 0];
  return {
    get looksForAlike() {
      return looksForAlike;
    },
    tell(isKnown) {
      told += 1;
      if (isKnown) known += 1;
      if (told < TOLD) return;
      looksForAlike = known >= told * KNOWN_SHARE_MIN;
      [told, known] = [0, 0];
    },
  };
}
