import type { Client, Connection, Submittable } from "pg";
import { endOfRow } from "../move/rows.ts";
import { toStoreError } from "./errors.ts";

/** Of a message of the protocol (https://www.postgresql.org/docs/current/protocol-message-formats.html). */
const LENGTH_BYTES = 4;
const COPY_DATA = 0x64;
const COPY_DONE = 0x63;

/** What begins a copy in binary: eleven letters, flags, and no extension. */
const HEADER = Buffer.concat([Buffer.from("PGCOPY\n\xff\r\n\0", "latin1"), Buffer.alloc(8)]);
/** What ends it. */
const TRAILER = Buffer.from([0xff, 0xff]);

/** One statement that PostgreSQL goes through in its COPY mode, for which the client has no words of its own. */
abstract class Copy implements Submittable {
  readonly done: Promise<void>;
  readonly #sql: string;
  #resolve: () => void = () => {};
  #reject: (error: Error) => void = () => {};
  #failure: Error | undefined;

  constructor(sql: string) {
    this.#sql = sql;
    this.done = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  submit(connection: Connection): void {
    connection.query(this.#sql);
  }

  handleRowDescription(): void {}

  handleDataRow(): void {}

  handleCommandComplete(): void {}

  handleError(error: unknown): void {
    this.#failure ??= toStoreError(error);
    // After an error of the connection itself nothing else comes.
    this.#reject(this.#failure);
  }

  handleReadyForQuery(): void {
    if (this.#failure === undefined) this.#resolve();
  }
}

class CopyIn extends Copy {
  readonly #rows: Buffer;

  constructor(sql: string, rows: Buffer) {
    super(sql);
    this.#rows = rows;
  }

  handleCopyInResponse({ stream }: Connection): void {
    stream.cork();
    stream.write(toHead(COPY_DATA, HEADER.length + this.#rows.length + TRAILER.length));
    stream.write(HEADER);
    stream.write(this.#rows);
    stream.write(TRAILER);
    stream.write(toHead(COPY_DONE, 0));
    stream.uncork();
  }
}

function toHead(kind: number, length: number): Buffer {
  const head = Buffer.alloc(1 + LENGTH_BYTES);
  head.writeUInt8(kind, 0);
  head.writeUInt32BE(LENGTH_BYTES + length, 1);
  return head;
}

class CopyOut extends Copy {
  readonly #onRow: (row: Buffer) => void;
  /** What came of a row that is not there as a whole; at first, and while less has come, the header. */
  #pending = Buffer.alloc(0);
  #isBegun = false;

  constructor(sql: string, onRow: (row: Buffer) => void) {
    super(sql);
    this.#onRow = onRow;
  }

  handleCopyData({ chunk }: { readonly chunk: Buffer }): void {
    const bytes = this.#pending.length === 0 ? chunk : Buffer.concat([this.#pending, chunk]);
    let at = 0;
    if (!this.#isBegun) {
      if (bytes.length < HEADER.length) {
        this.#pending = Buffer.from(bytes);
        return;
      }
      this.#isBegun = true;
      at = HEADER.length;
    }
    for (let end = endOfRow(bytes, at); end !== undefined; end = endOfRow(bytes, at)) {
      this.#onRow(bytes.subarray(at, end));
      at = end;
    }
    // The client uses its own buffer again.
    this.#pending = Buffer.from(bytes.subarray(at));
  }
}

/** Puts rows into a table. @throws PostgresError, StoreUnavailableError */
export async function copyIn(client: Client, { into, rows }: { into: string; rows: Buffer }): Promise<void> {
  await client.query(new CopyIn(`COPY ${into} FROM STDIN (FORMAT binary)`, rows)).done;
}

/** Tells of each row of a query; its bytes are of use only until then. @throws PostgresError, StoreUnavailableError */
export async function copyOut(client: Client, query: string, onRow: (row: Buffer) => void): Promise<void> {
  await client.query(new CopyOut(`COPY (${query}) TO STDOUT (FORMAT binary)`, onRow)).done;
}
