import { at, parseJson } from "../json.ts";
import { withDirectory } from "./clean-up.ts";
import { openScript } from "./server.ts";

/** What the machine's disk and SQLite do with nothing around them, in this run. */
export interface Floors {
  /** One prepared statement that reads a body by its key. */
  readonly statement_per_s: number;
  readonly statement_us: number;
  /** Rows of one body each, 64 to a commit with a flush. */
  readonly rows_per_s: number;
  /** A commit with a flush for each row. */
  readonly commits_per_s: number;
  /** 600 bytes appended and flushed, one after the other. */
  readonly flushes_per_s: number;
}

export async function measureFloors(seconds: number): Promise<Floors> {
  return withDirectory("floor-", async (directory) => {
    const { said, stop } = await openScript("floor-process.ts", [directory, String(seconds)]);
    await stop();
    const told = parseJson(said);
    const number = (name: string) => Number(at(told, name));
    return {
      statement_per_s: number("statement_per_s"),
      statement_us: number("statement_us"),
      rows_per_s: number("rows_per_s"),
      commits_per_s: number("commits_per_s"),
      flushes_per_s: number("flushes_per_s"),
    };
  });
}
