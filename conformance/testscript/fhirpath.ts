import { evalFhirPath } from "@medplum/core";

/** Throws where the expression cannot be read. */
export function evaluate(expression: string, resource: unknown): readonly unknown[] {
  const found: unknown = evalFhirPath(expression, resource);
  return Array.isArray(found) ? found : [found];
}
