import type { Observation } from "@medplum/fhirtypes";
import type { FoundMatch } from "../interactions/search-request.ts";
import { fold } from "../search/fold.ts";
import { resourceBytes } from "../search/pack.ts";

/**
 * Keeps the first `max` of each group of what stands newest first. Observations of one subject are of one group when
 * they share a coding, be it by way of a third; without any coding, when their text is the same.
 */
export function lastOfEachCode(max: number): (found: readonly FoundMatch[]) => readonly FoundMatch[] {
  return (found) => {
    const groups = new Groups();
    const firsts = found.map(({ pack, entry }) => {
      const observation: Observation = JSON.parse(resourceBytes(pack, entry).toString());
      return groups.join(wordsOf(observation));
    });
    const taken = new Map<string, number>();
    return found.filter((_, index) => {
      const group = groups.of(firsts[index] ?? "");
      const before = taken.get(group) ?? 0;
      taken.set(group, before + 1);
      return before < max;
    });
  };
}

function wordsOf({ subject, code }: Observation): readonly [string, ...string[]] {
  const whom = subject?.reference ?? JSON.stringify(subject ?? null);
  const [first, ...others] = (code?.coding ?? [])
    .filter(({ code: term }) => term !== undefined)
    .map(({ system, code: term }) => `${whom}\n${system ?? ""}\n${term}`);
  return first === undefined ? [`${whom}\n${fold(code?.text ?? "")}`] : [first, ...others];
}

/** Words that were named together, at whatever distance, are of one group. */
class Groups {
  readonly #above = new Map<string, string>();

  join([first, ...others]: readonly [string, ...string[]]): string {
    for (const other of others) this.#above.set(this.of(other), this.of(first));
    return first;
  }

  /** The one word that stands for the group. */
  of(word: string): string {
    let top = word;
    for (let next = this.#above.get(top); next !== undefined && next !== top; next = this.#above.get(top)) top = next;
    return top;
  }
}
