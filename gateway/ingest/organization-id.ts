import { createHash } from "node:crypto";
import { LRUCache } from "lru-cache";

/**
 * Logical id of the Organization that an authority's sources know under an identifier: the same for all of them, and
 * another for another authority, since each keeps its own. A UUID of version 8 (RFC 9562), made from a digest.
 */
export function toOrganizationId(
  authority: string,
  identifier: { readonly system: string; readonly value: string },
): string {
  const bytes = createHash("sha256").update(`${authority}|${identifier.system}|${identifier.value}`).digest();
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x80, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  const hex = bytes.toString("hex", 0, 16);
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}

const REMEMBERED_MAX = 1_000;

/** The same, remembered for the few organisations that a file names over and over. */
export function createOrganizationIds(): typeof toOrganizationId {
  const known = new LRUCache<string, string>({ max: REMEMBERED_MAX });
  return (authority, identifier) => {
    const name = `${authority}|${identifier.system}|${identifier.value}`;
    const id = known.get(name) ?? toOrganizationId(authority, identifier);
    known.set(name, id);
    return id;
  };
}
