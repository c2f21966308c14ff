import { createHash } from "node:crypto";
import { isNhsNumber } from "./nhs-number.ts";
import { isUpn, normaliseUpn } from "./upn.ts";

/**
 * A name for a child that its source does not name, the same whenever the source says the same. A digest, because such
 * a name reaches receipts and logs. It can be guessed by trying, so it never goes into a resource.
 */
export function toLocalId(parts: readonly string[]): string {
  const said = parts.map((part) => part.trim().toUpperCase()).join("\u001f");
  return `child-${createHash("sha256").update(said).digest("hex").slice(0, 32)}`;
}

/** Whether what a source calls a child or record is in truth a number of the person, and must not be shown or logged. */
export function isPersonalNumber(name: string): boolean {
  return isNhsNumber(name) || isUpn(normaliseUpn(name));
}
