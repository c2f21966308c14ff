import { resolve } from "node:path";
import { parseArgs } from "node:util";

export const USAGE = `Usage: npm run -s move -- --from sqlite --to postgres [--verify] [--audit-to DIR]
       npm run -s move -- --from postgres --to sqlite [--verify] [--audit-to DIR]

Moves all that the gateway holds from the embedded store under DATA_DIR into the PostgreSQL database of DATABASE_URL, or
back into a DATA_DIR that holds no store, and compares both sides row by row. It may be broken off and run again: what is
there already is not sent again. While a gateway runs on the side that is moved from, it brings what is there now; run it
once more with that gateway stopped, which is short, and which alone makes the other side a store to start on.

--verify        Changes nothing: compares the two stores, and ends with 1 where they are not the same.
--audit-to DIR  Copies the audit log to DIR/audit, and verifies it there. DIR is the DATA_DIR of the gateway that is to run
                on another machine; where it runs on the same DATA_DIR the log goes on where it is.
`;

export type Engine = "sqlite" | "postgres";

export interface MoveTask {
  readonly from: Engine;
  readonly isOnlyCompared: boolean;
  /** Absolute path of a directory. */
  readonly auditTo?: string;
}

/** A text says what is wrong. */
export function parseMoveTask(given: readonly string[]): MoveTask | string {
  try {
    const { values } = parseArgs({
      args: [...given],
      options: {
        from: { type: "string" },
        to: { type: "string" },
        verify: { type: "boolean", default: false },
        "audit-to": { type: "string" },
      },
    });
    const { from, to, verify } = values;
    const auditTo = values["audit-to"];
    const isKnown = (from === "sqlite" && to === "postgres") || (from === "postgres" && to === "sqlite");
    if (!isKnown) return "Expected --from sqlite --to postgres, or --from postgres --to sqlite.";
    if (verify && auditTo !== undefined) return "--verify changes nothing: it does not go with --audit-to.";
    return { from, isOnlyCompared: verify, ...(auditTo === undefined ? {} : { auditTo: resolve(auditTo) }) };
  } catch (error) {
    return error instanceof Error ? error.message : "The options are not understood.";
  }
}
