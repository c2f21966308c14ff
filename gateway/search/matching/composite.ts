import type { SearchParameterComponent } from "#profiles/generated/search-parameters.ts";
import { splitUnescaped } from "../query-values.ts";
import { expected, isNode, type ParsedValue, type ValueTest } from "./value-test.ts";

/**
 * The parts of a composite must hold within one and the same element. https://hl7.org/fhir/R4/search.html#composite
 */
export function parseCompositeTest(
  value: string,
  components: readonly SearchParameterComponent[],
  parsePart: (component: SearchParameterComponent, part: string) => ParsedValue,
): ParsedValue {
  const parts = splitUnescaped(value, "$");
  if (parts.length !== components.length || parts.includes("")) {
    return expected(components.map(({ code }) => `[${code}]`).join("$"));
  }
  const tests: { readonly extract: SearchParameterComponent["extract"]; readonly test: ValueTest }[] = [];
  for (const [index, component] of components.entries()) {
    const parsed = parsePart(component, parts[index] ?? "");
    if (!parsed.ok) return parsed;
    tests.push({ extract: component.extract, test: parsed.test });
  }
  return {
    ok: true,
    test: (elements) =>
      elements.some((element) => isNode(element) && tests.every(({ extract, test }) => test(extract(element)))),
  };
}
