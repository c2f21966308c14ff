import { type Context, createContext } from "../statements/context.ts";
import type { Driver, Manner } from "../statements/driver.ts";
import type { Answer, Statement, Steps, Together } from "../statements/steps.ts";
import { StoreUnavailableError } from "../unavailable.ts";
import { driveSteps } from "./drive.ts";
import { ConnectionLostError } from "./errors.ts";
import { Line, type Server } from "./server.ts";
import type { Wire } from "./wire.ts";

export interface ReadConnections {
  /** That are shared by all who ask for single statements. */
  readonly shared: number;
  /** Each for one who needs several statements to see one moment. */
  readonly moments: number;
}

/** Runs the steps of verbs that read what is committed. What one of them notes of texts spelled once, all know. */
export class ReadDriver implements Driver {
  readonly #context: Context = createContext();
  readonly #shared: readonly Line[];
  readonly #idle: Line[];
  readonly #all: readonly Line[];
  readonly #waiting: ((line: Line) => void)[] = [];
  #turn = 0;
  #isClosed = false;

  constructor(server: Server, { shared, moments }: ReadConnections) {
    this.#shared = Array.from({ length: shared }, () => new Line(server));
    this.#idle = Array.from({ length: moments }, () => new Line(server));
    this.#all = [...this.#shared, ...this.#idle];
  }

  async drive<T>(make: (context: Context) => Steps<T>, manner?: Manner): Promise<T> {
    for (let attempt = 0; ; attempt += 1) {
      try {
        return await this.#once(make, manner);
      } catch (error) {
        // Nobody has seen anything of it, and the server may be there again: by then each connection is found lost by itself.
        const isOver = this.#isClosed || attempt >= this.#all.length;
        if (!(error instanceof ConnectionLostError) || isOver) throw error;
      }
    }
  }

  /** Every connection is opened anew before it is used again. */
  renew(): void {
    for (const line of this.#all) line.wire?.drop();
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.all(this.#all.map((line) => line.close()));
  }

  #once<T>(make: (context: Context) => Steps<T>, manner: Manner | undefined): Promise<T> {
    if (this.#isClosed) throw new StoreUnavailableError("The store is closed.");
    return manner === "at-one-moment" ? this.#atOneMoment(make) : this.#onShared(make);
  }

  async #onShared<T>(make: (context: Context) => Steps<T>): Promise<T> {
    this.#turn = (this.#turn + 1) % this.#shared.length;
    const line = this.#shared[this.#turn];
    const wire = line?.wire ?? (await line?.open());
    if (wire === undefined) throw new Error("A store reads over one connection at least.");
    return driveSteps(make(this.#context), (asked) => askOver(wire, asked));
  }

  /** A transaction of its own; both its ends go out with what is asked in between, and are not waited for. */
  async #atOneMoment<T>(make: (context: Context) => Steps<T>): Promise<T> {
    const line = this.#idle.pop() ?? (await new Promise<Line>((resolve) => this.#waiting.push(resolve)));
    try {
      const wire = line.wire ?? (await line.open());
      const begun = wire.send("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
      begun.catch(() => {});
      try {
        return await driveSteps(make(this.#context), (asked) => askOver(wire, asked));
      } finally {
        wire.send("COMMIT").catch(() => {});
      }
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#idle.push(line);
      else next(line);
    }
  }
}

export function askOver(wire: Wire, asked: Statement | Together): Promise<Answer | readonly Answer[]> {
  return "sql" in asked ? wire.ask(asked) : Promise.all(asked.map((one) => wire.ask(one)));
}
