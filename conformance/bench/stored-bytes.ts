import { open, readdir, stat } from "node:fs/promises";
import { join } from "node:path";

const SQLITE_FIRST = "SQLite format 3";

/** Bytes of all databases under a directory, told by how SQLite files begin, without their write-ahead logs. */
export async function storedBytes(directory: string): Promise<number> {
  let bytes = 0;
  for (const entry of await readdir(directory, { withFileTypes: true, recursive: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    if (await isDatabase(path)) bytes += (await stat(path)).size;
  }
  return bytes;
}

async function isDatabase(path: string): Promise<boolean> {
  const file = await open(path).catch(() => undefined);
  if (file === undefined) return false;
  try {
    const { buffer } = await file.read(Buffer.alloc(SQLITE_FIRST.length), 0, SQLITE_FIRST.length, 0);
    return buffer.toString() === SQLITE_FIRST;
  } finally {
    await file.close();
  }
}
