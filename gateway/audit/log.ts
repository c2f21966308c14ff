import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { setImmediate as nextTurn } from "node:timers/promises";
import type { AuditLog, AuditRecord } from "./audit.ts";
import { type Chain, openChain } from "./chain.ts";
import { dayNumber, isProcessName } from "./files.ts";
import { type ChainHead, createEncoder, type Encoder } from "./leaf.ts";
import { takeLock } from "./lock.ts";

/** About 150,000 records: a file that a verification still reads in one piece. */
const FILE_BYTES_MAX = 67_108_864;
/** Written ahead with zeros: some thousand records. More at a time would make those that queue meanwhile wait longer. */
const AHEAD_BYTES = 524_288;
/** Longest group of lines written at once; one longer record makes a group of its own. */
const GROUP_BYTES_MAX = 262_144;
/** Longest record that is taken: a page of a hundred entries with its query has 20 kB. */
const RECORD_BYTES_MAX = 131_072;

export interface AuditLogOptions {
  /** Made when absent. */
  readonly directory: string;
  /** Name of the chain, lower-case letters, digits and hyphens: one for each process that writes at the same time. */
  readonly process: string;
  /** Milliseconds since 1970. A clock that goes back is held still. */
  readonly clock: () => number;
  /** For tests, which cannot wait for 64 MiB. */
  readonly fileBytesMax?: number;
}

/** Thrown to every caller whose record is not on disk; its `cause` says why. Nothing may be answered then. */
export class AuditError extends Error {
  override readonly name = "AuditError";
}

/**
 * Opens the chain of one process, going on where it ended.
 *
 * @throws when the directory cannot be written, or another process writes under the same name
 */
export async function createAuditLog(options: AuditLogOptions): Promise<AuditLog> {
  if (!isProcessName(options.process)) {
    throw new Error("The name of an audit log's process is 1 to 32 lower-case letters, digits and hyphens.");
  }
  await mkdir(options.directory, { recursive: true, mode: 0o700 });
  const lock = takeLock(join(options.directory, `${options.process}.lock`));
  const open = () =>
    openChain({
      directory: options.directory,
      process: options.process,
      fileBytesMax: options.fileBytesMax ?? FILE_BYTES_MAX,
      aheadBytes: AHEAD_BYTES,
      groupBytesMax: GROUP_BYTES_MAX,
    });
  try {
    return new FileAuditLog(await open(), {
      open,
      encoder: createEncoder(options.process),
      clock: options.clock,
      release: lock.release,
    });
  } catch (error) {
    lock.release();
    throw error;
  }
}

interface Queued {
  readonly record: AuditRecord;
  readonly time: number;
  resolve(): void;
  reject(error: AuditError): void;
}

interface Surroundings {
  readonly open: () => Promise<Chain>;
  readonly encoder: Encoder;
  readonly clock: () => number;
  readonly release: () => void;
}

/** Records that queue while others are being written make the next group; nobody waits for a timer. */
class FileAuditLog implements AuditLog {
  readonly #around: Surroundings;
  readonly #leaves = Buffer.allocUnsafeSlow(GROUP_BYTES_MAX);
  readonly #payloads = Buffer.allocUnsafeSlow(GROUP_BYTES_MAX);
  /** Absent after a failure, until it could be opened again. */
  #chain: Chain | undefined;
  #queue: Queued[] = [];
  #time: number;
  #writing: Promise<void> | undefined;
  #closed = false;

  constructor(chain: Chain, around: Surroundings) {
    this.#around = around;
    this.#chain = chain;
    this.#time = chain.head.time;
  }

  append(record: AuditRecord): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.#closed) {
        reject(new AuditError("The audit log is closed."));
        return;
      }
      this.#time = Math.max(this.#time, this.#around.clock());
      this.#queue.push({ record, time: this.#time, resolve, reject });
      // Begun when this turn of the event loop has been gone through: all that came with it makes one group.
      this.#writing ??= nextTurn().then(() => this.#drain());
    });
  }

  async #drain(): Promise<void> {
    while (this.#queue.length > 0) await this.#writeGroup();
    this.#writing = undefined;
  }

  async #writeGroup(): Promise<void> {
    try {
      this.#chain ??= await this.#around.open();
      const { group, leaves, payloads, head } = this.#takeGroup(this.#chain.head);
      if (group.length === 0) return;
      try {
        await this.#chain.write(leaves, payloads, head);
      } catch (error) {
        this.#queue.unshift(...group);
        throw error;
      }
      for (const { resolve } of group) resolve();
    } catch (cause) {
      await this.#fail(cause);
    }
  }

  /** What is not on disk is refused; the next record finds the log closed and opens it again. */
  async #fail(cause: unknown): Promise<void> {
    const chain = this.#chain;
    this.#chain = undefined;
    const refused = this.#queue;
    this.#queue = [];
    await chain?.close().catch(() => undefined);
    const error = new AuditError("The audit log cannot be written.", { cause });
    for (const { reject } of refused) reject(error);
  }

  /** As many records from the head of the queue as fit the buffers and are of one day. */
  #takeGroup(start: ChainHead): {
    readonly group: readonly Queued[];
    readonly leaves: Buffer;
    readonly payloads: Buffer;
    readonly head: ChainHead;
  } {
    let head = start;
    let taken = 0;
    let leafBytes = 0;
    let payloadBytes = 0;
    const group: Queued[] = [];
    let day: number | undefined;
    for (const queued of this.#queue) {
      const entry = this.#around.encoder.encode(queued.record, queued.time, head);
      const leafLength = Buffer.byteLength(entry.leafLine);
      const payloadLength = Buffer.byteLength(entry.payloadLine);
      if (Math.max(leafLength, payloadLength) > RECORD_BYTES_MAX) {
        queued.reject(new AuditError(`An audit record is longer than ${RECORD_BYTES_MAX} bytes.`));
        taken += 1;
        continue;
      }
      day ??= dayNumber(queued.time);
      const fits = leafBytes + leafLength <= GROUP_BYTES_MAX && payloadBytes + payloadLength <= GROUP_BYTES_MAX;
      if (!fits || day !== dayNumber(queued.time)) break;
      leafBytes += this.#leaves.write(entry.leafLine, leafBytes);
      payloadBytes += this.#payloads.write(entry.payloadLine, payloadBytes);
      head = entry.head;
      group.push(queued);
      taken += 1;
    }
    this.#queue.splice(0, taken);
    return {
      group,
      leaves: this.#leaves.subarray(0, leafBytes),
      payloads: this.#payloads.subarray(0, payloadBytes),
      head,
    };
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#writing;
    try {
      await this.#chain?.close();
    } finally {
      this.#chain = undefined;
      this.#around.release();
    }
  }
}
