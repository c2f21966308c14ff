import type { Made, MapContext } from "../mapper.ts";
import { toAsq3Band } from "./asq-3-band.ts";
import { type GrowingChild, toGrowthReference } from "./growth-reference.ts";

/** Nothing is computed from what is preliminary, taken back or entered in error. */
const VALID: ReadonlySet<string> = new Set(["final", "amended", "corrected"]);

/**
 * What the gateway computes from what a source told of one child: nothing unless `context.derives` asks for it. To be
 * called once with all that was made, and added to it; each derived Observation names its reference and what it is
 * computed from.
 */
export function toDerived(made: readonly Made[], child: GrowingChild, context: MapContext): Made[] {
  if (context.derives.size === 0) return [];
  const told = made.filter(({ resource }) => VALID.has(resource.status ?? ""));
  return [
    ...(context.derives.has("asq-3-band") ? told.flatMap((one) => toAsq3Band(one, context)) : []),
    ...(context.derives.has("growth-centile") ? told.flatMap((one) => toGrowthReference(one, child, context)) : []),
  ];
}
