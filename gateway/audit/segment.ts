import { constants, type Stats, statSync, write } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { dirname } from "node:path";

/**
 * A file of lines that is written through to the disk. Its content ends at the last byte that is not zero; no line holds
 * a zero byte.
 */
export interface Segment {
  /** Bytes of content. */
  readonly size: number;
  /** Resolves when the bytes are on disk. One call at a time. */
  append(bytes: Buffer): Promise<void>;
  /** Takes away what stands behind `size`, as a write that was cut off leaves it. */
  cut(size: number): Promise<void>;
  /** The last bytes of the content, at most so many. */
  tail(bytes: number): Promise<Buffer>;
  /** Gives back what was written ahead, and closes. */
  close(): Promise<void>;
}

const READ_BACK_BYTES = 65_536;
const NOTHING_WRITTEN = Buffer.alloc(READ_BACK_BYTES);

/**
 * Written ahead at a time: some hundred records. Measured: a write into a hole or past the end takes 0.19 ms where one
 * into zeros takes 0.13; with 4 MiB of zeros at a time one record in a hundred waits 15 ms, with these 3.
 */
const AHEAD = Buffer.alloc(524_288);

/** Linux writes through with the flag; elsewhere each write is followed by a flush. */
const WRITE_THROUGH: number | undefined = constants.O_DSYNC;

export interface SegmentOptions {
  /** Written ahead with zeros, so that a write changes no metadata and is the sooner on disk, at twice the bytes. */
  readonly isAhead: boolean;
}

export async function openSegment(path: string, { isAhead }: SegmentOptions): Promise<Segment> {
  const handle = await open(path, constants.O_RDWR | constants.O_CREAT | (WRITE_THROUGH ?? 0), 0o600);
  try {
    const stats = await handle.stat();
    const allocated = stats.size;
    if (allocated === 0) await flushDirectory(dirname(path));
    const isInPlace = () => isSame(statSync(path, { throwIfNoEntry: false }), stats);
    return new FileSegment(handle, { size: await contentEnd(handle, allocated), allocated, isAhead, isInPlace });
  } catch (error) {
    await handle.close();
    throw error;
  }
}

function isSame(found: Stats | undefined, { ino, dev }: Stats): boolean {
  return found?.ino === ino && found.dev === dev;
}

/** The last bytes of a file's content, at most so many, and whether they are all. */
export async function readTail(
  path: string,
  bytes: number,
): Promise<{ readonly tail: Buffer; readonly isWhole: boolean }> {
  const handle = await open(path, "r");
  try {
    const size = await contentEnd(handle, (await handle.stat()).size);
    const tail = Buffer.alloc(Math.min(size, bytes));
    await readFully(handle, tail, size - tail.length);
    return { tail, isWhole: tail.length === size };
  } finally {
    await handle.close();
  }
}

/** A new file's name is as durable as the directory it stands in. */
async function flushDirectory(path: string): Promise<void> {
  if (process.platform === "win32") return;
  const directory = await open(path, "r");
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}

async function contentEnd(handle: FileHandle, allocated: number): Promise<number> {
  const chunk = Buffer.alloc(READ_BACK_BYTES);
  for (let end = allocated; end > 0; ) {
    const start = Math.max(0, end - chunk.length);
    const read = chunk.subarray(0, end - start);
    await readFully(handle, read, start);
    if (!read.equals(NOTHING_WRITTEN.subarray(0, read.length))) {
      return start + read.findLastIndex((byte) => byte !== 0) + 1;
    }
    end = start;
  }
  return 0;
}

async function readFully(handle: FileHandle, bytes: Buffer, position: number): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    const { bytesRead } = await handle.read(bytes, done, bytes.length - done, position + done);
    if (bytesRead === 0) throw new Error("A file of the audit log became shorter while it was read.");
    done += bytesRead;
  }
}

/** With a callback, since a file handle's promises cost the main thread more than the write itself. */
function writeFully(file: number, bytes: Buffer, position: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const writeFrom = (done: number) =>
      write(file, bytes, done, bytes.length - done, position + done, (error, written) => {
        if (error) reject(error);
        else if (done + written < bytes.length) writeFrom(done + written);
        else resolve();
      });
    writeFrom(0);
  });
}

class FileSegment implements Segment {
  readonly #handle: FileHandle;
  readonly #isAhead: boolean;
  readonly #isInPlace: () => boolean;
  #size: number;
  #allocated: number;
  #extending: Promise<void> | undefined;

  constructor(
    handle: FileHandle,
    at: {
      readonly size: number;
      readonly allocated: number;
      readonly isAhead: boolean;
      isInPlace(): boolean;
    },
  ) {
    this.#handle = handle;
    this.#isInPlace = at.isInPlace;
    this.#isAhead = at.isAhead;
    this.#size = at.size;
    this.#allocated = at.allocated;
  }

  get size(): number {
    return this.#size;
  }

  async append(bytes: Buffer): Promise<void> {
    while (this.#isAhead && this.#allocated - this.#size < bytes.length) await this.#extend();
    await this.#write(bytes, this.#size);
    // What is written into a file that was removed or moved away succeeds, and is gone.
    if (!this.#isInPlace()) throw new Error("A file of the audit log is no longer where it was opened.");
    this.#size += bytes.length;
    // Half a step early and beside the next writes, so that none of them waits. Its failure shows when room is needed.
    if (this.#isAhead && this.#allocated - this.#size < AHEAD.length / 2) this.#extend().catch(() => undefined);
  }

  #extend(): Promise<void> {
    this.#extending ??= this.#writeAhead().finally(() => {
      this.#extending = undefined;
    });
    return this.#extending;
  }

  async #writeAhead(): Promise<void> {
    await this.#write(AHEAD, this.#allocated);
    this.#allocated += AHEAD.length;
  }

  async #write(bytes: Buffer, position: number): Promise<void> {
    await writeFully(this.#handle.fd, bytes, position);
    if (WRITE_THROUGH === undefined) await this.#handle.datasync();
  }

  async cut(size: number): Promise<void> {
    await this.#handle.truncate(size);
    await this.#handle.datasync();
    this.#size = size;
    this.#allocated = size;
  }

  async tail(bytes: number): Promise<Buffer> {
    const start = Math.max(0, this.#size - bytes);
    const found = Buffer.alloc(this.#size - start);
    await readFully(this.#handle, found, start);
    return found;
  }

  async close(): Promise<void> {
    try {
      await this.#extending?.catch(() => undefined);
      await this.#handle.truncate(this.#size);
    } finally {
      await this.#handle.close();
    }
  }
}
