import type { ChangeOrder, RecordChange, RecordScope, SharedScope } from "../find-verbs.ts";
import type { RecordKey, StoredPerson, StoredRecord } from "../record.ts";
import type { Context } from "./context.ts";
import type { Driver, Manner } from "./driver.ts";
import { recordsByChange } from "./find.ts";
import { readPerson, readRecord, readRecordVersion } from "./read.ts";
import { Reader } from "./reader.ts";
import type { Steps } from "./steps.ts";
import { type Work, writeTouched } from "./work.ts";

/**
 * The reading verbs within one piece of work: what it has only noted is written before it is read. A verb called after its
 * work has ended is refused: it would write into somebody else's transaction.
 */
export class WorkReader extends Reader {
  #work: Work | undefined;

  constructor(driver: Driver, work: Work) {
    super(driver);
    this.#work = work;
  }

  /** Writes what the work has only noted: the last that an engine asks for before the work's end. */
  async finish(): Promise<void> {
    await this.change(writeTouched);
  }

  end(): void {
    this.#work = undefined;
  }

  protected override get driver(): Driver {
    if (this.#work === undefined) throw new Error("A store's transaction was used after its work had ended.");
    return super.driver;
  }

  protected async change<T>(make: (work: Work) => Steps<T>, manner?: Manner): Promise<T> {
    const { driver } = this;
    const work = this.#work;
    if (work === undefined) throw new Error("A store's transaction was used after its work had ended.");
    return driver.drive(() => make(work), manner);
  }

  #noted<T>(make: (context: Context) => Steps<T>, manner?: Manner): Promise<T> {
    return this.change(function* (work) {
      yield* writeTouched(work);
      return yield* make(work.context);
    }, manner);
  }

  override async recordVersion(key: RecordKey): Promise<number | undefined> {
    return this.#noted(() => readRecordVersion(key));
  }

  override async record(key: RecordKey): Promise<StoredRecord | undefined> {
    return this.#noted((context) => readRecord(context, key), "at-one-moment");
  }

  override async person(key: RecordKey): Promise<StoredPerson | undefined> {
    return this.#noted((context) => readPerson(context, key), "at-one-moment");
  }

  override async recordsByChange(
    scope: RecordScope | SharedScope,
    order: ChangeOrder,
    limit: number,
  ): Promise<readonly RecordChange[]> {
    return this.#noted(() => recordsByChange(scope, order, limit));
  }
}
