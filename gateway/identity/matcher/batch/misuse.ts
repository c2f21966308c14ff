/** What the caller must change: an option, a column, a file. Says where and what to do; never holds a value of a record. */
export class MisuseError extends Error {
  override readonly name = "MisuseError";
}
