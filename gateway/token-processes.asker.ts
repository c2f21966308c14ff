import { createInterface } from "node:readline";
import { z } from "zod";
import { createClientKeys } from "./access/client-keys.ts";
import { createDpopNonces } from "./access/dpop-nonce.ts";
import { ensureNonceKey, openGatewayKeys } from "./access/gateway-keys.ts";
import { parseRegister } from "./access/register.ts";
import { createTokenEndpoint } from "./access/token.ts";
import { createSqliteStore } from "./store/sqlite/sqlite.ts";

/**
 * A process of its own with a token endpoint on a DATA_DIR (its argument). A line `{register, assertions}` on its input
 * makes it ask with all of them at once; it answers with a line of statuses.
 */
const ASKED = z.object({ register: z.unknown(), assertions: z.array(z.string()) });
const [dataDir = ""] = process.argv.slice(2);
const where = { dataDir, mode: "demonstration" } as const;
const keys = await openGatewayKeys({ ...where, clock: Date.now });
const nonces = createDpopNonces(await ensureNonceKey(where));
const store = createSqliteStore({ path: `${dataDir}/store.sqlite` });
process.stdout.write("ready\n");

for await (const line of createInterface({ input: process.stdin })) {
  const { register, assertions } = ASKED.parse(JSON.parse(line));
  const parsed = parseRegister(register);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  const endpoint = createTokenEndpoint({
    register: parsed.register,
    store,
    keys,
    nonces,
    findKey: createClientKeys({ fetch: async () => ({ ok: false, reason: "unreachable" }), clock: Date.now }),
    isSearchable: () => true,
    baseUrl: "https://gateway.example",
    clock: Date.now,
  });
  const statuses = await Promise.all(
    assertions.map(async (assertion) => {
      const form = {
        grant_type: "client_credentials",
        client_assertion_type: "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        client_assertion: assertion,
        scope: "system/Observation.rs",
      };
      const body = new URLSearchParams(form).toString();
      return (await endpoint({ contentType: "application/x-www-form-urlencoded", body })).status;
    }),
  );
  process.stdout.write(`${JSON.stringify(statuses)}\n`);
}
keys.close();
await store.close();
