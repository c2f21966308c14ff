import type { Graded } from "../identity/matcher/matcher.ts";
import type { AlikeChild } from "../store/store.ts";
import type { ReviewedChild } from "./child.ts";
import type { SeenItem } from "./parties.ts";
import type { ReviewPorts } from "./ports.ts";
import type { Weighing } from "./shapes.ts";

type WeighPorts = Pick<ReviewPorts, "matcher" | "toPerson">;

/** What the matcher says now of the child in question and each candidate, by the candidate's record. */
export function weigh(seen: SeenItem, ports: WeighPorts): ReadonlyMap<number, Weighing> {
  const { item, subject, candidates } = seen;
  // What was opened about one source's child is weighed by what that source tells; all else is known of the child too.
  const own = subject.told.find(({ source, localId }) => source === item.source && localId === item.localId);
  const asked = own ?? subject.told[0];
  if (asked === undefined) return new Map();
  const graded = ports.matcher.grade(
    toComparable(asked, ports),
    candidates.map((candidate) => ({
      candidate,
      known: describing(candidate).map((told) => toComparable(told, ports)),
    })),
  );
  return new Map(graded.map((one) => [one.candidate.record.key, toWeighing(one)]));
}

/** Sources that describe nobody speak only where no other does. */
function describing({ told }: ReviewedChild): readonly AlikeChild[] {
  const describe = told.filter(({ identity }) => identity.describesNobody !== true);
  return describe.length === 0 ? told : describe;
}

function toComparable({ identity }: AlikeChild, { matcher, toPerson }: WeighPorts) {
  return matcher.toComparable(toPerson(identity));
}

function toWeighing({ grade, probability, bits, margin_bits, veto, evidence }: Graded<ReviewedChild>): Weighing {
  return {
    grade,
    probability,
    bits,
    ...(margin_bits === undefined ? {} : { margin_bits }),
    ...(veto === undefined ? {} : { veto }),
    evidence,
  };
}

/** Line by line, without any value, as it is kept with a decision. */
export function toEvidenceLines(label: string, { evidence, bits, probability, grade }: Weighing): readonly string[] {
  const signed = (value: number): string => `${value < 0 ? "" : "+"}${value.toFixed(2)} bits`;
  return [
    ...evidence.map(({ field, level, bits: weight }) => `${label}: ${field}: ${level}, ${signed(weight)}`),
    `${label}: all: ${signed(bits)}, probability ${probability.toFixed(5)}, grade ${grade}`,
  ];
}
