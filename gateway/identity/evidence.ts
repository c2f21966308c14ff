import type { Comparison, Graded } from "./matcher/matcher.ts";

const VETO_WORDS: Readonly<Record<NonNullable<Comparison["veto"]>, string>> = {
  "nhs-number": "two verified NHS numbers differ",
  upn: "UPNs differ",
  twin: "may be twins",
  "do-not-link": "a person has decided that they are two",
  "same-source": "the same source tells of both",
};

/**
 * A comparison in lines of words and numbers, as they stand in links and review items: each field with its bits, then
 * all of them together. No value of the child.
 */
export function toEvidence(
  graded: Pick<Graded<unknown>, "bits" | "probability" | "evidence" | "veto" | "grade" | "margin_bits">,
): readonly string[] {
  const { bits, probability, evidence, veto, grade, margin_bits } = graded;
  const margin = margin_bits === undefined ? "" : `, ${toBits(margin_bits)} before the next`;
  return [
    ...evidence.map(({ field, level, bits: weight }) => `${field}: ${level}, ${toBits(weight)}`),
    `all: ${toBits(bits)}, probability ${probability.toFixed(5)}, ${grade}${margin}`,
    ...(veto === undefined ? [] : [VETO_WORDS[veto]]),
  ];
}

function toBits(bits: number): string {
  return `${bits < 0 ? "" : "+"}${bits.toFixed(2)} bits`;
}
