import { readFile } from "node:fs/promises";
import { parseLeafLine, parsePayloadLine } from "./leaf.ts";
import { parseHeadLine } from "./tree-head.ts";

const LINE_FEED = 10;

export interface ReadLines {
  /** Those that are complete, without their line feeds; what was written ahead is no line. */
  readonly lines: readonly string[];
  /** What no crash leaves behind the last of them. */
  readonly fault: string | undefined;
}

export async function readLines(path: string): Promise<ReadLines> {
  const bytes = await readFile(path);
  const lines: string[] = [];
  for (let start = 0; ; ) {
    const end = bytes.indexOf(LINE_FEED, start);
    if (end < 0) return { lines, fault: faultOfRest(bytes.subarray(start)) };
    lines.push(bytes.toString("utf8", start, end));
    start = end + 1;
  }
}

/** A write that was cut off leaves the beginning of a line, and behind it nothing but zeros. */
function faultOfRest(rest: Buffer): string | undefined {
  const zero = rest.indexOf(0);
  const begun = zero < 0 ? rest : rest.subarray(0, zero);
  if (zero >= 0 && rest.subarray(zero).some((byte) => byte !== 0)) {
    return "Bytes stand behind what was written: they were changed, or a crash tore a write that spans them.";
  }
  const [whole, longer] = [begun.toString("utf8"), begun.toString("utf8", 0, Math.max(begun.length - 1, 0))];
  return isLine(whole) || isLine(longer) ? "The line lacks its end: it was changed." : undefined;
}

function isLine(text: string): boolean {
  return parseLeafLine(text) !== undefined || parsePayloadLine(text) !== undefined || parseHeadLine(text) !== undefined;
}
