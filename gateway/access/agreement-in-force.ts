import { type Client, isInForce as holdsNow } from "./register.ts";

/** Whether a client may still have what it was told it may: it is enabled, and its agreement the same and not ended. */
export function isInForce(
  client: Client | undefined,
  told: { readonly id: string; readonly version: number },
  now_ms: number,
): client is Client {
  return (
    client?.enabled === true &&
    client.agreement.id === told.id &&
    client.agreement.version === told.version &&
    holdsNow(client, now_ms)
  );
}
