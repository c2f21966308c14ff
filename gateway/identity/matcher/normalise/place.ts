import { isPseudoPostcode, normalisePostcode } from "#mappers/datatypes/postcode.ts";
import { foldWords } from "./fold.ts";

/** A postcode as it is compared. */
export interface NormalPostcode {
  /** Upper case without spaces. */
  readonly code: string;
  /** `LS1` of `LS1 4CI`; empty for a postcode of another country. */
  readonly outward: string;
  /** `LS` of `LS1 4CI`; empty for a postcode of another country. */
  readonly area: string;
}

const FOREIGN_LENGTH_MAX = 12;

/** `undefined` for the ZZ99 codes, which name no place, and where nothing is left. */
export function normalisePlace(text: string): NormalPostcode | undefined {
  const canonical = normalisePostcode(text);
  if (canonical === undefined) {
    const code = foldWords(text).join("").toUpperCase().slice(0, FOREIGN_LENGTH_MAX);
    return code === "" || /^(?:ZZ99|0+$)/.test(code) ? undefined : { code, outward: "", area: "" };
  }
  if (isPseudoPostcode(canonical)) return undefined;
  const [outward = ""] = canonical.split(" ");
  return { code: canonical.replace(" ", ""), outward, area: outward.replace(/[0-9].*$/, "") };
}

/** Words by which streets are called, and the short forms in which they are written. */
const SHORT_FORMS: Readonly<Record<string, string>> = {
  street: "st",
  road: "rd",
  avenue: "ave",
  av: "ave",
  close: "cl",
  crescent: "cres",
  court: "ct",
  drive: "dr",
  gardens: "gdns",
  grove: "gr",
  lane: "ln",
  place: "pl",
  square: "sq",
  terrace: "ter",
  terr: "ter",
  apartment: "flat",
  apt: "flat",
};

const ADDRESS_WORDS_MAX = 12;

/** Words of an address line, streets in their short forms. */
export function addressWords(line: string): readonly string[] {
  return foldWords(line)
    .slice(0, ADDRESS_WORDS_MAX)
    .map((word) => SHORT_FORMS[word] ?? word);
}

/** A telephone number as its last ten digits, an e-mail address in lower case; `undefined` if neither. */
export function normaliseTelecom(text: string): string | undefined {
  const trimmed = text
    .slice(0, 200)
    .replace(/[\p{Cf}\p{Cc}]/gu, "")
    .trim()
    .toLowerCase();
  if (trimmed.includes("@")) return trimmed;
  const digits = trimmed.replace(/[^0-9]/g, "").slice(-10);
  return digits.length < 6 || /^(.)\1*$/.test(digits) ? undefined : digits;
}
