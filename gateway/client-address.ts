import type { IncomingMessage } from "node:http";
import { BlockList, isIP, isIPv6 } from "node:net";

/** Whether somebody at the other end of a connection is one of those named. */
export function createBelief(addresses: readonly string[]): (remoteAddress: string | undefined) => boolean {
  const believed = new BlockList();
  for (const address of addresses) believed.addAddress(address, familyOf(address));
  return (remoteAddress = "") => remoteAddress !== "" && believed.check(remoteAddress, familyOf(remoteAddress));
}

/**
 * Where a request comes from: the other end of its connection or, where that is a proxy that is believed, what that wrote
 * last into X-Forwarded-For. What stands before it anybody may have written.
 */
export function createAddressReader(
  proxies: readonly string[],
): (incoming: Pick<IncomingMessage, "headers" | "socket"> | undefined) => string | undefined {
  const isBelieved = createBelief(proxies);
  return (incoming) => {
    const remote = incoming?.socket?.remoteAddress;
    if (incoming === undefined || !isBelieved(remote)) return remote;
    const last = String(incoming.headers["x-forwarded-for"] ?? "")
      .split(",")
      .at(-1)
      ?.trim();
    return last !== undefined && isIP(last) !== 0 ? last : remote;
  };
}

function familyOf(address: string): "ipv4" | "ipv6" {
  return isIPv6(address) ? "ipv6" : "ipv4";
}
