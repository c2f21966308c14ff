import type { RunningGateway } from "../start-gateway.ts";
import type { Client } from "./load.ts";

/** Half of how long a token lives, with room for a fault in between. */
const RENEW_MS = 60_000;
const SCOPES: Readonly<Record<Client, string>> = {
  "conformance-demo": "system/*.cruds",
  "vendor-demo": "system/*.cruds",
  "gp-demo": "system/*.rs",
};
const CLIENTS: readonly Client[] = ["conformance-demo", "vendor-demo", "gp-demo"];

/** A token of each client, renewed meanwhile; one that cannot be had now is asked for again. */
export async function createTokens(token: RunningGateway["token"]) {
  const held = new Map<Client, string>();
  const renew = async (client: Client) => void held.set(client, await token(client, { scope: SCOPES[client] }));
  for (const client of CLIENTS) await renew(client);
  const renewal = setInterval(() => {
    for (const client of CLIENTS) renew(client).catch(() => {});
  }, RENEW_MS);
  return {
    of: (client: Client): string => held.get(client) ?? "",
    close: () => clearInterval(renewal),
  };
}
