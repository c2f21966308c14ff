/** Natural logarithms of factorials, kept as far as they were asked for. */
const LOG_FACTORIALS = [0];

function logFactorial(n: number): number {
  for (let next = LOG_FACTORIALS.length; next <= n; next += 1)
    LOG_FACTORIALS.push((LOG_FACTORIALS[next - 1] ?? 0) + Math.log(next));
  return LOG_FACTORIALS[n] ?? 0;
}

/** Probability of at most `successes` in `trials`, each of `probability`. */
export function binomialAtMost(successes: number, trials: number, probability: number): number {
  if (probability <= 0 || successes >= trials) return 1;
  if (probability >= 1) return 0;
  const [logYes, logNo] = [Math.log(probability), Math.log1p(-probability)];
  let sum = 0;
  for (let k = 0; k <= successes; k += 1) {
    const ways = logFactorial(trials) - logFactorial(k) - logFactorial(trials - k);
    sum += Math.exp(ways + k * logYes + (trials - k) * logNo);
  }
  return Math.min(1, sum);
}

/**
 * One-sided Clopper–Pearson bound: the largest probability under which at most `successes` of `trials` is no rarer than 1
 * in 20. With no success it is about 3 / `trials` (rule of three).
 */
export function upperBound(successes: number, trials: number): number {
  if (trials === 0 || successes >= trials) return 1;
  let low = successes / trials;
  let high = 1;
  for (let step = 0; step < 60; step += 1) {
    const middle = (low + high) / 2;
    if (binomialAtMost(successes, trials, middle) > 0.05) low = middle;
    else high = middle;
  }
  return high;
}

/** The same from below. */
export function lowerBound(successes: number, trials: number): number {
  return trials === 0 ? 0 : 1 - upperBound(trials - successes, trials);
}
