import type { SearchParameterDefinition } from "#profiles/generated/search-parameters.ts";
import { toReferenceTarget } from "./matching/reference.ts";
import { toCodes } from "./matching/token.ts";
import { isNode } from "./matching/value-test.ts";
import { tokenKind } from "./parameter-kind.ts";
import { tokenForm } from "./token-hash.ts";

/** The forms under which a query names a token by hash: `code`, and `system|code` or, without a system, `|code`. */
export function tokenForms(element: unknown, definition: SearchParameterDefinition): readonly string[] {
  const kind = tokenKind(definition);
  return toCodes(element, { kind, codeSystem: definition.codeSystem }).flatMap(({ system, code }) =>
    definition.code === "_id" ? [code] : [code, tokenForm(system ?? "", code)],
  );
}

/** The URL or `Type/id` that a reference leads to, without a version; one by identifier alone has no key. */
export function referenceForms(element: unknown): readonly string[] {
  const literal = isNode(element) ? element.reference : element;
  if (typeof literal !== "string") return [];
  // The base is not known here: a URL under it is stored as it stands, and asked for in both forms.
  const target = toReferenceTarget(literal, "/");
  if (!target) return [];
  return [target.kind === "local" ? `${target.type}/${target.id}` : target.url];
}
