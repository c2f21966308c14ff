import { hash } from "node:crypto";
import { parseDate } from "#mappers/datatypes/date.ts";
import { isPseudoPostcode, normalisePostcode } from "#mappers/datatypes/postcode.ts";
import type { SourceIdentity } from "#mappers/mapper.ts";

/** Words that stand in a name field before a child has a name; they name nobody, and twins share them. */
const PLACEHOLDERS: ReadonlySet<string> = new Set([
  "baby",
  "babyboy",
  "babygirl",
  "boy",
  "child",
  "female",
  "femaleinfant",
  "girl",
  "infant",
  "male",
  "maleinfant",
  "notknown",
  "twin",
  "unknown",
  "unnamed",
]);

/**
 * Given name, family name, birth date and postcode as one value that is equal when all four are, whatever the capitals,
 * accents and joining marks. `undefined` when one is missing, stands for "not known" or names no place.
 */
export function toBlockKey(identity: SourceIdentity): string | undefined {
  const given = foldName(identity.given);
  const family = foldName(identity.family);
  const birthDate = parseDate(identity.birthDate ?? "");
  const postcode = normalisePostcode(identity.postcode ?? "");
  if (given === "" || family === "" || birthDate === undefined || postcode === undefined) return undefined;
  if (isPlaceholder(given) || isPlaceholder(family) || isPseudoPostcode(postcode)) return undefined;
  return `${given}|${family}|${birthDate}|${postcode.replace(" ", "")}`;
}

/** The same as a whole number below 2^53, as the store keeps it; none where there is no such value. */
export function toBlockNumbers(identity: SourceIdentity): readonly number[] {
  const key = toBlockKey(identity);
  return key === undefined ? [] : [Number.parseInt(hash("sha256", key, "hex").slice(0, 13), 16)];
}

function foldName(name = ""): string {
  return name
    .normalize("NFKD")
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]/gu, "");
}

/** `Twin 1`, `Baby B`: a number or one letter behind the word names nobody either. */
function isPlaceholder(name: string): boolean {
  return PLACEHOLDERS.has(name) || PLACEHOLDERS.has(name.replace(/(?:[0-9]+|[a-z])$/, ""));
}
