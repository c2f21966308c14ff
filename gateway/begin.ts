import { enableCompileCache } from "node:module";
import { fileURLToPath } from "node:url";
import { setFlagsFromString } from "node:v8";

/** What every process of the gateway begins with, before anything else is loaded; a wrong setting ends it in words. */
export async function begin(start: () => Promise<void>): Promise<void> {
  // What was stripped and compiled once is kept beside the dependencies: it halves a start and spares 20 MB of memory.
  // Where the folder cannot be written, starts are slower and nothing else.
  enableCompileCache(fileURLToPath(new URL("../node_modules/.cache/compile", import.meta.url)));

  // Left to itself the heap grows to several times what lives in it before it is collected.
  setFlagsFromString("--heap-growing-percent=50");

  try {
    await start();
  } catch (error) {
    await endInWords(error);
  }
}

/** Ends the process for a setting that is wrong, in words; throws everything else. */
export async function endInWords(error: unknown): Promise<never> {
  const { ConfigError } = await import("./config.ts");
  if (!(error instanceof ConfigError)) throw error;
  process.stderr.write(`${error.message}\n`);
  // What was begun before the error was found, as the server, would keep the process alive and never be ready.
  process.exit(1);
}
