import type { SearchParameterDefinition } from "#profiles/generated/search-parameters.ts";
import { toReferenceTarget } from "./matching/reference.ts";
import { toCodes } from "./matching/token.ts";
import { isNode } from "./matching/value-test.ts";
import { tokenKind } from "./parameter-kind.ts";
import { tokenForm } from "./token-hash.ts";

/** Gives the forms under which queries name an element by hash. */
export type ToForms = (element: unknown) => readonly string[];

/** The key of every reference to a contained resource: only the body tells what that is. */
export const TO_CONTAINED = "#";

/** How the elements of a parameter are keyed; dates and strings are kept as they are, and have no such forms. */
export function formsOf(definition: SearchParameterDefinition): ToForms {
  if (definition.type === "token") return tokenForms(definition);
  if (definition.type === "reference") return referenceForms;
  return (element) => (typeof element === "string" ? [element] : []);
}

/** `code`, and `system|code` or, without a system, `|code`; an id has no system at all. */
function tokenForms(definition: SearchParameterDefinition): ToForms {
  const options = { kind: tokenKind(definition), codeSystem: definition.codeSystem };
  const isId = definition.code === "_id";
  return (element) => {
    const forms: string[] = [];
    for (const { system, code } of toCodes(element, options)) {
      forms.push(code);
      if (!isId) forms.push(tokenForm(system ?? "", code));
    }
    return forms;
  };
}

/** The URL or `Type/id` that a reference leads to, without a version; one by identifier alone has no key. */
function referenceForms(element: unknown): readonly string[] {
  const literal = isNode(element) ? element.reference : element;
  if (typeof literal !== "string") return [];
  if (literal.startsWith("#")) return [TO_CONTAINED];
  // The base is not known here: a URL under it is stored as it stands, and asked for in both forms.
  const target = toReferenceTarget(literal, "/");
  if (!target) return [];
  return [target.kind === "local" ? `${target.type}/${target.id}` : target.url];
}
