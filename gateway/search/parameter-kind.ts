import type { SearchParameterDefinition } from "#profiles/generated/search-parameters.ts";
import type { TokenKind } from "./matching/token.ts";

const BOOLEANS = /\.(active|deceased|abstract|experimental|instance|system|deceased\.exists\(\).*)$/;
const PERSON_NAME = /^(Patient|Practitioner)\.name(\.|$)/;
const CODED: readonly string[] = ["missing", "text", "not", "in", "not-in", "below", "above"];

/** How the elements of a token parameter are read, told from where they stand. */
export function tokenKind({ code, expression }: Pick<SearchParameterDefinition, "code" | "expression">): TokenKind {
  if (code === "_id" || code === "version") return "plain";
  if (/\.telecom\b/.test(expression)) return "contact";
  if (BOOLEANS.test(expression)) return "boolean";
  if (/\.identifier$/.test(expression)) return "identifier";
  return "coded";
}

/** Whether each word of a text counts for itself, as in the names of people. */
export function countsWords({ expression }: Pick<SearchParameterDefinition, "expression">): boolean {
  return PERSON_NAME.test(expression);
}

/** The modifiers that a parameter takes. https://hl7.org/fhir/R4/search.html#modifiers */
export function modifiersOf(definition: SearchParameterDefinition): readonly string[] {
  switch (definition.type) {
    case "string":
      return ["missing", "exact", "contains"];
    case "uri":
      return ["missing", "below", "above"];
    case "reference":
      return ["missing", "identifier", ...definition.target.filter((type) => type !== "Resource")];
    case "token":
      return tokenModifiers(tokenKind(definition));
    case "composite":
    case "special":
      return [];
    default:
      return ["missing"];
  }
}

function tokenModifiers(kind: TokenKind): readonly string[] {
  if (kind === "coded") return CODED;
  if (kind === "identifier") return ["missing", "text", "not", "of-type"];
  return ["missing", "not"];
}
