declare global {
  // https://tc39.es/proposal-json-parse-with-source/, which the runtime has and the language's library has not yet.
  interface JSON {
    parse(
      text: string,
      reviver: (key: string, value: unknown, context: { readonly source?: string }) => unknown,
    ): unknown;
    rawJSON(text: string): object;
  }
}

/**
 * The value of a JSON text in which every number that a JavaScript number would change (`1.00`, `1e2`, twenty digits)
 * stands as it was written: `JSON.stringify` gives its digits back. R4 holds the precision of a decimal to be part of
 * its meaning (https://hl7.org/fhir/R4/datatypes.html#decimal).
 */
export function parseLossless(text: string): unknown {
  return JSON.parse(text, (_, value, { source }) =>
    typeof value === "number" && source !== undefined && String(value) !== source ? JSON.rawJSON(source) : value,
  );
}
