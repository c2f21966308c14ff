/**
 * Where in a resource something stands that may change the meaning of what is around it: a modifier extension or
 * implicitRules, as `Patient.contact[0].modifierExtension`. None of them is known here, so that nothing that has one can
 * be understood. https://hl7.org/fhir/R4/extensibility.html#modifierExtension
 */
export function findModifier(value: unknown, path: string): string | undefined {
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) {
      const found = findModifier(item, `${path}[${index}]`);
      if (found !== undefined) return found;
    }
    return undefined;
  }
  if (typeof value !== "object" || value === null) return undefined;
  for (const [name, member] of Object.entries(value)) {
    if (MODIFIERS.has(name)) return `${path}.${name}`;
    if (typeof member !== "object") continue;
    const found = findModifier(member, KNOWN_NAME.test(name) ? `${path}.${name}` : path);
    if (found !== undefined) return found;
  }
  return undefined;
}

const MODIFIERS: ReadonlySet<string> = new Set(["modifierExtension", "_implicitRules", "implicitRules"]);
/** A name that is none of FHIR's could be anything, and is not repeated. */
const KNOWN_NAME = /^_?[a-z][A-Za-z]{0,40}$/;
