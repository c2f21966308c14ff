import { chmodSync, existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/**
 * One folder for whatever a run of the tests writes, which goes with it: also what a test that fails leaves behind. Of
 * the many processes that tests start each would compile all of the gateway; what the first has compiled is kept, where
 * `npm start` keeps it, too.
 */
export function setup(): void {
  const folder = mkdtempSync(join(tmpdir(), "tests-"));
  // A PostgreSQL that root starts runs as somebody else, makes its data in there, and takes them away in the end.
  chmodSync(folder, 0o1777);
  process.env.TMPDIR = folder;
  process.env.NODE_COMPILE_CACHE = join(import.meta.dirname, "../node_modules/.cache/compile");
  process.once("exit", () => remove(folder));
}

/** The workers are gone by then; what they had started ends with them, and may take a moment over it. */
function remove(folder: string): void {
  for (let left = 50; left > 0 && existsSync(folder); left -= 1) {
    try {
      rmSync(folder, { recursive: true, force: true });
    } catch {}
    if (existsSync(folder)) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 100);
  }
}
