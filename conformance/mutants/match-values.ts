import type { SearchParameterDefinition } from "#profiles/generated/search-parameters.ts";
import { isRecord, list, text, texts } from "../json.ts";
import { rangeOf } from "./dates.ts";

/** How the small server compares: naive, over a handful of resources, and independent of the gateway's own search. */

type Test = (stored: unknown) => boolean;

interface Token {
  readonly system?: string | undefined;
  readonly code?: string | undefined;
}

/** A test of one stored element by one written value, or what is wrong with the value. */
export function testFor(
  parameter: SearchParameterDefinition,
  base: string,
  value: string,
  modifier = "",
): Test | string {
  const wanted = unescaped(value);
  switch (parameter.type) {
    case "token":
      return tokenTest(value, modifier, parameter.codeSystem);
    case "date":
      return dateTest(value);
    case "quantity":
    case "number":
      return quantityTest(value);
    case "reference":
      return referenceTest(wanted, modifier, base, parameter.target);
    case "uri":
      return uriTest(wanted, modifier);
    case "string":
      return stringTest(wanted, modifier);
    default:
      return "this parameter is not searched";
  }
}

function unescaped(value: string): string {
  return value.replace(/\\([\\,$|])/g, "$1");
}

export function folded(value: string): string {
  return value
    .normalize("NFD")
    .replace(/\p{M}/gu, "")
    .replace(/[\p{P}]/gu, "")
    .replace(/\s+/g, " ")
    .trim()
    .toLowerCase();
}

const NOT_TEXT = new Set(["use", "type", "period", "extension", "id"]);

/** All texts of a string, a name or an address. */
export function stringsOf(stored: unknown): readonly string[] {
  if (typeof stored === "string") return [stored];
  if (!isRecord(stored)) return [];
  return Object.entries(stored).flatMap(([name, value]) => (NOT_TEXT.has(name) ? [] : texts([value].flat())));
}

function stringTest(wanted: string, modifier: string): Test {
  if (modifier === "exact") return (stored) => stringsOf(stored).includes(wanted);
  const plain = folded(wanted);
  if (modifier === "contains") return (stored) => stringsOf(stored).some((each) => folded(each).includes(plain));
  const starts = (each: string) => folded(each).startsWith(plain) || words(each).some((word) => word.startsWith(plain));
  return (stored) => stringsOf(stored).some(starts);
}

function words(text: string): readonly string[] {
  return text.split(/[\s-]+/).map(folded);
}

function tokensOf(stored: unknown, implied: string | undefined): readonly Token[] {
  if (typeof stored === "string" || typeof stored === "boolean") return [{ system: implied, code: `${stored}` }];
  if (!isRecord(stored)) return [];
  if (Array.isArray(stored.coding)) return stored.coding.flatMap((coding) => tokensOf(coding, undefined));
  // A contact point's system says how to reach somebody; it is no namespace.
  if (/^(phone|fax|email|pager|url|sms|other)$/.test(text(stored, "system") ?? ""))
    return [{ code: text(stored, "value") }];
  return [{ system: text(stored, "system"), code: text(stored, "code") ?? text(stored, "value") }];
}

function tokenTest(value: string, modifier: string, implied: string | undefined): Test | string {
  const parts = value.split(/(?<!\\)\|/).map(unescaped);
  if (modifier === "text") {
    const plain = folded(parts[0] ?? "");
    return (stored) => wordsOf(stored).some((each) => folded(each).includes(plain));
  }
  if (modifier === "of-type") return ofTypeTest(parts);
  const [system, code] = parts;
  if (code === undefined) return (stored) => tokensOf(stored, implied).some((each) => each.code === system);
  return (stored) =>
    tokensOf(stored, implied).some((each) => (each.system ?? "") === system && (code === "" || each.code === code));
}

function wordsOf(stored: unknown): readonly string[] {
  const type = text(stored, "type", "text");
  return texts([
    ...[text(stored, "text"), text(stored, "display"), type],
    ...list(stored, "coding").map((coding) => text(coding, "display")),
  ]);
}

function ofTypeTest(parts: readonly string[]): Test | string {
  const [system, code, value] = parts;
  if (!system || !code || !value) return ":of-type takes system|code|value";
  return (stored) =>
    text(stored, "value") === value &&
    list(stored, "type", "coding").some((each) => text(each, "system") === system && text(each, "code") === code);
}

function uriTest(wanted: string, modifier: string): Test {
  const [plain] = wanted.split("|");
  if (modifier === "below") return (stored) => typeof stored === "string" && stored.startsWith(wanted);
  if (modifier === "above") return (stored) => typeof stored === "string" && wanted.startsWith(stored);
  return (stored) =>
    stored === wanted || (typeof stored === "string" && stored.split("|")[0] === plain && !wanted.includes("|"));
}

function referenceTest(wanted: string, modifier: string, base: string, targets: readonly string[]): Test | string {
  if (modifier === "identifier") {
    const test = tokenTest(wanted, "", undefined);
    return typeof test === "string" ? test : (stored) => isRecord(stored) && test(stored.identifier);
  }
  const typed = modifier === "" || wanted.includes("/") ? wanted : `${modifier}/${wanted}`;
  const relative = plainReference(typed, base);
  return (stored) => {
    const found = plainReference(typeof stored === "string" ? stored : (text(stored, "reference") ?? ""), base);
    if (found === "") return false;
    if (relative.includes("/") || relative.includes(":")) return found === relative;
    const [type = "", id] = found.split("/");
    return id === relative && (targets.length === 0 || targets.includes(type) || targets.includes("Resource"));
  };
}

/** Relative to the base and without a version. */
export function plainReference(reference: string, base: string): string {
  const relative = reference.startsWith(`${base}/`) ? reference.slice(base.length + 1) : reference;
  return relative.replace(/\/_history\/[^/]+$/, "");
}

const PREFIXED = /^(eq|ne|gt|lt|ge|le|sa|eb|ap)?(.*)$/;

function dateTest(value: string): Test | string {
  const [, prefix = "eq", written = ""] = PREFIXED.exec(value) ?? [];
  const wanted = rangeOf(written.replace(" ", "+"));
  if (wanted === undefined) return "a date was expected";
  return (stored) => {
    const range = rangeOf(stored);
    return range !== undefined && compare(prefix, range, wanted);
  };
}

type Range = readonly [number, number];

/** R4's table of prefixes over ranges whose end is not part of them. */
function compare(prefix: string, [from, to]: Range, [low, high]: Range): boolean {
  const within = low <= from && to <= high;
  const tests: Readonly<Record<string, boolean>> = {
    eq: within,
    ne: !within,
    gt: to > high,
    lt: from < low,
    ge: to > high || within,
    le: from < low || within,
    sa: from >= high,
    eb: to <= low,
    ap: from < high && to > low,
  };
  return tests[prefix] ?? false;
}

const NUMBER = /^[+-]?\d+(\.\d+)?([eE][+-]?\d+)?$/;

function quantityTest(value: string): Test | string {
  const [written = "", system, unit] = value.split(/(?<!\\)\|/).map(unescaped);
  const [, prefix = "eq", number = ""] = PREFIXED.exec(written) ?? [];
  if (!NUMBER.test(number)) return "a number was expected";
  const wanted = Number(number);
  const [digits = "", exponent = "0"] = number.toLowerCase().split("e");
  const half = 0.5 * 10 ** (Number(exponent) - (digits.split(".")[1]?.length ?? 0));
  return (stored) => {
    const found = isRecord(stored) ? stored.value : stored;
    if (typeof found !== "number" || !unitFits(stored, system, unit)) return false;
    const near = found >= wanted - half - 1e-12 && found < wanted + half - 1e-12;
    const tests: Readonly<Record<string, boolean>> = {
      ...{ eq: near, ne: !near, gt: found > wanted, lt: found < wanted, ge: found >= wanted, le: found <= wanted },
      ...{ sa: found > wanted, eb: found < wanted, ap: Math.abs(found - wanted) <= Math.abs(wanted) * 0.1 },
    };
    return tests[prefix] ?? false;
  };
}

function unitFits(stored: unknown, system: string | undefined, unit: string | undefined): boolean {
  if (unit === undefined || unit === "") return true;
  const code = text(stored, "code") === unit;
  if (system !== undefined && system !== "") return code && text(stored, "system") === system;
  return code || text(stored, "unit") === unit;
}
