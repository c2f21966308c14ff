import type { Address } from "@medplum/fhirtypes";
import { normalisePostcode } from "./postcode.ts";

/** A home address from its parts; blank parts are left out, and a postcode stands in its canonical form. */
export function toAddress(parts: {
  readonly line?: readonly (string | undefined)[];
  readonly city?: string | undefined;
  readonly district?: string | undefined;
  readonly postalCode?: string | undefined;
  readonly country?: string | undefined;
}): Address | undefined {
  const line = (parts.line ?? []).flatMap((text) => (text === undefined || text.trim() === "" ? [] : [text.trim()]));
  const address: Address = { use: "home" };
  if (line.length > 0) address.line = line;
  if (hasText(parts.city)) address.city = parts.city.trim();
  if (hasText(parts.district)) address.district = parts.district.trim();
  if (hasText(parts.postalCode)) address.postalCode = normalisePostcode(parts.postalCode) ?? parts.postalCode.trim();
  if (hasText(parts.country)) address.country = parts.country.trim();
  return Object.keys(address).length === 1 ? undefined : address;
}

function hasText(text: string | undefined): text is string {
  return text !== undefined && text.trim() !== "";
}
