import { StoreUnavailableError } from "../unavailable.ts";

/** SQLite's primary result codes, https://www.sqlite.org/rescode.html. */
export const SQLITE_BUSY = 5;
const UNAVAILABLE: Readonly<Record<number, string>> = {
  [SQLITE_BUSY]: "another process holds it",
  6: "it is locked",
  8: "it may only be read",
  10: "reading or writing it fails",
  13: "there is no room left",
  14: "it cannot be opened",
};

/** What SQLite may be able to do later, as the store's own error; anything else as it came. */
export function toStoreError(error: unknown): unknown {
  const code = codeOf(error);
  const reason = code === undefined ? undefined : UNAVAILABLE[code];
  return reason === undefined
    ? error
    : new StoreUnavailableError(`The store's file is of no use for the time being: ${reason} (SQLite ${code}).`);
}

/** The primary code of an error of SQLite's. */
export function codeOf(error: unknown): number | undefined {
  return error instanceof Error && "errcode" in error && typeof error.errcode === "number"
    ? error.errcode & 0xff
    : undefined;
}
