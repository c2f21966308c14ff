import { isNode } from "./issue.ts";

/** The parts of an ElementDefinition by which a profile constrains; `fixed[x]` and `pattern[x]` by their names. */
export interface ProfileElement {
  readonly id: string;
  readonly min?: number;
  readonly max?: string;
  readonly type?: readonly {
    readonly code: string;
    readonly profile?: readonly string[];
    readonly targetProfile?: readonly string[];
  }[];
  readonly binding?: { readonly strength: string; readonly valueSet?: string };
  readonly slicing?: {
    readonly discriminator?: readonly { readonly type: string; readonly path: string }[];
    readonly rules: string;
  };
  readonly constraint?: readonly { readonly key: string; readonly severity: string }[];
  readonly [name: string]: unknown;
}

export interface Profile {
  readonly name: string;
  readonly url: string;
  readonly version?: string;
  readonly type: string;
  readonly differential: { readonly element: readonly ProfileElement[] };
}

/** Elements of a differential as the tree that they form. */
export interface Branch {
  /** Last part of the path, as `value[x]`. */
  readonly name: string;
  definition: ProfileElement | undefined;
  readonly children: Map<string, Branch>;
  readonly slices: Map<string, Branch>;
}

export function toTree(elements: readonly ProfileElement[]): Branch {
  const root = newBranch("");
  for (const element of elements) {
    let branch = root;
    for (const part of element.id.split(".").slice(1)) {
      const [name = "", slice] = part.split(":");
      branch = grown(branch.children, name, name);
      if (slice !== undefined) branch = grown(branch.slices, slice, name);
    }
    branch.definition = element;
  }
  return root;
}

function newBranch(name: string): Branch {
  return { name, definition: undefined, children: new Map(), slices: new Map() };
}

function grown(branches: Map<string, Branch>, key: string, name: string): Branch {
  const known = branches.get(key) ?? newBranch(name);
  branches.set(key, known);
  return known;
}

/** What an element fixes exactly, and what it asks to be within its value. */
export function expectedOf(definition: ProfileElement | undefined): {
  readonly fixed?: unknown;
  readonly pattern?: unknown;
} {
  const expected: { fixed?: unknown; pattern?: unknown } = {};
  for (const [name, value] of Object.entries(definition ?? {})) {
    if (/^fixed[A-Z]/.test(name)) expected.fixed = value;
    else if (/^pattern[A-Z]/.test(name)) expected.pattern = value;
  }
  return expected;
}

/** Whether a value has all that a pattern has: every property, and for a list an item for each of the pattern's. */
export function matches(value: unknown, pattern: unknown): boolean {
  if (Array.isArray(pattern)) {
    return Array.isArray(value) && pattern.every((part) => value.some((item) => matches(item, part)));
  }
  if (!isNode(pattern)) return value === pattern;
  if (!isNode(value)) return false;
  // Asked of every item for every slice: a list of the pattern's properties would take longer than the rest.
  for (const name in pattern) if (!matches(value[name], pattern[name])) return false;
  return true;
}

/** Everything that stands at a path, through lists. */
export function valuesAt(value: unknown, path: readonly string[]): readonly unknown[] {
  // Asked of every resource for each of its profiles: lists made with callbacks took a tenth of all that is checked.
  let values: unknown[] = [value];
  for (const name of path) {
    const found: unknown[] = [];
    for (const each of values) {
      const member = isNode(each) ? each[name] : NONE;
      if (Array.isArray(member)) for (const item of member) found.push(item);
      else found.push(member);
    }
    values = found;
  }
  return values;
}

/** Of what is no object there is nothing, not even an absent member. */
const NONE: readonly unknown[] = [];
