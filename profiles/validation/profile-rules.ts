import { displayOf } from "../generated/codes.ts";
import { isMissing } from "./elements.ts";
import { type Issues, isNode, type Node, report } from "./issue.ts";

/** Rules of which the profiles of this project are made. They speak of resources that base R4 finds valid. */
export type Rule = (resource: Node, out: Issues) => void;

type IsCoding = (coding: Node) => boolean;

/** Nodes of an element that repeats. */
export function nodes(parent: Node, name: string): readonly Node[] {
  const value = parent[name];
  return Array.isArray(value) ? value.filter(isNode) : [];
}

function codings(concept: unknown): readonly Node[] {
  return isNode(concept) ? nodes(concept, "coding") : [];
}

/** A Coding of one of these systems, with a code that the system has. */
export function of(...systems: readonly string[]): IsCoding {
  return ({ system, code }) =>
    typeof system === "string" &&
    typeof code === "string" &&
    systems.includes(system) &&
    displayOf(system, code) !== undefined;
}

/** A Coding of a system, whatever its code. */
export function ofAny(system: string): IsCoding {
  return (coding) => coding.system === system && typeof coding.code === "string";
}

export function exactly(system: string, code: string): IsCoding {
  return (coding) => coding.system === system && coding.code === code;
}

export function requires(...names: readonly string[]): Rule {
  return (resource, out) => {
    for (const name of names) if (resource[name] === undefined) isMissing(name, out);
  };
}

/** A choice that must come, in one of the properties given: `value` as `valueQuantity`. */
export function requiresChoice(name: string, ...properties: readonly string[]): Rule {
  return (resource, out) => {
    if (properties.some((property) => resource[property] !== undefined)) return;
    report(out, "required", name, `Expected ${properties.join(" or ")}.`);
  };
}

/** `code` has a Coding that fits, and a text for people. */
export function codeIs(isCoding: IsCoding, expected: string): Rule {
  return ({ code }, out) => {
    if (!isNode(code)) return;
    if (!codings(code).some(isCoding)) report(out, "code-invalid", "code", `Expected ${expected}.`);
    if (code.text === undefined) isMissing("code.text", out);
  };
}

/** A CodeableConcept, where it is there, has a Coding that fits. */
export function conceptIs(property: string, name: string, isCoding: IsCoding, expected: string): Rule {
  return (resource, out) => {
    const concept = resource[property];
    if (concept !== undefined && !codings(concept).some(isCoding)) {
      report(out, "code-invalid", name, `Expected ${expected}.`);
    }
  };
}

/** How many Codings of a CodeableConcept fit. */
export function counts(property: string, isCoding: IsCoding, range: { min: number; max: number }, what: string): Rule {
  return (resource, out) => {
    const count = codings(resource[property]).filter(isCoding).length;
    if (count < range.min) report(out, "required", `${property}.coding`, `Expected ${what}.`);
    if (count > range.max) report(out, "structure", `${property}.coding`, `Expected no more than ${what}.`);
  };
}

/** Some category has a Coding that fits. */
export function hasCategory(isCoding: IsCoding, expected: string): Rule {
  return (resource, out) => {
    const has = nodes(resource, "category").some((category) => codings(category).some(isCoding));
    if (!has) report(out, "required", "category", `Expected ${expected}.`);
  };
}

/** No category names a code that its system does not have. */
export function knowsCategories(system: string): Rule {
  return (resource, out) => {
    for (const [index, category] of nodes(resource, "category").entries()) {
      const isUnknown = codings(category).some((coding) => coding.system === system && !of(system)(coding));
      if (isUnknown) report(out, "code-invalid", `category[${index}]`, "Expected a code of its code system.");
    }
  };
}

/** `valueQuantity` has a value in a unit of UCUM; in this one, if given. */
export function quantityIn(system: string, unit?: string): Rule {
  return ({ valueQuantity: quantity }, out) => {
    if (!isNode(quantity)) return;
    if (quantity.value === undefined) isMissing("value.value", out);
    const isUnit = quantity.system === system && (unit === undefined || quantity.code === unit);
    if (!isUnit || quantity.code === undefined) {
      report(
        out,
        "code-invalid",
        "value.code",
        unit ? `Expected the unit ${unit} of UCUM.` : "Expected a unit of UCUM.",
      );
    }
  };
}

/** Identifiers of one system: each with a value, at most `max`. */
export function identifiers(system: string, max: number): Rule {
  return (resource, out) => {
    const found = nodes(resource, "identifier").filter((identifier) => identifier.system === system);
    if (found.length > max) report(out, "structure", "identifier", `Expected at most ${max} of one of the systems.`);
    if (found.some(({ value }) => value === undefined)) isMissing("identifier.value", out);
  };
}
