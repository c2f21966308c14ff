import { type FileHandle, open } from "node:fs/promises";

/** Some hundred records, and twice the longest: read, parsed and committed in one go without keeping anybody waiting. */
const WINDOW_BYTES = 262_144;
/** Enough to hold a leaf's place in its chain, by which a file is known again. */
const TAIL_BYTES = 256;
const LINE_FEED = 10;

export interface Line {
  readonly text: string;
  /** Byte at which it begins, and how many it has, without its line feed. */
  readonly start: number;
  readonly bytes: number;
}

/** Complete lines of a file that follow each other. */
export interface Window {
  readonly lines: readonly Line[];
  /** Whether the file had no more when it was read. */
  readonly isLast: boolean;
}

/** Reads a file of the log that may be written at the same time. */
export interface LogReader {
  /** The next complete lines from a byte on; what is written ahead, or only half, is no line. */
  window(start: number): Promise<Window>;
  /** The last bytes before a place. */
  tailBefore(end: number): Promise<string>;
  close(): Promise<void>;
}

/** `undefined` when the file is there no more. */
export async function openLog(path: string): Promise<LogReader | undefined> {
  const handle = await openExisting(path);
  if (handle === undefined) return undefined;
  const buffer = Buffer.allocUnsafeSlow(WINDOW_BYTES);
  return {
    async window(start) {
      const { bytesRead } = await handle.read(buffer, 0, buffer.length, start);
      const zero = buffer.subarray(0, bytesRead).indexOf(0);
      const content = buffer.subarray(0, zero < 0 ? bytesRead : zero);
      return { lines: linesIn(content, start), isLast: zero >= 0 || bytesRead < buffer.length };
    },
    async tailBefore(end) {
      const from = Math.max(0, end - TAIL_BYTES);
      const { bytesRead } = await handle.read(buffer, 0, end - from, from);
      return buffer.toString("latin1", 0, bytesRead);
    },
    close: () => handle.close(),
  };
}

export async function openExisting(path: string): Promise<FileHandle | undefined> {
  try {
    return await open(path, "r");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  }
}

function linesIn(content: Buffer, offset: number): readonly Line[] {
  const lines: Line[] = [];
  for (let start = 0; ; ) {
    const end = content.indexOf(LINE_FEED, start);
    if (end < 0) return lines;
    lines.push({ text: content.toString("utf8", start, end), start: offset + start, bytes: end - start });
    start = end + 1;
  }
}
