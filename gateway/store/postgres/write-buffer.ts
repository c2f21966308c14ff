import type { Statement, Value } from "../statements/steps.ts";
import { type SeveralRows, type Translated, translate } from "./translate.ts";

/** Rows of one statement: each number up to this is a statement to be prepared, once a connection. */
const ROWS_MAX = 32;

export interface Ready {
  readonly translated: Translated;
  readonly values: readonly Value[];
}

interface Inserts {
  readonly insert: SeveralRows;
  readonly rows: (readonly Value[])[];
}

/**
 * Writes that are not yet sent. Rows of one insert go out together, so far as nothing in between has to do with their table:
 * no table has a trigger, nor refers to another.
 */
export class WriteBuffer {
  #waiting: (Inserts | Ready)[] = [];
  readonly #open = new Map<string, Inserts>();
  #size = 0;

  /** How many statements it was given since it was emptied. */
  get size(): number {
    return this.#size;
  }

  add({ sql, values }: Statement): void {
    this.#size += 1;
    const translated = translate(sql);
    const { insert } = translated;
    if (insert === undefined) {
      this.#close(translated.text);
      this.#waiting.push({ translated, values });
      return;
    }
    const open = this.#open.get(insert.table);
    if (open?.insert === insert) {
      open.rows.push(values);
      return;
    }
    const opened = { insert, rows: [values] };
    this.#open.set(insert.table, opened);
    this.#waiting.push(opened);
  }

  /** What there is to send, in order. */
  take(): readonly Ready[] {
    if (this.#waiting.length === 0) return [];
    const ready = this.#waiting.flatMap((one) => ("insert" in one ? toReady(one) : [one]));
    this.#waiting = [];
    this.#open.clear();
    this.#size = 0;
    return ready;
  }

  /** Rows that come later are not to get in before a statement that speaks of their table. */
  #close(text: string): void {
    for (const table of this.#open.keys()) {
      if (new RegExp(`\\b${table}\\b`).test(text)) this.#open.delete(table);
    }
  }
}

function toReady({ insert, rows }: Inserts): readonly Ready[] {
  const ready: Ready[] = [];
  for (let from = 0; from < rows.length; from += ROWS_MAX) {
    const part = rows.slice(from, from + ROWS_MAX);
    ready.push({ translated: insert.of(part.length), values: part.flat() });
  }
  return ready;
}
