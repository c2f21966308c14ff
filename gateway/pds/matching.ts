import type { Comparable, Matcher } from "../identity/matcher/matcher.ts";
import { foldWords } from "../identity/matcher/normalise/fold.ts";
import { isPlaceholder } from "../identity/matcher/normalise/name.ts";
import { personOfPatient } from "../identity/matcher/to-person.ts";
import type { PersonTracerOptions } from "./create-person-tracer.ts";

/** What PDS finds is judged by the gateway's own matcher, as everything else is. */
export function toJudge<C extends Comparable>(
  matcher: Matcher<C>,
): Pick<PersonTracerOptions, "grade" | "personOf" | "isPlaceholder" | "version"> {
  return {
    version: matcher.version,
    grade(person, candidate) {
      const known = [matcher.toComparable(candidate)];
      return matcher.grade(matcher.toComparable(person), [{ candidate, known }])[0]?.grade ?? "certainly-not";
    },
    personOf: personOfPatient,
    isPlaceholder: (name) => isPlaceholder(foldWords(name)),
  };
}
