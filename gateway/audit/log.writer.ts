import { createAuditLog } from "./log.ts";

/**
 * Appends without end and says on standard output which records are acknowledged, until it is killed: the other half of
 * the crash case in `log-faults.test.ts`. Arguments: directory, and the bytes at which a file is followed by another.
 */
const CONNECTIONS = 16;

const [directory = "", fileBytesMax = ""] = process.argv.slice(2);
const log = await createAuditLog({
  directory,
  process: "gateway",
  clock: Date.now,
  fileBytesMax: Number(fileBytesMax),
});

async function appendRecords(connection: number): Promise<never> {
  for (let n = 0; ; n += 1) {
    const requestId = `${connection}-${n}-${process.pid}`;
    await log.append({ interaction: "search-type", outcome: "success", client: "gp-demo", requestId });
    process.stdout.write(`${requestId}\n`);
  }
}

await Promise.all(Array.from({ length: CONNECTIONS }, (_, connection) => appendRecords(connection)));
