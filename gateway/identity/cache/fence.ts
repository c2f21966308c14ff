import { createHash, randomBytes } from "node:crypto";
import { closeSync, mkdirSync, openSync, readSync, writeSync } from "node:fs";
import { dirname } from "node:path";

/** A few numbers that every process over one store sees at once, without a message that could be late or lost. */
export interface Fence {
  /** `changes` differs after every change that was told; `era` when what Redis holds from before must not be used. */
  read(): FenceState;
  /** Where reading does not ask by itself: brings it to where the fence stands after the call. */
  readonly ask?: () => Promise<FenceState>;
  /** A change was told to Redis, or what Redis holds was made void. */
  raiseChanges(): Raised;
  /** What Redis holds is void for everybody. */
  raiseEra(): Raised;
  /** From now on this incarnation of Redis is used, and no other; what it holds from before is void. */
  takeServer(server: number): Raised;
  close(): void;
}

/** Once it resolves, whoever asks sees it. */
type Raised = Promise<void> | undefined;

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
  const write = (numbers: Buffer, at: number): undefined => {
    try {
      writeSync(descriptor(), numbers, 0, numbers.length, at);
    } catch (cause) {
      throw new FenceError("The fence cannot be written.", { cause });
    }
  };
  const raise = (at: number): undefined => write(randomBytes(NUMBER_BYTES), at);
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
      return raise(0);
    },
    close() {
      if (open !== undefined) closeSync(open);
      open = undefined;
    },
  };
}

/** Numbers that a database keeps: read as they were at one moment, written all at once. */
export interface FenceNumbers {
  read(): Promise<FenceState>;
  write(numbers: Partial<FenceState>): Promise<void>;
}

/** Kept by the database of the store, for processes on several machines: a round trip to it, shared by all who ask at once. */
export async function openSharedFence(numbers: FenceNumbers): Promise<Fence> {
  let known = await numbers.read();
  let asked = 0;
  let answered = 0;
  /** Answers may come in another order than they were asked for; an older one brings nothing back. */
  const ask = async (): Promise<FenceState> => {
    asked += 1;
    const turn = asked;
    const told = await numbers.read();
    if (turn >= answered) {
      answered = turn;
      known = told;
    }
    return told;
  };
  const write = async (raised: Partial<FenceState>): Promise<void> => {
    await numbers.write(raised);
    await ask();
  };
  const fresh = (): number => randomBytes(NUMBER_BYTES).readUIntLE(0, NUMBER_BYTES);
  return {
    read: () => known,
    ask,
    raiseChanges: () => write({ changes: fresh() }),
    raiseEra: () => write({ era: fresh() }),
    takeServer: (server) => write({ era: fresh(), changes: fresh(), server, taken: fresh() }),
    close() {},
  };
}
