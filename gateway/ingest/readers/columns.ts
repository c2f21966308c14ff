/** Columns under our names. A name that the supplier's map does not know stays as it is. */
export function renameColumns(
  columns: readonly string[],
  renames: Readonly<Record<string, string>> | undefined,
): readonly string[] {
  if (renames === undefined) return columns;
  const known = new Map(Object.entries(renames));
  return columns.map((column) => known.get(column) ?? column);
}
