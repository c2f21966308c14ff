import { Query } from "pg";
import type { Answer, Value } from "../statements/steps.ts";
import type { ArrayRow, Output, Row } from "../statements/values.ts";
import { type Column, type DataRow, readRow, toColumn } from "./data-rows.ts";
import type { Translated } from "./translate.ts";

/** What a query needs of the client's connection, which writes down messages of the protocol. */
interface Sending {
  parse(message: { readonly name: string; readonly text: string }): void;
  bind(message: {
    readonly statement: string;
    readonly values: readonly Value[];
    readonly binary: boolean;
    readonly valueMapper: (value: Value) => string | Uint8Array | null;
  }): void;
  describe(message: { readonly type: "P"; readonly name: "" }): void;
  close(message: { readonly type: "S"; readonly name: string }): void;
  execute(): void;
  sync(): void;
}

function isSending(connection: object): connection is Sending {
  return "parse" in connection && "bind" in connection && "describe" in connection && "execute" in connection;
}

/** What a connection knows of the statements that were prepared on it. */
export type Prepared = Map<string, PreparedStatement>;

interface PreparedStatement {
  /** Once they were told. */
  columns: readonly Column[] | undefined;
  /** Whether it may be prepared, or not: what was asked with it failed. */
  isUnsure: boolean;
}

export interface Asked {
  readonly translated: Translated;
  readonly values: readonly Value[];
  readonly wanted: "row" | "rows" | "arrays" | "changes" | "write";
  readonly prepared: Prepared;
  readonly onAnswer: (answer: Answer) => void;
  readonly onError: (error: unknown) => void;
}

/**
 * One prepared statement on its way: named, so that it is parsed once a connection and its columns are described once, with
 * rows in binary form that are read into what is wanted and nothing else. It does what the client asks of its own `Query`.
 */
export class WireQuery {
  readonly #asked: Asked;
  readonly #rows: (Row | ArrayRow)[] = [];
  #columns: readonly Column[] = [];
  #changes = 0;
  #failure: unknown;

  constructor(asked: Asked) {
    this.#asked = asked;
  }

  submit(connection: object): void {
    if (!isSending(connection)) throw new TypeError("This version of pg is not known: it sends no messages.");
    const { translated, values, prepared } = this.#asked;
    const { name, text } = translated;
    const known = prepared.get(name);
    if (known === undefined || known.isUnsure) {
      // To end one that is not there is no error.
      if (known !== undefined) connection.close({ type: "S", name });
      connection.parse({ name, text });
      if (known === undefined) prepared.set(name, { columns: undefined, isUnsure: false });
      else known.isUnsure = false;
    }
    connection.bind({ statement: name, values, binary: true, valueMapper: toGiven });
    if (known?.columns === undefined) connection.describe({ type: "P", name: "" });
    connection.execute();
    connection.sync();
    if (known?.columns !== undefined) this.#columns = known.columns;
  }

  handleRowDescription({ fields }: { readonly fields: readonly Parameters<typeof toColumn>[0][] }): void {
    try {
      this.#columns = fields.map(toColumn);
      const known = this.#asked.prepared.get(this.#asked.translated.name);
      if (known !== undefined) known.columns = this.#columns;
    } catch (error) {
      this.#failure = error;
    }
  }

  handleDataRow(row: DataRow): void {
    if (this.#failure !== undefined) return;
    const columns = this.#columns;
    if (this.#asked.wanted === "arrays") {
      const values: Output[] = new Array(columns.length);
      readRow(row, columns, (n, value) => {
        values[n] = value;
      });
      this.#rows.push(values);
      return;
    }
    const named: Record<string, Output> = {};
    readRow(row, columns, (n, value) => {
      named[columns[n]?.name ?? ""] = value;
    });
    this.#rows.push(named);
  }

  /** `INSERT 0 3`, `UPDATE 3`, `DELETE 3`. */
  handleCommandComplete({ text }: { readonly text: string }): void {
    this.#changes = Number(text.slice(text.lastIndexOf(" ") + 1)) || 0;
  }

  handleEmptyQuery(): void {}
  handlePortalSuspended(): void {}
  handleCopyInResponse(): void {}
  handleCopyData(): void {}

  handleError(error: unknown): void {
    const known = this.#asked.prepared.get(this.#asked.translated.name);
    if (known !== undefined) known.isUnsure = true;
    this.#asked.onError(error);
  }

  handleReadyForQuery(): void {
    const { wanted, onAnswer, onError, prepared, translated } = this.#asked;
    if (this.#failure !== undefined) {
      onError(this.#failure);
      return;
    }
    // A statement that gives no rows describes none: it is not to be asked again.
    const known = prepared.get(translated.name);
    if (known !== undefined) known.columns ??= [];
    if (wanted === "row") onAnswer(this.#rows[0] as Row | undefined);
    else if (wanted === "changes") onAnswer(this.#changes);
    else onAnswer(wanted === "write" ? undefined : (this.#rows as readonly Row[]));
  }
}

// The client takes nothing else into its pipeline, and what its own does when it is made costs more than the asking.
Object.setPrototypeOf(WireQuery.prototype, Query.prototype);

/** PostgreSQL's texts hold no character of value zero; its picture stands for it. */
function toGiven(value: Value): string | Uint8Array | null {
  if (typeof value === "number") return String(value);
  return typeof value === "string" && value.includes("\0") ? value.replaceAll("\0", "\u2400") : value;
}
