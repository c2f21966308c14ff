import { BUNDLE_INVARIANTS } from "./bundle-invariants.ts";
import { type Issues, isNode, type Node, report } from "./issue.ts";

/**
 * Invariants of FHIR R4 as plain functions, by the key of the constraint. Each is told of an object that has the right
 * shape or of one that was reported already, so each asks before it reads. An invariant whose inputs are absent holds.
 */
export type Invariant = (element: Node, out: Issues) => void;

const UCUM = "http://unitsofmeasure.org";
const UNDERSCORE = 95;
const CAPITAL_A = 65;
const CAPITAL_Z = 90;

function fails(out: Issues, expression: string, message: string): void {
  report(out, "invariant", expression, message);
}

function has(element: Node, ...names: readonly string[]): boolean {
  return names.some((name) => element[name] !== undefined || element[`_${name}`] !== undefined);
}

/** Nodes of a property that repeats. */
function nodes(element: Node, name: string): readonly Node[] {
  const value = element[name];
  return Array.isArray(value) ? value.filter(isNode) : [];
}

/** Whether any type of a choice is present: `value` followed by a capital, also in a companion. */
function hasChoice(element: Node, name: string): boolean {
  for (const key in element) {
    const start = key.charCodeAt(0) === UNDERSCORE ? 1 : 0;
    const next = key.charCodeAt(start + name.length);
    if (next >= CAPITAL_A && next <= CAPITAL_Z && key.startsWith(name, start)) return true;
  }
  return false;
}

/** Names of properties of which at least one must be there. */
function anyOf(key: string, names: readonly string[], message: string): Invariant {
  return (element, out) => {
    if (!has(element, ...names)) fails(out, "", `${key}: ${message}`);
  };
}

function onlyWith(key: string, name: string, needed: string): Invariant {
  return (element, out) => {
    if (has(element, name) && !has(element, needed)) fails(out, name, `${key}: ${name} needs ${needed}.`);
  };
}

function notBoth(key: string, one: string, other: string): Invariant {
  return (element, out) => {
    if (has(element, one) && has(element, other)) fails(out, other, `${key}: ${one} and ${other} exclude each other.`);
  };
}

function exactlyOne(key: string, one: string, other: string): Invariant {
  return (element, out) => {
    if (has(element, one) === has(element, other)) fails(out, "", `${key}: either ${one} or ${other}, not both.`);
  };
}

function notNegative(key: string, name: string): Invariant {
  return (element, out) => {
    const value = element[name];
    if (typeof value === "number" && value < 0) fails(out, name, `${key}: ${name} is not negative.`);
  };
}

function noneAtHome(key: string, name: string): Invariant {
  return (element, out) => {
    if (nodes(element, name).some((node) => node.use === "home")) {
      fails(out, name, `${key}: an organization has no ${name} of use home.`);
    }
  };
}

/** A quantity that measures one thing: a unit of UCUM, with a value where `needsValue`. */
function ucumOnly(key: string): Invariant {
  return (element, out) => {
    const isUnitless = has(element, "value") && !has(element, "code");
    const system = element.system;
    if (isUnitless || (system !== undefined && system !== UCUM)) fails(out, "", `${key}: the unit is a code of UCUM.`);
  };
}

const age1: Invariant = (element, out) => {
  ucumOnly("age-1")(element, out);
  const value = element.value;
  if (typeof value === "number" && value <= 0) fails(out, "value", "age-1: an age is greater than 0.");
};

const cnt3: Invariant = (element, out) => {
  ucumOnly("cnt-3")(element, out);
  const value = element.value;
  const isWhole = typeof value !== "number" || Number.isInteger(value);
  const code = element.code;
  if (!isWhole || (code !== undefined && code !== "1")) fails(out, "", "cnt-3: a count is a whole number of unit 1.");
};

const drt1: Invariant = (element, out) => {
  if (has(element, "code") && (element.system !== UCUM || !has(element, "value"))) {
    fails(out, "", "drt-1: a duration has a value and a unit of UCUM.");
  }
};

const DATE_LENGTH = 10;

/** Whether `start` is surely after `end`; dates of less precision are compared as far as they go. */
function isAfter(start: string, end: string): boolean {
  if (start.length > DATE_LENGTH && end.length > DATE_LENGTH) return Date.parse(start) > Date.parse(end);
  const length = Math.min(start.length, end.length, DATE_LENGTH);
  return start.slice(0, length) > end.slice(0, length);
}

const per1: Invariant = (element, out) => {
  const { start, end } = element;
  if (typeof start === "string" && typeof end === "string" && isAfter(start, end)) {
    fails(out, "", "per-1: a period does not end before it starts.");
  }
};

const rng2: Invariant = (element, out) => {
  const { low, high } = element;
  if (!isNode(low) || !isNode(high)) return;
  const isComparable = low.code === high.code && low.unit === high.unit && low.system === high.system;
  const [from, to] = [low.value, high.value];
  if (isComparable && typeof from === "number" && typeof to === "number" && from > to) {
    fails(out, "", "rng-2: the low end of a range is not above the high end.");
  }
};

const rat1: Invariant = (element, out) => {
  if (has(element, "numerator") !== has(element, "denominator")) {
    fails(out, "", "rat-1: numerator and denominator come together.");
  } else if (!has(element, "numerator", "extension")) {
    fails(out, "", "rat-1: a ratio has a numerator and a denominator, or an extension.");
  }
};

const ext1: Invariant = (element, out) => {
  if (has(element, "extension") === hasChoice(element, "value")) {
    fails(out, "", "ext-1: an extension has either a value or extensions.");
  }
};

const tim9: Invariant = (element, out) => {
  if (!has(element, "offset")) return;
  const when = element.when;
  const codes = Array.isArray(when) ? when : [];
  if (codes.length === 0 || codes.some((code) => ["C", "CM", "CD", "CV"].includes(code))) {
    fails(out, "offset", "tim-9: an offset needs a when that is not a meal itself.");
  }
};

const trd1: Invariant = (element, out) => {
  if (has(element, "data") && hasChoice(element, "timing")) fails(out, "", "trd-1: either timing or data, not both.");
};

const trd3: Invariant = (element, out) => {
  const type = element.type;
  const isNamed = type !== "named-event" || has(element, "name");
  const isTimed = type !== "periodic" || hasChoice(element, "timing");
  const hasData = typeof type !== "string" || !type.startsWith("data-") || has(element, "data");
  if (!isNamed || !isTimed || !hasData) fails(out, "", "trd-3: a trigger has what its type needs.");
};

const obs6: Invariant = (element, out) => {
  if (has(element, "dataAbsentReason") && hasChoice(element, "value")) {
    fails(out, "dataAbsentReason", "obs-6: a reason for absence only where there is no value.");
  }
};

/** Equal for equal codings, in whatever order their properties stand. */
function toComparable(coding: Node): string {
  return JSON.stringify(Object.entries(coding).sort(([one], [other]) => (one < other ? -1 : 1)));
}

const obs7: Invariant = (element, out) => {
  const components = nodes(element, "component");
  const { code } = element;
  if (components.length === 0 || !isNode(code) || !hasChoice(element, "value")) return;
  const own = new Set(nodes(code, "coding").map(toComparable));
  const isRepeated = components.some((component) => {
    const inside = component.code;
    return isNode(inside) && nodes(inside, "coding").some((coding) => own.has(toComparable(coding)));
  });
  if (isRepeated) fails(out, "", "obs-7: no value where a component has the same code.");
};

/** By constraint key. */
export const INVARIANTS = {
  "age-1": age1,
  "att-1": onlyWith("att-1", "data", "contentType"),
  ...BUNDLE_INVARIANTS,
  "cnt-3": cnt3,
  "cpt-2": onlyWith("cpt-2", "value", "system"),
  "dis-1": ucumOnly("dis-1"),
  "drq-1": exactlyOne("drq-1", "path", "searchParam"),
  "drq-2": exactlyOne("drq-2", "path", "searchParam"),
  "drt-1": drt1,
  "exp-1": anyOf("exp-1", ["expression", "reference"], "an expression or a reference."),
  "ext-1": ext1,
  "obs-3": anyOf("obs-3", ["low", "high", "text"], "a reference range has low, high or text."),
  "obs-6": obs6,
  "obs-7": obs7,
  "org-1": anyOf("org-1", ["identifier", "name"], "an organization has an identifier or a name."),
  "org-2": noneAtHome("org-2", "address"),
  "org-3": noneAtHome("org-3", "telecom"),
  "pat-1": anyOf("pat-1", ["name", "telecom", "address", "organization"], "a contact has details or an organization."),
  "per-1": per1,
  "ppc-1": anyOf("ppc-1", ["policy", "policyRule"], "a consent has a policy or a policyRule."),
  "qty-3": onlyWith("qty-3", "code", "system"),
  "rat-1": rat1,
  "rng-2": rng2,
  "sev-1": notBoth("sev-1", "name", "query"),
  "tim-1": onlyWith("tim-1", "duration", "durationUnit"),
  "tim-2": onlyWith("tim-2", "period", "periodUnit"),
  "tim-4": notNegative("tim-4", "duration"),
  "tim-5": notNegative("tim-5", "period"),
  "tim-6": onlyWith("tim-6", "periodMax", "period"),
  "tim-7": onlyWith("tim-7", "durationMax", "duration"),
  "tim-8": onlyWith("tim-8", "countMax", "count"),
  "tim-9": tim9,
  "tim-10": notBoth("tim-10", "timeOfDay", "when"),
  "trd-1": trd1,
  "trd-2": onlyWith("trd-2", "condition", "data"),
  "trd-3": trd3,
} as const satisfies Readonly<Record<string, Invariant>>;
