import { parseDate } from "#mappers/datatypes/date.ts";
import type { SpineError } from "./spine-error.ts";

/** A search that the specification permits. */
export interface SearchQuery {
  readonly isFuzzy: boolean;
  readonly isExact: boolean;
  readonly hasHistory: boolean;
  readonly family?: string;
  readonly given: readonly string[];
  readonly gender?: string;
  readonly born: readonly DateTest[];
  readonly died: readonly DateTest[];
  readonly postcode?: string;
  readonly practice?: string;
  readonly email?: string;
  readonly phone?: string;
}

export interface DateTest {
  readonly prefix: "eq" | "ge" | "le";
  readonly date: string;
}

export type ReadQuery =
  | { readonly ok: true; readonly query: SearchQuery }
  | { readonly ok: false; readonly error: SpineError };

const KNOWN = [
  "_fuzzy-match",
  "_exact-match",
  "_history",
  "_max-results",
  "family",
  "given",
  "gender",
  "birthdate",
  "death-date",
  "address-postalcode",
  "address-postcode",
  "general-practitioner",
  "email",
  "phone",
];
const NAME_CHARACTERS_MAX = 35;
const RESULTS_MAX = 50;

/** Checks a query string as the specification tells it, for an application without a user. */
export function readSearchQuery(parameters: URLSearchParams): ReadQuery {
  const names = [...new Set(parameters.keys())];
  if (names.length === 0) return refuse("UNSUPPORTED_SERVICE");
  const unknown = names.filter((name) => !KNOWN.includes(name));
  if (unknown.length > 0) return refuse("ADDITIONAL_PROPERTIES", `Additional properties not allowed - '${unknown}'`);
  const wrong = findWrongValue(parameters);
  if (wrong !== undefined) return refuse("INVALID_VALUE", `Invalid value in field '${wrong}'`);
  if (parameters.has("_max-results") && parameters.get("_max-results") !== "1") {
    return { ok: false, error: { status: 403, code: "INVALID_VALUE", diagnostics: "Invalid value - '_max-results'" } };
  }
  if (parameters.has("address-postalcode") && parameters.has("address-postcode")) return refuse("INVALID_SEARCH_DATA");
  if (!parameters.has("birthdate")) return refuse("MISSING_VALUE", "Missing value - 'birthdate'");
  const query = toQuery(parameters);
  return isPermitted(query) ? { ok: true, query } : refuse("INVALID_SEARCH_DATA");
}

function refuse(code: SpineError["code"], diagnostics?: string): ReadQuery {
  return { ok: false, error: { status: 400, code, ...(diagnostics === undefined ? {} : { diagnostics }) } };
}

function findWrongValue(parameters: URLSearchParams): string | undefined {
  for (const [name, value] of parameters) {
    if (value === "") return name;
    if (["_fuzzy-match", "_exact-match", "_history"].includes(name) && !/^(true|false)$/.test(value)) return name;
    if (name === "_max-results" && !(/^\d{1,2}$/.test(value) && Number(value) >= 1 && Number(value) <= RESULTS_MAX)) {
      return name;
    }
    if ((name === "family" || name === "given") && value.length > NAME_CHARACTERS_MAX) return name;
    if (name === "gender" && !["male", "female", "other", "unknown"].includes(value)) return name;
    if ((name === "birthdate" || name === "death-date") && toDateTest(value) === undefined) return name;
  }
  return undefined;
}

function toDateTest(text: string): DateTest | undefined {
  const [, prefix = "eq", told = ""] = /^(eq|ge|le)?(.*)$/.exec(text) ?? [];
  const date = parseDate(told);
  if (date === undefined || (prefix !== "eq" && prefix !== "ge" && prefix !== "le")) return undefined;
  return { prefix, date };
}

function toQuery(parameters: URLSearchParams): SearchQuery {
  const one = <Name extends string>(name: Name, parameter: string): { readonly [key in Name]?: string } | object => {
    const value = parameters.get(parameter);
    return value === null ? {} : { [name]: value };
  };
  const postcode = parameters.get("address-postalcode") ?? parameters.get("address-postcode");
  return {
    isFuzzy: parameters.get("_fuzzy-match") === "true",
    isExact: parameters.get("_exact-match") === "true",
    hasHistory: parameters.get("_history") === "true",
    given: parameters.getAll("given"),
    born: parameters.getAll("birthdate").flatMap((text) => toDateTest(text) ?? []),
    died: parameters.getAll("death-date").flatMap((text) => toDateTest(text) ?? []),
    ...one("family", "family"),
    ...one("gender", "gender"),
    ...one("practice", "general-practitioner"),
    ...one("email", "email"),
    ...one("phone", "phone"),
    ...(postcode === null ? {} : { postcode: postcode.replace(/\s/g, "") }),
  };
}

function isPermitted({ isFuzzy, family, given, gender, postcode }: SearchQuery): boolean {
  const texts = [family, ...given, postcode].flatMap((text) => text ?? []);
  if (!isFuzzy) return family !== undefined && texts.every((text) => !text.slice(0, 2).includes("*"));
  if (texts.some((text) => text.includes("*"))) return false;
  const hasName = family !== undefined || given.length > 0;
  const hasHome = gender !== undefined && postcode !== undefined;
  return (family !== undefined && given.length > 0) || (hasName && hasHome);
}
