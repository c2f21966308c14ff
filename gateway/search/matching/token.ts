import { fold } from "../fold.ts";
import { splitUnescaped, unescapeValue } from "../query-values.ts";
import type { Terminology } from "../terminology.ts";
import { tokenForm } from "../token-hash.ts";
import { beginsWith, STRING_GRAMMAR } from "./string.ts";
import { expected, isNode, type ParsedValue, type ValueTest } from "./value-test.ts";

export type TokenModifier = "text" | "of-type" | "in" | "not-in" | "below" | "above" | "not";

/** How the elements of a token parameter are read. */
export type TokenKind = "coded" | "identifier" | "contact" | "boolean" | "plain";

export interface TokenOptions {
  readonly kind: TokenKind;
  /** Implied system of a plain code. */
  readonly codeSystem: string | undefined;
  readonly modifier: TokenModifier | undefined;
  readonly terminology: Terminology | undefined;
}

/** A code with its system, or without one. */
export interface Coded {
  readonly system: string | undefined;
  readonly code: string;
}

const TOKEN_GRAMMAR = "[code], [system]|[code], |[code] or [system]|";

/** Every code that an element holds. A ContactPoint's system is a kind of contact, not a system of codes. */
export function toCodes(element: unknown, { kind, codeSystem }: Pick<TokenOptions, "kind" | "codeSystem">): Coded[] {
  if (typeof element === "string" || typeof element === "boolean") {
    return [{ system: codeSystem, code: String(element) }];
  }
  if (!isNode(element)) return [];
  if (Array.isArray(element.coding)) return element.coding.flatMap((coding: unknown) => toCode(coding, kind) ?? []);
  return toCode(element, kind) ?? [];
}

function toCode(element: unknown, kind: TokenKind): Coded[] | undefined {
  if (!isNode(element)) return undefined;
  const code = element.code ?? element.value;
  if (typeof code !== "string") return undefined;
  return [{ system: typeof element.system === "string" && kind !== "contact" ? element.system : undefined, code }];
}

/** What a query's value asks of one code: https://hl7.org/fhir/R4/search.html#token */
interface Asked {
  /** Empty: only codes without a system; absent: any. */
  readonly system?: string;
  /** Absent: any code of the system. */
  readonly code?: string;
}

function parseAsked(value: string): Asked | undefined {
  const [first = "", second, further] = splitUnescaped(value, "|").map(unescapeValue);
  if (further !== undefined) return undefined;
  if (second === undefined) return { code: first };
  if (second === "") return first === "" ? undefined : { system: first };
  return { system: first, code: second };
}

function isAsked({ system, code }: Coded, asked: Asked): boolean {
  return (
    (asked.code === undefined || asked.code === code) && (asked.system === undefined || asked.system === (system ?? ""))
  );
}

/**
 * A token is compared to the letter: codes of nearly every system that is used here are case-sensitive, and of two
 * identifiers that differ in case nobody knows that they are one. The negations `:not` and `:not-in` are tested as
 * their opposites; who joins the values negates. https://hl7.org/fhir/R4/search.html#token
 */
export function parseTokenTest(value: string, options: TokenOptions): ParsedValue {
  switch (options.modifier) {
    case "text":
      return parseText(unescapeValue(value));
    case "of-type":
      return parseOfType(value);
    case "in":
    case "not-in":
      return parseIn(unescapeValue(value), options);
    case "below":
    case "above":
      return parseHierarchy(value, options, options.modifier);
    default:
      return parsePlain(value, options);
  }
}

function anyCode(options: TokenOptions, matches: (code: Coded) => boolean): ValueTest {
  return (elements) => elements.some((element) => toCodes(element, options).some(matches));
}

function parsePlain(value: string, options: TokenOptions): ParsedValue {
  const asked = parseAsked(value);
  if (options.kind === "boolean" && !/^(true|false)$/.test(asked?.code ?? "")) return expected("true or false");
  if (options.kind === "contact" && (asked === undefined || asked.system !== undefined)) {
    return expected("the number or address alone: a contact has no system of codes");
  }
  if (!asked) return expected(TOKEN_GRAMMAR);
  if (options.kind === "contact") {
    const wanted = contactForm(asked.code ?? "");
    return { ok: true, test: anyCode(options, ({ code }) => contactForm(code) === wanted) };
  }
  const test = anyCode(options, (code) => isAsked(code, asked));
  if (asked.code === undefined) return { ok: true, test };
  const form = asked.system === undefined ? asked.code : tokenForm(asked.system, asked.code);
  return { ok: true, test, forms: [form] };
}

/** A telephone number is the same however it is grouped, an address of mail whatever its case. */
function contactForm(text: string): string {
  return text.includes("@") ? text.toLowerCase() : text.replace(/[\s().-]/g, "").toLowerCase();
}

/** The words that stand beside a code, compared as text, each word for itself. */
function parseText(value: string): ParsedValue {
  const wanted = fold(value);
  if (wanted === "") return expected(STRING_GRAMMAR);
  return {
    ok: true,
    test: (elements) =>
      elements.some((element) => wordsOf(element).some((word) => beginsWith(fold(word), wanted, true))),
  };
}

function wordsOf(element: unknown): readonly string[] {
  if (!isNode(element)) return [];
  const { text, display, coding, type } = element;
  return [
    ...[text, display].filter((word) => typeof word === "string"),
    ...(Array.isArray(coding) ? coding.flatMap(wordsOf) : []),
    ...wordsOf(type),
  ];
}

function parseOfType(value: string): ParsedValue {
  const [system, code, identifier, further] = splitUnescaped(value, "|").map(unescapeValue);
  if (!system || !code || !identifier || further !== undefined) {
    return expected(
      "[system of the type]|[code of the type]|[value], as http://terminology.hl7.org/CodeSystem/v2-0203|MR|446053",
    );
  }
  return {
    ok: true,
    test: (elements) =>
      elements.some(
        (element) =>
          isNode(element) &&
          element.value === identifier &&
          toCodes(element.type, { kind: "coded", codeSystem: undefined }).some((type) =>
            isAsked(type, { system, code }),
          ),
      ),
  };
}

function parseIn(url: string, options: TokenOptions): ParsedValue {
  const members = options.terminology?.members(url);
  if (!members) return { ok: false, reason: "unknown-value-set" };
  return toMembership(
    members.map(({ system, code }) => tokenForm(system, code)),
    options,
  );
}

function toMembership(forms: readonly string[], options: TokenOptions): ParsedValue {
  const known = new Set(forms);
  return { ok: true, forms, test: anyCode(options, ({ system, code }) => known.has(tokenForm(system ?? "", code))) };
}

/** The code itself is below and above itself. https://hl7.org/fhir/R4/search.html#modifiers */
function parseHierarchy(value: string, options: TokenOptions, direction: "below" | "above"): ParsedValue {
  const asked = parseAsked(value);
  const system = asked?.system ?? options.codeSystem;
  if (!asked?.code || !system) return expected("[system]|[code]");
  const { terminology } = options;
  const related =
    direction === "below" ? terminology?.descendants(system, asked.code) : terminology?.ancestors(system, asked.code);
  if (!related) return { ok: false, reason: "unknown-hierarchy" };
  return toMembership(
    [asked.code, ...related].map((code) => tokenForm(system, code)),
    options,
  );
}
