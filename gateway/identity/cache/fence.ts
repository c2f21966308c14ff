import { createHash, randomBytes } from "node:crypto";
import { closeSync, mkdirSync, openSync, readSync, writeSync } from "node:fs";
import { dirname } from "node:path";

/** A few numbers that every process over one store sees at once, without a message that could be late or lost. */
export interface Fence {
  /** `changes` differs after every change that was told; `era` when what Redis holds from before must not be used. */
  read(): FenceState;
  /** A change was told to Redis, or what Redis holds was made void. */
  raiseChanges(): void;
  /** What Redis holds is void for everybody. */
  raiseEra(): void;
  /** From now on this incarnation of Redis is used, and no other; what it holds from before is void. */
  takeServer(server: number): void;
  close(): void;
}

export interface FenceState {
  readonly changes: number;
  readonly era: number;
  /** Of the incarnation of Redis that all use, as `fenceNumber` makes it; 0 before there was any. */
  readonly server: number;
  /** Differs each time that a server was taken into use, be it the same as before. */
  readonly taken: number;
}

/**
 * Others could not be told of a change: it must not be acknowledged. Named as the store's own error of that kind, whose
 * answer it has.
 */
export class FenceError extends Error {
  override readonly name = "StoreUnavailableError";
}

/** An incarnation of Redis as a number of the fence. */
export function fenceNumber(incarnation: string): number {
  return createHash("sha256").update(incarnation).digest().readUIntLE(0, NUMBER_BYTES);
}

/** Each number is random, so that two who raise it at once need no lock: whoever read it before sees another one. */
const NUMBER_BYTES = 6;
const ERA_AT = 8;
const SERVER_AT = 16;
const TAKEN_AT = 24;

/**
 * Kept in a file beside the store, for processes on one machine. A read costs about a microsecond. Lost power makes
 * nothing wrong: whoever starts raises the era.
 */
export function createFileFence(path: string): Fence {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  // Made when absent, and never cut short: another process may have written into it.
  closeSync(openSync(path, "a+", 0o600));
  let open: number | undefined;
  // A write that ends after everything was closed still has to be told.
  const descriptor = (): number => {
    open ??= openSync(path, "r+");
    return open;
  };
  const bytes = Buffer.alloc(TAKEN_AT + 8);
  const write = (numbers: Buffer, at: number): void => {
    try {
      writeSync(descriptor(), numbers, 0, numbers.length, at);
    } catch (cause) {
      throw new FenceError("The fence cannot be written.", { cause });
    }
  };
  const raise = (at: number): void => write(randomBytes(NUMBER_BYTES), at);
  return {
    read() {
      // Changes come first in the file, and the era is raised first: new changes are never seen with an old era.
      readSync(descriptor(), bytes, 0, bytes.length, 0);
      return {
        changes: bytes.readUIntLE(0, NUMBER_BYTES),
        era: bytes.readUIntLE(ERA_AT, NUMBER_BYTES),
        server: bytes.readUIntLE(SERVER_AT, NUMBER_BYTES),
        taken: bytes.readUIntLE(TAKEN_AT, NUMBER_BYTES),
      };
    },
    raiseChanges: () => raise(0),
    raiseEra: () => raise(ERA_AT),
    takeServer(server) {
      const both = Buffer.alloc(TAKEN_AT - SERVER_AT + NUMBER_BYTES);
      both.writeUIntLE(server, 0, NUMBER_BYTES);
      randomBytes(NUMBER_BYTES).copy(both, TAKEN_AT - SERVER_AT);
      // In this order: whoever sees the server sees an era in which nobody has used it yet.
      raise(ERA_AT);
      write(both, SERVER_AT);
      raise(0);
    },
    close() {
      if (open !== undefined) closeSync(open);
      open = undefined;
    },
  };
}
