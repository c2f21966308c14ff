import { LIMITS } from "../limits.ts";
import type { KeptRow, StagedRow, Store, WriteTransaction } from "../store/store.ts";
import type { Transact } from "./commit-safely.ts";
import { toChild } from "./prepared.ts";

/** Ends the transaction of a work that came to its end. */
class Undone extends Error {
  constructor() {
    super("A dry run's transaction is taken back.");
    this.name = "Undone";
  }
}

export interface DryRun {
  /** Each work in a transaction that is taken back; of the works before it only the rows that they staged are seen. */
  readonly transact: Transact;
  /** The same, with what the rows of a child made before compared as if they had come all at once. */
  readonly transactAtEnd: Transact;
  /** Keys of the children whose rows were staged, each once, a page at a time. */
  children(source: string): AsyncGenerator<readonly string[]>;
  /** Rows of the delivery that would wait for a row above them, by table. */
  waitingRows(source: string): ReturnType<Store["waitingRows"]>;
  close(): Promise<void>;
}

/**
 * Works on a store that leave nothing behind. What later works must see is kept in a scratch store, on disk as far as it
 * is large: the rows that were staged, and of other records the hashes of their content, so that one that comes twice is
 * unchanged the second time. Memory: the page caches of one more store (24 MiB).
 */
export function createDryRun(store: Store): DryRun {
  const scratch = store.scratch();
  const transactSeeing = (isAtEnd: boolean): Transact => {
    return async <T>(work: (transaction: WriteTransaction) => Promise<T>) => {
      let run: Open | undefined;
      let done: { readonly value: T } | undefined;
      try {
        await store.write(async (transaction) => {
          // A store may run a work again: what it kept the first time, it would take for what others have told.
          await run?.undo();
          run = open(scratch);
          done = { value: await work(overlay(transaction, await run.transaction, isAtEnd)) };
          throw new Undone();
        });
      } catch (error) {
        if (!(error instanceof Undone)) {
          await run?.undo();
          throw error;
        }
      }
      await run?.keep();
      if (done === undefined) throw new Error("A dry run's work came to nothing.");
      return done.value;
    };
  };
  return {
    transact: transactSeeing(false),
    transactAtEnd: transactSeeing(true),
    async *children(source) {
      let after: string | undefined;
      do {
        const from = after;
        const page = await scratch.write((kept) => kept.unitsOf(source, LIMITS.ingest_batch_records, from));
        yield page.flatMap(({ unit }) => toChild(unit) ?? []);
        after = page.at(-1)?.unit;
      } while (after !== undefined);
    },
    waitingRows: (source) => scratch.write((kept) => kept.waitingRows(source)),
    close: () => scratch.close(),
  };
}

/** A transaction that is open until it is said how it ends. */
interface Open {
  readonly transaction: Promise<WriteTransaction>;
  keep(): Promise<void>;
  undo(): Promise<void>;
}

function open(scratch: Pick<Store, "write">): Open {
  const begun = Promise.withResolvers<WriteTransaction>();
  const ended = Promise.withResolvers<void>();
  const written = scratch.write(async (transaction) => {
    begun.resolve(transaction);
    await ended.promise;
  });
  written.catch(begun.reject);
  // Nobody waits for it where the transaction could not begin.
  ended.promise.catch(() => {});
  return {
    transaction: begun.promise,
    async keep() {
      ended.resolve();
      await written;
    },
    async undo() {
      ended.reject(new Undone());
      await written.catch(() => {});
    },
  };
}

/** The transaction, with the rows that were staged before it, and what those before it have seen. */
function overlay(transaction: WriteTransaction, kept: WriteTransaction, isAtEnd: boolean): WriteTransaction {
  const stagedRows: WriteTransaction["stagedRows"] = async (source, names) => {
    const own = await kept.stagedRows(source, names);
    const seen = new Set(own.map(toName));
    const others = names.filter((name) => !seen.has(toName(name)));
    return [...own, ...(await transaction.stagedRows(source, others))];
  };

  /** Rows directly below, those staged in this run in place of those that were there. */
  const below = async (source: string, { table, key }: Pick<StagedRow, "table" | "key">) => {
    const rows = [...(await kept.stagedBelow(source, table, key))];
    for (const row of await transaction.stagedBelow(source, table, key)) {
      if ((await kept.stagedRows(source, [row])).length === 0) rows.push(row);
    }
    return rows;
  };
  const treeOf = async (source: string, root: KeptRow): Promise<readonly KeptRow[]> => {
    const rows = new Map<string, KeptRow>([[toName(root), root]]);
    for (const row of rows.values()) {
      for (const one of await below(source, row)) if (!rows.has(toName(one))) rows.set(toName(one), one);
    }
    return [...rows.values()].sort((left, right) => compare(left.table, right.table) || compare(left.key, right.key));
  };
  const changed: Partial<WriteTransaction> = {
    stagedRows,
    async stagedTrees(source, table, keys) {
      const trees = new Map<string, readonly KeptRow[]>();
      const names = keys.map((key) => ({ table, key }));
      for (const root of await stagedRows(source, names)) trees.set(root.key, await treeOf(source, root));
      return trees;
    },
    async stage(source, row, from) {
      const [before] = await kept.stagedRows(source, [row]);
      await kept.stage(source, row, from, before);
    },
    joinTree: (source, table, key) => kept.joinTree(source, table, key),
    async lineage(source, unit) {
      const before = await transaction.lineage(source, unit);
      const seen = isAtEnd ? undefined : await kept.lineage(source, unit);
      return seen === undefined ? before : { ...seen, ...before, hash: seen.hash, mapping: seen.mapping };
    },
    async putLineage(source, unit, lineage) {
      await transaction.putLineage(source, unit, lineage);
      if (!isAtEnd) await kept.putLineage(source, unit, { ...lineage, record: 0, made: [] });
    },
  };
  return new Proxy(transaction, {
    get(target, name) {
      const verb: unknown = Reflect.get(name in changed ? changed : target, name);
      return typeof verb === "function" ? verb.bind(target) : verb;
    },
  });
}

function toName({ table, key }: Pick<StagedRow, "table" | "key">): string {
  return `${table}/${key}`;
}

function compare(left: string, right: string): number {
  if (left === right) return 0;
  return left < right ? -1 : 1;
}
