const COMPACT = /^([A-Z]{1,2}[0-9][A-Z0-9]?)([0-9][A-Z]{2})$/;

/**
 * A postcode in its canonical form, upper case with one space (`LS1 4CI`), or `undefined` if the text has not the shape
 * of one. Shape alone: an inward part that was never issued passes, and so do the pseudo-postcodes.
 */
export function normalisePostcode(text: string): string | undefined {
  const compact = text.replace(/[\s.-]/g, "").toUpperCase();
  if (compact === "GIR0AA") return "GIR 0AA";
  const match = COMPACT.exec(compact);
  return match === null ? undefined : `${match[1]} ${match[2]}`;
}

/** Whether a postcode is one of the ZZ99 codes, which say "no fixed abode", "abroad" or "not known" and no place. */
export function isPseudoPostcode(text: string): boolean {
  return normalisePostcode(text)?.startsWith("ZZ99 ") ?? false;
}
