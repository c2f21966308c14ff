import type { Context } from "./context.ts";
import type { Steps } from "./steps.ts";

/**
 * How the steps of a verb are to be run. `at-one-moment`: all see one and the same committed state. `overwriting`: what they
 * take out is to be unreadable where it lay, as far as the engine has that in its hands.
 */
export type Manner = "at-one-moment" | "overwriting";

/** Runs the steps of verbs on an engine. */
export interface Driver {
  /** What `make` gives is run, and may be made and run again where nothing of it was seen by anybody. */
  drive<T>(make: (context: Context) => Steps<T>, manner?: Manner): T | Promise<T>;
}
