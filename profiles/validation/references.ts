import { type Check, type Issues, isNode, type Node, report } from "./issue.ts";

/** References: https://hl7.org/fhir/R4/references.html#literal */

const HASH = 35;
const RELATIVE = /^([A-Z][A-Za-z]+)\/[A-Za-z0-9.-]{1,64}(?:\/_history\/[A-Za-z0-9.-]{1,64})?$/;
/** An absolute URL or a URN; or, in a transaction, criteria that find one resource. */
const OTHER_FORM = /^(?:[A-Za-z][A-Za-z0-9+.-]*:\S+|[A-Z][A-Za-z]+\?\S+)$/;

/** The literal has a form that R4 knows; ref-1 is noted, and settled when the whole resource is known. */
export function checkLiteral(reference: Node, out: Issues): void {
  const literal = reference.reference;
  if (typeof literal !== "string" || literal === "#") return;
  if (literal.charCodeAt(0) === HASH) {
    out.push({
      severity: "error",
      code: "invariant",
      expression: "reference",
      message: "ref-1: a reference that starts with # names a contained resource.",
      unlessContained: literal.slice(1),
    });
  } else if (!RELATIVE.test(literal) && !OTHER_FORM.test(literal)) {
    report(out, "value", "reference", "Expected Type/id, an absolute URL, a URN, or # and the id of a contained.");
  }
}

/** A reference to one of these types, which are separated by bars; `check` is the one of any reference. */
export function referenceTo(check: Check, types: string): Check {
  const known = new Set(types.split("|"));
  const expected = `Expected a reference to ${[...known].join(" or ")}.`;
  return (value, out) => {
    check(value, out);
    if (!isNode(value)) return;
    const { reference, type } = value;
    const target = typeof reference === "string" ? RELATIVE.exec(reference)?.[1] : undefined;
    if (target !== undefined && !known.has(target)) report(out, "structure", "reference", expected);
    if (typeof reference === "string" && reference.length > 1 && reference.charCodeAt(0) === HASH) {
      out.push({
        severity: "error",
        code: "structure",
        expression: "reference",
        message: expected,
        unlessContained: reference.slice(1),
        ofTypes: known,
      });
    }
    if (typeof type === "string" && /^[A-Z][A-Za-z]+$/.test(type) && !known.has(type)) {
      report(out, "structure", "type", expected);
    }
  };
}

/** sqty-1: a SimpleQuantity is a Quantity without a comparator. */
export function simple(check: Check): Check {
  return (value, out) => {
    check(value, out);
    if (isNode(value) && value.comparator !== undefined) {
      report(out, "invariant", "comparator", "sqty-1: a quantity has no comparator here.");
    }
  };
}
