import type { Worker } from "node:cluster";
import { setTimeout as pause } from "node:timers/promises";
import { LIMITS } from "../limits.ts";
import type { Logger } from "../log.ts";
import type { ProcessMetrics } from "../metrics.ts";
import { toCrewMetrics } from "./crew-metrics.ts";
import { createDeparted } from "./departed.ts";
import { createHand, type End, type Hand } from "./hand.ts";
import { WORDS } from "./messages.ts";

/** The workers of one gateway, each at a place of its own, numbered from 1. */
export interface Crew {
  /**
   * Starts the first worker, and the others once it is ready: it finds or makes what all of them need. Resolves when all
   * are ready, with what newcomers are told; with nothing when the crew ended before.
   */
  start(): Promise<string | undefined>;
  /** Replaces the workers one after another, each once its successor is ready. Nothing at the start, and while that is under way. */
  replaceAll(): Promise<void>;
  reload(): void;
  /** Ends all workers. Resolves with whether each of them ended by itself. */
  end(): Promise<boolean>;
}

export interface CrewOptions {
  readonly size: number;
  readonly fork: () => Worker;
  readonly log: Logger;
  /** A worker cannot be started and no other is there: nothing can be answered. `code`: how it ended. */
  readonly onGivenUp: (code: number) => void;
}

/**
 * The worker here does what one process alone may do: bring in demonstration data, watch a folder, take HL7 v2, sweep,
 * ask PDS. When it ends, whoever takes its place does.
 */
const LEADING = 1;

interface Place {
  readonly number: number;
  hand: Hand;
  /** Workers that died young here, one after another. */
  failures: number;
  /** Pending while somebody is about to take over from whoever is there. */
  replacing: Promise<unknown>;
}

export function createCrew(options: CrewOptions): Crew {
  return new WorkerCrew(options);
}

class WorkerCrew implements Crew {
  readonly #around: CrewOptions;
  readonly #hands = new Set<Hand>();
  readonly #places: Place[] = [];
  readonly #departed = createDeparted();
  #restarts = 0;
  #isEnding = false;
  /** Not before all were ready once: a worker that is told to end before would be taken for one that cannot start. */
  #isReplaceable = false;

  constructor(options: CrewOptions) {
    this.#around = options;
  }

  async start(): Promise<string | undefined> {
    const first = await this.#open(LEADING);
    if (first === undefined) return undefined;
    const others = Array.from({ length: this.#around.size - 1 }, (_, at) => this.#open(LEADING + 1 + at));
    if ((await Promise.all(others)).includes(undefined)) return undefined;
    this.#isReplaceable = true;
    return first;
  }

  async replaceAll(): Promise<void> {
    if (!this.#isReplaceable) return;
    this.#isReplaceable = false;
    for (const place of this.#places) {
      if (this.#isEnding) break;
      const replaced = this.#replace(place);
      place.replacing = replaced;
      if (await replaced) continue;
      if (!this.#isEnding) {
        this.#around.log.error({ worker: place.number }, "no successor could be started: the workers stay as they are");
      }
      break;
    }
    this.#isReplaceable = true;
  }

  reload(): void {
    for (const hand of this.#hands) hand.tell({ kind: "reload" });
  }

  async end(): Promise<boolean> {
    this.#isEnding = true;
    const endings = [...this.#hands].map(async (hand) => {
      hand.tell({ kind: "end", ending: "at-once" });
      return endsWithin(hand, 3 * LIMITS.shutdown_grace_ms);
    });
    return (await Promise.all(endings)).every((isByItself) => isByItself);
  }

  #employ(place: number, isLeading: boolean): Hand {
    const hand = createHand(this.#around.fork(), () => this.#scrape());
    this.#hands.add(hand);
    hand.tell({ kind: "begin", words: WORDS, place, isLeading });
    void hand.ready.then((told) => {
      if (told !== undefined) this.#around.log.info({ worker: place, pid: hand.pid }, "a worker is ready");
    });
    void hand.ended.then(() => {
      if (hand.isForeign())
        this.#around.log.error({ worker: place }, "a worker is of another version: restart the gateway");
      this.#hands.delete(hand);
      this.#departed.add(hand.lastMetrics());
    });
    return hand;
  }

  async #open(number: number): Promise<string | undefined> {
    const hand = this.#employ(number, number === LEADING);
    const place = { number, hand, failures: 0, replacing: Promise.resolve() };
    this.#places.push(place);
    const told = await hand.ready;
    if (told !== undefined) void this.#keep(place);
    else if (!this.#isEnding) this.#around.onGivenUp((await hand.ended).code ?? 1);
    return told;
  }

  /** Starts another worker whenever the one at the place has ended. */
  async #keep(place: Place): Promise<void> {
    for (;;) {
      const { hand, end } = await vacated(place);
      const { code, signal, ready_ms = 0 } = end;
      if (this.#isEnding) return;
      this.#restarts += 1;
      place.failures = ready_ms >= LIMITS.worker_settled_ms ? 0 : place.failures + 1;
      const { failures, number: worker } = place;
      this.#around.log.error({ worker, code, signal, failures }, "a worker ended and is started again");
      const isAlone = this.#places.every(({ hand }) => !hand.isReady());
      if (isAlone && failures >= LIMITS.worker_failures_max) return this.#around.onGivenUp(code ?? 1);
      await pause(toPause_ms(failures));
      await place.replacing;
      if (this.#isEnding) return;
      if (place.hand !== hand) continue;
      place.hand = this.#employ(worker, worker === LEADING);
    }
  }

  /** Resolves with whether a successor could be started; the one before it is there until it is ready. */
  async #replace(place: Place): Promise<boolean> {
    const successor = this.#employ(place.number, false);
    if ((await successor.ready) === undefined) return false;
    const former = place.hand;
    place.hand = successor;
    former.tell({ kind: "end", ending: "gently" });
    await endsWithin(former, LIMITS.worker_drain_ms_max + 2 * LIMITS.shutdown_grace_ms);
    if (place.number === LEADING) successor.tell({ kind: "lead" });
    return true;
  }

  async #scrape(): Promise<readonly ProcessMetrics[]> {
    // Those that end while the others are asked are among the ones asked.
    const departed = this.#departed.metrics();
    const ready = [...this.#hands].filter((hand) => hand.isReady());
    const told = await Promise.all(ready.map((hand) => hand.metrics()));
    return [...told, departed, toCrewMetrics({ ready: ready.length, restarts: this.#restarts })];
  }
}

/** Resolves when whoever is at the place has ended and nobody is about to take over. */
async function vacated(place: Place): Promise<{ readonly hand: Hand; readonly end: End }> {
  for (;;) {
    const { hand } = place;
    const end = await hand.ended;
    await place.replacing;
    if (place.hand === hand) return { hand, end };
  }
}

/** Waits for the end of a worker that was told to end, and brings it about when that takes too long. */
async function endsWithin(hand: Hand, bound_ms: number): Promise<boolean> {
  let isByItself = true;
  const late = setTimeout(() => {
    isByItself = false;
    hand.kill();
  }, bound_ms);
  await hand.ended;
  clearTimeout(late);
  return isByItself;
}

/** None after a worker that had lived; then longer and longer, so that a broken start takes no machine down. */
function toPause_ms(failures: number): number {
  if (failures === 0) return 0;
  return Math.min(LIMITS.worker_restart_ms_min * 2 ** (failures - 1), LIMITS.worker_restart_ms_max);
}
