import type { SearchParameterComponent, SearchParameterDefinition } from "#profiles/generated/search-parameters.ts";
import { parseCompositeTest } from "./matching/composite.ts";
import { parseDateTest } from "./matching/date.ts";
import { parseNumberTest } from "./matching/number.ts";
import { parseQuantityTest } from "./matching/quantity.ts";
import { parseReferenceTest } from "./matching/reference.ts";
import { parseStringTest } from "./matching/string.ts";
import { parseTokenTest, type TokenModifier } from "./matching/token.ts";
import { parseUriTest } from "./matching/uri.ts";
import { expected, isNode, type ParsedValue } from "./matching/value-test.ts";
import { countsWords, tokenKind } from "./parameter-kind.ts";
import { unescapeValue } from "./query-values.ts";
import type { Terminology } from "./terminology.ts";

/** What the reading of a criterion depends on beside its text. */
export interface CriterionOptions {
  /** Base of our own references: one that begins otherwise is to another server's resource. */
  readonly fhirBase: string;
  /** Absent: no value set is known, and nothing of how codes stand to each other. */
  readonly terminology?: Terminology | undefined;
  /** Whether a mistyped NHS number is refused rather than not found. True unless said otherwise. */
  readonly strictNhsNumbers?: boolean | undefined;
  /** Milliseconds since 1970; only `ap` on dates asks for it. */
  readonly now_ms?: number | undefined;
}

type Described = Pick<SearchParameterDefinition, "code" | "type" | "expression" | "codeSystem" | "component">;

/** One value of a parameter as a test of what the parameter extracts. The modifier is one that it takes. */
export function parseValueTest(
  definition: Described,
  value: string,
  modifier: string | undefined,
  options: CriterionOptions,
): ParsedValue {
  switch (definition.type) {
    case "string":
      return parseStringTest(unescapeValue(value), {
        modifier: modifier === "exact" || modifier === "contains" ? modifier : undefined,
        atWords: countsWords(definition),
      });
    case "token":
      return parseTokenTest(isValueSet(modifier) ? withoutBase(value, options.fhirBase) : value, {
        kind: tokenKind(definition),
        codeSystem: definition.codeSystem,
        modifier: isTokenModifier(modifier) ? modifier : undefined,
        terminology: options.terminology,
      });
    case "date":
      return parseDateTest(unescapeValue(value), options.now_ms);
    case "number":
      return parseNumberTest(value);
    case "quantity":
      return parseQuantityTest(value);
    case "uri":
      return parseUriTest(unescapeValue(value), {
        modifier: modifier === "below" || modifier === "above" ? modifier : undefined,
        fhirBase: options.fhirBase,
      });
    case "reference":
      return modifier === "identifier" ? parseIdentifierTest(value) : parseTargetTest(value, modifier, options);
    case "composite":
      return parseCompositeTest(value, definition.component ?? [], (component, part) =>
        parseValueTest(described(component), part, undefined, options),
      );
    case "special":
      return expected("nothing: this parameter is not served");
  }
}

function described(component: SearchParameterComponent): Described {
  return { ...component, expression: "" };
}

function isValueSet(modifier: string | undefined): boolean {
  return modifier === "in" || modifier === "not-in";
}

function withoutBase(url: string, fhirBase: string): string {
  return url.startsWith(`${fhirBase}/ValueSet/`) ? url.slice(fhirBase.length + 1) : url;
}

const TOKEN_MODIFIERS: ReadonlySet<string> = new Set(["text", "of-type", "in", "not-in", "below", "above", "not"]);

function isTokenModifier(modifier: string | undefined): modifier is TokenModifier {
  return modifier !== undefined && TOKEN_MODIFIERS.has(modifier);
}

function parseTargetTest(value: string, type: string | undefined, { fhirBase }: CriterionOptions): ParsedValue {
  return parseReferenceTest(unescapeValue(value), { type, fhirBase });
}

/** `:identifier`: the reference names what it means by an identifier of its own. */
function parseIdentifierTest(value: string): ParsedValue {
  const parsed = parseTokenTest(value, {
    kind: "identifier",
    codeSystem: undefined,
    modifier: undefined,
    terminology: undefined,
  });
  if (!parsed.ok) return parsed;
  return {
    ok: true,
    test: (elements) =>
      parsed.test(elements.flatMap((element) => (isNode(element) && element.identifier ? [element.identifier] : []))),
  };
}
