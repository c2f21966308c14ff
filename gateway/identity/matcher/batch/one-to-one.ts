/** Which files hold each person once: then a record has at most one partner among its records. */
export interface Uniqueness {
  readonly left: boolean;
  readonly right: boolean;
}

export interface Pairs {
  readonly size: number;
  readonly left: Uint32Array;
  readonly right: Uint32Array;
}

const ROUNDS = 25;
/** However well the files overlap, a record may be without a partner. */
const ALONE_MIN = 0.05;

/**
 * Probability of each pair when a record has at most one partner in a file that holds each person once, by passing
 * messages along the pairs (belief propagation for matchings). What is left of a record's chances when its other
 * candidates have taken theirs counts for the pair.
 *
 * @param ratio_bits log2 of the likelihood ratio of each pair, without the prior
 */
export function toMatchingProbabilities(
  all: Pairs,
  bits: Float64Array,
  options: Parameters<typeof passRounds>[2],
): Float64Array {
  const { sizes, expected } = options;
  const least_bits = HOPELESS_bits - Math.log2(Math.max(expected, 0.5) / (sizes.left * sizes.right));
  const kept = Uint32Array.from(bits.keys()).filter((pair) => (bits[pair] ?? 0) > least_bits);
  const pick = (places: Uint32Array): Uint32Array => kept.map((pair) => places[pair] ?? 0);
  const some = { size: kept.length, left: pick(all.left), right: pick(all.right) };
  const found = passRounds(
    some,
    Float64Array.from(kept, (pair) => bits[pair] ?? 0),
    options,
  );
  const probability = new Float64Array(all.size);
  for (const [at, pair] of kept.entries()) probability[pair] = found[at] ?? 0;
  return probability;
}

/** Below these odds a pair has no say, and no chance to be told. */
const HOPELESS_bits = -24;

function passRounds(
  pairs: Pairs,
  ratio_bits: Float64Array,
  options: { readonly unique: Uniqueness; readonly sizes: { left: number; right: number }; readonly expected: number },
): Float64Array {
  const { unique, sizes } = options;
  let expected = options.expected;
  const probability = new Float64Array(pairs.size);
  const messages = { fromLeft: new Float64Array(pairs.size).fill(1), fromRight: new Float64Array(pairs.size).fill(1) };
  for (let round = 0; round < ROUNDS; round++) {
    const scale_bits = toScaleBits(expected, sizes, unique);
    if (unique.right) passMessages(pairs.left, sizes.left, { ratio_bits, scale_bits, ...toward(messages, "fromLeft") });
    if (unique.left)
      passMessages(pairs.right, sizes.right, { ratio_bits, scale_bits, ...toward(messages, "fromRight") });
    expected = 0;
    for (let pair = 0; pair < pairs.size; pair++) {
      const odds =
        2 ** ((ratio_bits[pair] ?? 0) + scale_bits) * (messages.fromLeft[pair] ?? 1) * (messages.fromRight[pair] ?? 1);
      const is = odds === Number.POSITIVE_INFINITY ? 1 : odds / (1 + odds);
      probability[pair] = is;
      expected += is;
    }
  }
  return probability;
}

interface Messages {
  readonly fromLeft: Float64Array;
  readonly fromRight: Float64Array;
}

function toward({ fromLeft, fromRight }: Messages, out: keyof Messages): { out: Float64Array; back: Float64Array } {
  return out === "fromLeft" ? { out: fromLeft, back: fromRight } : { out: fromRight, back: fromLeft };
}

/** Log2 odds of any one pair against both being without a partner. */
function toScaleBits(expected: number, sizes: { left: number; right: number }, unique: Uniqueness): number {
  const prior = Math.max(expected, 0.5) / (sizes.left * sizes.right);
  const leftAlone = unique.right ? Math.max(ALONE_MIN, 1 - expected / sizes.left) : 1;
  const rightAlone = unique.left ? Math.max(ALONE_MIN, 1 - expected / sizes.right) : 1;
  return Math.log2(prior / (leftAlone * rightAlone));
}

/** What each record tells of each of its pairs: how far its other pairs leave it free. */
function passMessages(
  owners: Uint32Array,
  count: number,
  {
    ratio_bits,
    scale_bits,
    out,
    back,
  }: { ratio_bits: Float64Array; scale_bits: number; out: Float64Array; back: Float64Array },
): void {
  const sums = new Float64Array(count);
  const weights = new Float64Array(owners.length);
  for (let pair = 0; pair < owners.length; pair++) {
    const weight = Math.min(2 ** ((ratio_bits[pair] ?? 0) + scale_bits), 1e200) * (back[pair] ?? 1);
    weights[pair] = weight;
    const owner = owners[pair] ?? 0;
    sums[owner] = (sums[owner] ?? 0) + weight;
  }
  for (let pair = 0; pair < owners.length; pair++) {
    const others = Math.max(0, (sums[owners[pair] ?? 0] ?? 0) - (weights[pair] ?? 0));
    out[pair] = 1 / (1 + others);
  }
}
