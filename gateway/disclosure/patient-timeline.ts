import type { Contribution } from "./patient-fold.ts";

/** What one source said of the child, and for how long. */
export interface Telling extends Contribution {
  /** What the source calls the child: with the source, what a later telling takes the place of. */
  readonly localId: string;
  /** Milliseconds since 1970 at which it ceased to hold; infinite while it does. */
  readonly until: number;
  /** JSON text of the Patient as it was told. */
  readonly body: string;
  /** The same with the identifiers that are withheld in it: for nobody but who told it. */
  readonly untouched?: string;
  /** Milliseconds since 1970 at which it came into the record, where that was later than it was told. */
  readonly since?: number;
  /** Set where it is no source's word, but what a decision on the child's identity says. */
  readonly decided?: DecidedLink;
}

/** What a decision says of a Patient: one that is merged into another, or that another is merged into. */
export interface DecidedLink {
  readonly kind: "replaced-by" | "replaces" | "inactive";
  /** Logical id of the other Patient. */
  readonly other: string;
  /** Who had told of the one that was merged. */
  readonly sources: readonly string[];
}

/** A point in the order of changes. Changes of one millisecond to the same thing are told apart by their round. */
export interface Place {
  readonly at_ms: number;
  readonly round: number;
}

/** The time from a place to the next one, in which the same tellings held. */
export interface Stretch {
  readonly from: Place;
  readonly told: readonly Telling[];
}

interface Span {
  readonly telling: Telling;
  readonly start: Place;
  /** Absent while the telling holds. */
  readonly end: Place | undefined;
}

/**
 * The stretches of time in which nothing changed, newest first. Tellings of several sources that changed in the same
 * millisecond changed together; those of one source came one after another. A renewal begins a stretch of its own.
 */
export function toStretches(tellings: readonly Telling[], renewals_ms: readonly number[] = []): readonly Stretch[] {
  const [only, another] = tellings;
  const isOne = only !== undefined && another === undefined && renewals_ms.length === 0;
  if (isOne && only.until === Number.POSITIVE_INFINITY) {
    return [{ from: { at_ms: startOf(only), round: 0 }, told: tellings }];
  }
  const spans = toChains(tellings).flatMap(toSpans);
  const places = new Map<string, Place>();
  for (const { start, end } of spans) {
    places.set(nameOf(start), start);
    if (end) places.set(nameOf(end), end);
  }
  for (const at_ms of renewals_ms) places.set(nameOf({ at_ms, round: 0 }), { at_ms, round: 0 });
  return [...places.values()]
    .sort((a, b) => comparePlaces(b, a))
    .map((from) => ({
      from,
      told: spans.flatMap(({ telling, start, end }) =>
        comparePlaces(start, from) <= 0 && (end === undefined || comparePlaces(from, end) < 0) ? [telling] : [],
      ),
    }));
}

export function startOf({ since, lastUpdated }: Pick<Telling, "since" | "lastUpdated">): number {
  return since ?? lastUpdated;
}

/** What each source said under each of its names for the child, one telling after another. */
export function toChains(tellings: readonly Telling[]): readonly (readonly Telling[])[] {
  const chains = Map.groupBy(tellings, ({ source, localId }) => `${source} ${localId}`).values();
  return [...chains].map((chain) => chain.sort((a, b) => startOf(a) - startOf(b) || a.until - b.until));
}

function toSpans(ordered: readonly Telling[]): readonly Span[] {
  const starts: Place[] = [];
  for (const telling of ordered) {
    const last = starts.at(-1);
    const at_ms = startOf(telling);
    starts.push({ at_ms, round: last?.at_ms === at_ms ? last.round + 1 : 0 });
  }
  return ordered.flatMap((telling, index): readonly Span[] => {
    const start = starts[index];
    if (start === undefined) return [];
    return [{ telling, start, end: endOf(telling, start, starts[index + 1]) }];
  });
}

function endOf({ until }: Telling, start: Place, next: Place | undefined): Place | undefined {
  if (until === Number.POSITIVE_INFINITY) return undefined;
  if (next?.at_ms === until) return next;
  return { at_ms: until, round: start.at_ms === until ? start.round + 1 : 0 };
}

function comparePlaces(a: Place, b: Place): number {
  return a.at_ms - b.at_ms || a.round - b.round;
}

function nameOf({ at_ms, round }: Place): string {
  return `${at_ms}/${round}`;
}

/** A released form and the place at which it began to be what it is; no form where nothing was said. */
export interface Form<F> {
  readonly from: Place;
  readonly form: F | undefined;
}

/**
 * What the stretches look like once each is put into its released form, newest first: neighbours that look the same are
 * one. Lazy: whoever asks for the newest alone pays for it and for the one before.
 */
export function* toForms<F>(
  stretches: readonly Stretch[],
  formOf: (stretch: Stretch) => { readonly form: F; readonly text: string } | undefined,
): Generator<Form<F>> {
  let current: (Form<F> & { readonly text: string | undefined }) | undefined;
  for (const stretch of stretches) {
    const told = formOf(stretch);
    if (current && current.text !== told?.text) yield current;
    current = { from: stretch.from, form: told?.form, text: told?.text };
  }
  // Before the first form there is nothing to tell of.
  if (current?.form !== undefined) yield current;
}
