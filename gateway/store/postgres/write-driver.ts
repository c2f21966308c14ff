import type { Context } from "../statements/context.ts";
import type { Driver } from "../statements/driver.ts";
import type { Answer, Statement, Steps, Together } from "../statements/steps.ts";
import { driveSteps } from "./drive.ts";
import type { Wire } from "./wire.ts";
import { GROUP_BYTES_MAX, WriteBuffer } from "./write-buffer.ts";

/** Statements that are kept back at most, for those of a kind to go out as one: what some six source records make. */
const KEPT_MAX = 384;

const READS = /^\s*SELECT\b/;

/**
 * Runs the steps of the verbs of works within the transaction of a connection. Verbs run one after another, also those
 * that were asked for at once. Writes are answered at once; that one failed is told to whichever verb comes next, and to
 * `settle` in the end.
 */
export class WriteDriver implements Driver {
  readonly #wire: Wire;
  readonly #context: Context;
  readonly #buffer: WriteBuffer;
  #last: Promise<unknown> = Promise.resolve();
  #sent: Promise<unknown> = Promise.resolve();
  #failure: { readonly error: unknown } | undefined;
  /** Whether anything was asked that may have changed something, since it was last said that nothing was. */
  hasChanged = false;

  /** `mayLook`: as `WriteBuffer` takes it. */
  constructor(wire: Wire, context: Context, mayLook: boolean) {
    this.#buffer = new WriteBuffer(mayLook);
    this.#wire = wire;
    this.#context = context;
  }

  drive<T>(make: (context: Context) => Steps<T>): Promise<T> {
    const before = this.#last;
    const result = before.then(() => driveSteps(make(this.#context), (asked) => this.#ask(asked)));
    this.#last = result.catch(() => {});
    return result;
  }

  /** Ends with a statement, when all verbs have been asked; `done` when that is done and all before it, or throws what failed first. */
  async end(sql: string): Promise<{ readonly done: Promise<void> }> {
    await this.#last;
    this.#flush();
    const done = this.#noting(this.#wire.send(sql));
    done.catch(() => {});
    return { done };
  }

  /** When all verbs have been asked. */
  async idle(): Promise<void> {
    await this.#last;
  }

  /** When all that was asked for is done. @throws what failed first */
  async settle(): Promise<void> {
    await this.#last;
    this.#flush();
    await this.#sent;
    if (this.#failure !== undefined) throw this.#failure.error;
  }

  async #ask(asked: Statement | Together): Promise<Answer | readonly Answer[]> {
    if (this.#failure !== undefined) throw this.#failure.error;
    const all = "sql" in asked ? [asked] : asked;
    const answers = all.map((one) => {
      this.hasChanged ||= !READS.test(one.sql);
      if (one.wanted === "write") {
        this.#buffer.add(one);
        return undefined;
      }
      this.#flush();
      return this.#noting(this.#wire.ask(one));
    });
    if (this.#buffer.size >= KEPT_MAX || this.#buffer.bytes >= GROUP_BYTES_MAX) this.#flush();
    const given = await Promise.all(answers);
    return "sql" in asked ? given[0] : given;
  }

  #flush(): void {
    for (const { translated, values } of this.#buffer.take()) {
      this.#sent = this.#noting(this.#wire.put(translated, values)).catch(() => {});
    }
  }

  /** Answers come in order, so the first failure noted is the one that all others follow from. */
  async #noting<T>(answer: Promise<T>): Promise<T> {
    try {
      return await answer;
    } catch (error) {
      this.#failure ??= { error };
      throw this.#failure.error;
    }
  }
}
