import type { Contribution } from "./patient-fold.ts";
import { startOf, type Telling, toChains } from "./patient-timeline.ts";

/**
 * What sources say of a child, dated by when that part of it that is released last changed. A source that tells anew of
 * nothing but what is withheld is no newer for it: else it would go before others, and its doing so would tell.
 */
export class Ranking {
  readonly #before = new Map<Telling, Telling>();

  constructor(tellings: readonly Telling[]) {
    for (const chain of toChains(tellings)) {
      for (const [place, telling] of chain.entries()) {
        const before = chain[place - 1];
        // Whoever had ceased to tell of a child begins anew.
        if (before?.until === startOf(telling)) this.#before.set(telling, before);
      }
    }
  }

  /** `releasedOf`: what is released of one alone, as text; asked for where one goes before another by its date alone. */
  dated(tellings: readonly Telling[], releasedOf: (telling: Telling) => string): readonly Contribution[] {
    return tellings.map((telling) => new Dated(telling, this.#within(telling), () => this.#since(telling, releasedOf)));
  }

  /** Times between which `#since` lies, whatever is released. */
  #within(telling: Telling): readonly [earliest_ms: number, latest_ms: number] {
    let [earliest_ms, latest_ms] = [telling.lastUpdated, telling.lastUpdated];
    for (let before = this.#before.get(telling); before !== undefined; before = this.#before.get(before)) {
      earliest_ms = Math.min(earliest_ms, before.lastUpdated);
      latest_ms = Math.max(latest_ms, before.lastUpdated);
    }
    return [earliest_ms, latest_ms];
  }

  #since(telling: Telling, releasedOf: (telling: Telling) => string): number {
    let first = telling;
    let released: string | undefined;
    for (let before = this.#before.get(first); before !== undefined; before = this.#before.get(first)) {
      if (before.body !== telling.body) {
        released ??= releasedOf(telling);
        if (releasedOf(before) !== released) break;
      }
      first = before;
    }
    return first.lastUpdated;
  }
}

/** Dated where it is asked for its date. */
class Dated implements Contribution {
  readonly source: string;
  readonly localId: string;
  readonly patient: Contribution["patient"];
  readonly within: NonNullable<Contribution["within"]>;
  readonly #since: () => number;
  #lastUpdated: number | undefined;

  constructor({ source, localId, patient }: Telling, within: Dated["within"], since: () => number) {
    this.source = source;
    this.localId = localId;
    this.patient = patient;
    this.within = within;
    this.#since = since;
  }

  get lastUpdated(): number {
    this.#lastUpdated ??= this.#since();
    return this.#lastUpdated;
  }
}
