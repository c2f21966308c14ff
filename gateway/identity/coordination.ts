/** What a process has counted of one client since it last told. */
export interface Tally {
  /** Seconds since 1970, and requests that came in it. */
  readonly second: number;
  readonly requests: number;
  /** Under way here now. */
  readonly underWay: number;
  /** Number of the client's hour, and what is new in it. */
  readonly hour: number;
  readonly released: readonly string[];
  readonly asked: readonly string[];
}

/** The same of all processes, how many are under way in all the others, and how many different names there were. */
export interface Tallied {
  readonly requests: number;
  readonly underWayElsewhere: number;
  readonly released: number;
  readonly asked: number;
}

/** What somebody may do in a row, and after how long it is regained one by one. */
export interface Allowed {
  readonly max: number;
  readonly regained_ms: number;
}

/**
 * What several processes do together. With Redis they share it; without, one process has it alone. A Redis that is away
 * makes it slower, never wrong.
 */
export interface Coordination {
  /**
   * Takes one of the calls that all processes together may make; resolves with 0 when it may be made now, else with the
   * milliseconds to wait before asking again. Never more than `perSecond` in any window of one second.
   */
  takeTurn(bucket: string, perSecond: number): Promise<number>;
  /**
   * Runs `work` once for all who ask for the same secret `name` at the same time, in this process and in others, and
   * gives its result to each. A result that is not to be kept (a failure) is given to those who wait and to nobody later.
   * `name` may hold personal data: it is only ever stored as an HMAC, the result encrypted. A result whose rules may
   * change names their version in `name`. It is passed on as JSON. Whoever has waited for others for `wait_ms` does the
   * work himself; so does everybody while Redis is away.
   */
  once<T>(
    name: string,
    work: () => Promise<T>,
    options: { readonly life_s: (result: T) => number; readonly wait_ms: number },
  ): Promise<T>;
  /** A kept result of `once` is wrong by now: whoever asks from here on has the work done anew. */
  forget(name: string): Promise<void>;
  /**
   * Tells what this process has counted of what a client asks, and hears what all have. Names of children and
   * identifiers are stored as HMACs alone. Nothing while Redis is away, and in one process alone: it knows all there is.
   */
  tally(client: string, told: Tally): Promise<Tallied | undefined>;
  /**
   * Takes one of what all processes together allow a `name`, which is stored as an HMAC alone; resolves with 0 when there was
   * one, else with the milliseconds until there is. Nothing while Redis is away, and in one process alone: it knows all there is.
   */
  takeAllowed(name: string, allowed: Allowed): Promise<number | undefined>;
  /** One that was taken was not due. */
  giveBackAllowed(name: string, allowed: Allowed): Promise<void>;
  /** For readiness and metrics. */
  state(): "in-process" | "connected" | "down";
  close(): Promise<void>;
}
