/**
 * Text as string search compares it: without accents, case, punctuation or doubled spaces. An apostrophe
 * joins (O'Brien is obrien), other punctuation parts.
 * https://hl7.org/fhir/R4/search.html#string
 */
export function fold(text: string): string {
  return text
    .normalize("NFKD")
    .replace(/\p{M}+/gu, "")
    .toLowerCase()
    .replace(/['’ʼ`´]/g, "")
    .replace(/[^\p{L}\p{N}]+/gu, " ")
    .trim();
}
