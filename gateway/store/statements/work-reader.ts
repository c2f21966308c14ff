import type { ChangeOrder, RecordChange, RecordScope, SharedScope, SharedVersion } from "../find-verbs.ts";
import type { AlikeBounds, AlikeChild, Link } from "../identity-verbs.ts";
import type { UnitLineage } from "../lineage-verbs.ts";
import type { IdSpace, RecordKey, SharedKind, StoredPart, StoredRecord, StoredResource } from "../record.ts";
import { findAlike } from "./alike.ts";
import { tellersAhead } from "./alike-children.ts";
import type { Context } from "./context.ts";
import { neverAhead } from "./decisions.ts";
import type { Driver, Manner } from "./driver.ts";
import { recordsByChange, sharedVersions } from "./find.ts";
import { holdersAhead } from "./identity-keys.ts";
import { lineagesAhead } from "./lineage.ts";
import { locate, readFindings, readPerson, readRecord, readRecordVersion } from "./read.ts";
import { Reader } from "./reader.ts";
import { currentResource, wholeResource } from "./resources.ts";
import { linkAhead } from "./source-children.ts";
import type { Steps } from "./steps.ts";
import { type Work, writeTouched } from "./work.ts";

/**
 * The reading verbs within one piece of work: what it has only noted is written before it is read. A verb called after its
 * work has ended is refused: it would write into somebody else's transaction.
 */
export class WorkReader extends Reader {
  #work: Work | undefined;

  /** `work`: that of the works before it in the same transaction, where it goes on with what they noted. */
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
    return this.change(function* ({ records }) {
      return records.get(key)?.version ?? (yield* readRecordVersion(key));
    });
  }

  override async record(key: RecordKey): Promise<StoredRecord | undefined> {
    return this.#noted((context) => readRecord(context, key), "at-one-moment");
  }

  override async person(key: RecordKey): Promise<StoredPart | undefined> {
    return this.#noted((context) => readPerson(context, key), "at-one-moment");
  }

  override async findings(key: RecordKey): Promise<StoredPart | undefined> {
    return this.#noted((context) => readFindings(context, key), "at-one-moment");
  }

  override async locate(type: string, id: string, idSpace: IdSpace): Promise<RecordKey | undefined> {
    if (type === "Patient") return this.#locateChild(id, idSpace);
    return (await this.change((work) => currentResource(work, { type, id, idSpace })))?.record;
  }

  override async resource(type: string, id: string, idSpace: IdSpace): Promise<StoredResource | undefined> {
    return this.change((work) => wholeResource(work, { type, id, idSpace }));
  }

  #locateChild(id: string, idSpace: IdSpace): Promise<RecordKey | undefined> {
    return this.change(function* ({ patients }) {
      const known = patients.get(`${idSpace} ${id}`) ?? (yield* locate("Patient", id, idSpace));
      return known === "none" ? undefined : known;
    });
  }

  override async linkOf(source: string, localId: string): Promise<Link | undefined> {
    return this.change((work) => linkAhead(work, source, localId));
  }

  override async identityKeyHolders(key: string): Promise<readonly RecordKey[]> {
    return this.change((work) => holdersAhead(work, key));
  }

  override async sourceChildrenOf(record: RecordKey): Promise<readonly AlikeChild[]> {
    return this.change((work) => tellersAhead(work, record));
  }

  override async neverLinked(record: RecordKey): Promise<readonly RecordKey[]> {
    return this.change((work) => neverAhead(work, record));
  }

  override async findAlike(
    keys: readonly number[],
    limit: number,
    bounds: AlikeBounds = {},
  ): Promise<{ readonly children: readonly AlikeChild[]; readonly isCut: boolean }> {
    return this.change(({ context, ahead }) => findAlike(context, keys, { limit, ...bounds }, ahead));
  }

  override async lineagesOf(record: RecordKey): Promise<readonly UnitLineage[]> {
    return this.change((work) => lineagesAhead(work, record));
  }

  override async recordsByChange(
    scope: RecordScope | SharedScope,
    order: ChangeOrder,
    limit: number,
  ): Promise<readonly RecordChange[]> {
    return this.#noted(() => recordsByChange(scope, order, limit));
  }

  override async sharedVersions(
    kinds: readonly SharedKind[],
    authorities: readonly string[],
  ): Promise<readonly SharedVersion[]> {
    return this.#noted(() => sharedVersions(kinds, authorities));
  }
}
