import { createPostgresStore } from "./postgres.ts";

/**
 * Writes without end and says on standard output which children are acknowledged, until it is killed: the other half of
 * the crash case. Arguments: URL of the database, name of the writer.
 */
const RESOURCES = 5;
const CONNECTIONS = 8;

const [url = "", name = ""] = process.argv.slice(2);
const store = await createPostgresStore({ url });

async function writeChildren(connection: number): Promise<never> {
  for (let n = 0; ; n += 1) {
    const patientId = `p-${name}-${connection}-${n}`;
    await store.write(async (transaction) => {
      const record = await transaction.createChild(patientId, "");
      for (let slot = 0; slot < RESOURCES; slot += 1) {
        await transaction.put(record, {
          type: "Observation",
          id: `${patientId}-${slot}`,
          version: 1,
          lastUpdated: 1,
          source: "leeds-eyfsp",
          dataClass: "education",
          body: Buffer.from(patientId.padEnd(1_000, " ")),
          keys: "",
          contentHash: patientId,
        });
        if (slot === 2) await new Promise((resolve) => setImmediate(resolve));
      }
      await transaction.putReceipt(patientId, "leeds-eyfsp", patientId);
    });
    process.stdout.write(`${patientId}\n`);
  }
}

await Promise.all(Array.from({ length: CONNECTIONS }, (_, connection) => writeChildren(connection)));
