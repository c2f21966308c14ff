/** What every process of the gateway begins with: a wrong setting ends it in words. */
export async function begin(start: () => Promise<void>): Promise<void> {
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
