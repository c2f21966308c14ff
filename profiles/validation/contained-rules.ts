import { isNode, type Node } from "./issue.ts";

/**
 * What invariants of contained resources are made of. Each rule is told of an element that has the right shape or was
 * reported already, so each asks before it reads.
 */
export type Rule = (element: Node) => boolean;

/** By the path of the element that has them, and by key; beside each rule what it expects. */
export type Invariants = Readonly<Record<string, Readonly<Record<string, readonly [rule: Rule, message: string]>>>>;

/** Of a choice the name is `value[x]`, of all else the name of the property. */
function has(element: Node, name: string): boolean {
  if (!name.endsWith("[x]")) return element[name] !== undefined || element[`_${name}`] !== undefined;
  const stem = name.slice(0, -"[x]".length);
  return Object.keys(element).some((key) => {
    const property = key.startsWith("_") ? key.slice(1) : key;
    return property.startsWith(stem) && /^[A-Z]/.test(property.slice(stem.length));
  });
}

/** Elements at a path of lists and of single elements. */
export function nodesAt(element: Node, path: string): readonly Node[] {
  return path
    .split(".")
    .reduce<readonly Node[]>((found, name) => found.flatMap((each) => [each[name]].flat().filter(isNode)), [element]);
}

/** How many there are of these, each item of a list for itself. */
export function countOf(element: Node, names: readonly string[]): number {
  return names.reduce((sum, name) => {
    const value = element[name];
    return sum + (Array.isArray(value) ? value.length : Number(has(element, name)));
  }, 0);
}

export function anyOf(...names: readonly string[]): Rule {
  return (element) => names.some((name) => has(element, name));
}

export function noneOf(...names: readonly string[]): Rule {
  return (element) => names.every((name) => !has(element, name));
}

export function notBoth(one: string, other: string): Rule {
  return (element) => !has(element, one) || !has(element, other);
}

export function eitherOf(one: string, other: string): Rule {
  return (element) => has(element, one) !== has(element, other);
}

export function bothOrNeither(one: string, other: string): Rule {
  return (element) => has(element, one) === has(element, other);
}

export function needs(name: string, needed: string): Rule {
  return (element) => !has(element, name) || has(element, needed);
}

export function atMostOne(...names: readonly string[]): Rule {
  return (element) => countOf(element, names) <= 1;
}

export function is(name: string, ...values: readonly unknown[]): Rule {
  return (element) => values.includes(element[name]);
}

export function not(rule: Rule): Rule {
  return (element) => !rule(element);
}

export function or(...rules: readonly Rule[]): Rule {
  return (element) => rules.some((rule) => rule(element));
}

export function and(...rules: readonly Rule[]): Rule {
  return (element) => rules.every((rule) => rule(element));
}

export function every(path: string, rule: Rule): Rule {
  return (element) => nodesAt(element, path).every(rule);
}

/** Whether a CodeableConcept holds one of the codes of a system. */
export function isCoded(name: string, system: string, ...codes: readonly string[]): Rule {
  return (element) =>
    nodesAt(element, `${name}.coding`).some((coding) => coding.system === system && is("code", ...codes)(coding));
}

export function areDistinct(values: readonly unknown[]): boolean {
  return new Set(values).size === values.length;
}

/** Of the values of a name that elements have, which hold one another: each is another. */
export function distinctBelow(list: string, name: string): Rule {
  return (element) => {
    const open = [...nodesAt(element, list)];
    const found: unknown[] = [];
    for (let each = open.pop(); each !== undefined; each = open.pop()) {
      if (each[name] !== undefined) found.push(each[name]);
      for (const nested of nodesAt(each, list)) open.push(nested);
    }
    return areDistinct(found);
  };
}

/** Two times in order, as far as both are told. */
export function inOrder(earlier: string, later: string): Rule {
  const toTime = (value: unknown): number => (typeof value === "string" ? Date.parse(value) : Number.NaN);
  return (element) => !(toTime(element[earlier]) > toTime(element[later]));
}
