import { join } from "node:path";
import type { DatabaseSync } from "node:sqlite";
import type { AuditFilter, AuditIndex, IndexedRecord } from "./audit.ts";
import { catchUpWith } from "./index-catch-up.ts";
import { toRecords } from "./index-records.ts";
import { entriesAfter, entryByHash } from "./index-scan.ts";
import { deleteIndex, isDamage, openIndex } from "./index-tables.ts";

export interface AuditIndexOptions {
  /** Of the audit log. The index is made in it at first use. */
  readonly directory: string;
  /** Name of the process that uses the index: each has its own, of the whole log. */
  readonly process: string;
  /** Where there are logs of other machines; absent: all of it is in `directory`. */
  readonly others?: OtherLogs;
}

/** The logs of several machines, each with chains of its own. */
export interface OtherLogs {
  /** A folder that holds one for each other machine, under its name. */
  readonly directory: string;
  /** Name of this machine. */
  readonly machine: string;
  /** The same number for a chain on all machines, so that a place in the log is the same on all. */
  numberOf(chain: string): Promise<number>;
  /** Brings the folders to where the others are. Resolves with the machines of whom something is missing. */
  fetch(): Promise<readonly string[]>;
}

/** A search index of the audit log. Opens nothing before it is used. */
export function createAuditIndex(options: AuditIndexOptions): AuditIndex {
  return new FileAuditIndex(options);
}

/** The hash of a leaf, or as much of it as the id of a decision on consent repeats. */
const ID = /^(?:[0-9a-f]{64}|[0-9a-f]{56}(?=\.\d{1,6}$))/;

class FileAuditIndex implements AuditIndex {
  readonly #directory: string;
  readonly #path: string;
  #database: DatabaseSync | undefined;
  #running: Promise<void> | undefined;
  #next: Promise<void> | undefined;
  #closed = false;
  readonly #others: OtherLogs | undefined;
  #missing: readonly string[] = [];

  constructor({ directory, process, others }: AuditIndexOptions) {
    this.#directory = directory;
    this.#others = others;
    this.#path = join(directory, `${process}.index.sqlite`);
  }

  /** Whoever asks while one runs waits for the one after it, which sees all that was on disk when it was asked for. */
  catchUp(): Promise<void> {
    if (this.#running === undefined) {
      this.#running = this.#catchUp().finally(() => {
        this.#running = undefined;
      });
      return this.#running;
    }
    this.#next ??= this.#running
      .catch(() => undefined)
      .then(() => {
        this.#next = undefined;
        return this.catchUp();
      });
    return this.#next;
  }

  async #catchUp(): Promise<void> {
    if (this.#others !== undefined) this.#missing = await this.#others.fetch();
    try {
      await catchUpWith(this.#open(), this.#directory, this.#others);
    } catch (error) {
      if (!isDamage(error)) throw error;
      this.#discard();
      await catchUpWith(this.#open(), this.#directory, this.#others);
    }
  }

  missing(): readonly string[] {
    return this.#missing;
  }

  async scan(filter: AuditFilter, after: number | undefined, limit: number): Promise<readonly IndexedRecord[]> {
    const rows = await this.#read((database) => entriesAfter(database, filter, { after, limit }));
    return toRecords(this.#directory, rows);
  }

  async get(id: string): Promise<IndexedRecord | undefined> {
    const [hash] = ID.exec(id) ?? [];
    if (hash === undefined || (hash.length === 64 && hash !== id)) return undefined;
    const row = await this.#read((database) => entryByHash(database, Buffer.from(hash, "hex")));
    const [record] = row === undefined ? [] : await toRecords(this.#directory, [row]);
    return record;
  }

  /** An index that is damaged, or was made again meanwhile, is asked once more when it is whole. */
  async #read<T>(work: (database: DatabaseSync) => T | Promise<T>): Promise<T> {
    let database: DatabaseSync | undefined;
    try {
      database = this.#open();
      return await work(database);
    } catch (error) {
      if (!isDamage(error) && database?.isOpen !== false) throw error;
      if (database !== undefined && database === this.#database) this.#discard();
      await this.catchUp();
      return work(this.#open());
    }
  }

  #open(): DatabaseSync {
    if (this.#closed) throw new Error("The audit index is closed.");
    this.#database ??= this.#openOrMake();
    return this.#database;
  }

  #openOrMake(): DatabaseSync {
    try {
      return openIndex(this.#path);
    } catch (error) {
      if (!isDamage(error)) throw error;
      deleteIndex(this.#path);
      return openIndex(this.#path);
    }
  }

  #discard(): void {
    this.#database?.close();
    this.#database = undefined;
    deleteIndex(this.#path);
  }

  async close(): Promise<void> {
    this.#closed = true;
    await Promise.allSettled([this.#running, this.#next]);
    this.#database?.close();
    this.#database = undefined;
  }
}
