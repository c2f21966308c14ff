import { BlockList, isIPv4, isIPv6 } from "node:net";

/**
 * Which addresses of the network may be fetched from. Whoever names an address in a register must not reach by it what
 * only the gateway can reach.
 */

/**
 * What is not the public internet. https://www.iana.org/assignments/iana-ipv4-special-registry
 * https://www.iana.org/assignments/iana-ipv6-special-registry
 */
const CLOSED_IPV4 = [
  "0.0.0.0/8",
  "10.0.0.0/8",
  "100.64.0.0/10",
  "127.0.0.0/8",
  // Link-local, and there the metadata of most clouds.
  "169.254.0.0/16",
  "172.16.0.0/12",
  "192.0.0.0/24",
  "192.0.2.0/24",
  "192.88.99.0/24",
  "192.168.0.0/16",
  "198.18.0.0/15",
  "198.51.100.0/24",
  "203.0.113.0/24",
  "224.0.0.0/4",
  "240.0.0.0/4",
  // A public address under which one cloud answers its own machines.
  "168.63.129.16/32",
] as const;

/** Within global unicast: protocols' own, documentation, and what carries IPv4 inside. */
const CLOSED_IPV6 = ["2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20"] as const;

const closed = new BlockList();
for (const [kind, subnets] of [["ipv4", CLOSED_IPV4] as const, ["ipv6", CLOSED_IPV6] as const]) {
  for (const subnet of subnets) {
    const [net = "", bits = ""] = subnet.split("/");
    closed.addSubnet(net, Number(bits), kind);
  }
}

/** All that IANA has given out of IPv6 to the internet; mapped, translated, local and multicast lie outside. */
const global = new BlockList();
global.addSubnet("2000::", 3, "ipv6");

const loopback = new BlockList();
loopback.addSubnet("127.0.0.0", 8, "ipv4");
loopback.addAddress("::1", "ipv6");

/** False for what is no address at all. */
export function isPublicAddress(address: string): boolean {
  if (isIPv4(address)) return !closed.check(address, "ipv4");
  // A zone is only given where an address is local.
  return isIPv6(address) && !address.includes("%") && global.check(address, "ipv6") && !closed.check(address, "ipv6");
}

export function isLoopbackAddress(address: string): boolean {
  if (isIPv4(address)) return loopback.check(address, "ipv4");
  return isIPv6(address) && loopback.check(address, "ipv6") && !isMapped(address);
}

function isMapped(address: string): boolean {
  return address.toLowerCase().includes("ffff:");
}
