import type { Store } from "./store.ts";

const RESOURCES = 5;
const CONNECTIONS = 8;

/**
 * Writes children of five resources without end, eight at a time, and says on standard output which are acknowledged: what a
 * process does that is killed in the middle of it.
 *
 * @param prefix begins the ids of all its children
 */
export async function writeWithoutEnd(store: Pick<Store, "write">, prefix: string): Promise<void> {
  await Promise.all(
    Array.from({ length: CONNECTIONS }, (_, connection) => writeChildren(store, `${prefix}-${connection}`)),
  );
}

async function writeChildren(store: Pick<Store, "write">, prefix: string): Promise<never> {
  for (let n = 0; ; n += 1) {
    const patientId = `${prefix}-${n}`;
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
