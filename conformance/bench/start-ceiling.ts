import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { removeDirectory, temporaryDirectory } from "./clean-up.ts";
import { openScript, type RunningServer } from "./server.ts";

/** Starts bare Hono with the bodies that the gateway answered. */
export async function startCeiling(bodies: readonly string[]): Promise<RunningServer> {
  const directory = await temporaryDirectory("ceiling-");
  try {
    const file = join(directory, "bodies.json");
    await writeFile(file, JSON.stringify(bodies), { mode: 0o600 });
    return await openScript("ceiling.ts", [file]);
  } finally {
    await removeDirectory(directory);
  }
}
