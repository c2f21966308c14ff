import { type Check, type Issues, isNode, type Node, prefix, report } from "./issue.ts";
import { type Codes, codesOf, isBound, readArtefact } from "./profile-codes.ts";
import {
  type Branch,
  expectedOf,
  matches,
  type Profile,
  type ProfileElement,
  toTree,
  valuesAt,
} from "./profile-elements.ts";
import { PROFILE_INVARIANTS } from "./profile-invariants.ts";
import { referenceTo } from "./references.ts";

/** Where the profiles and value sets are that a profile names. Throws for what has to be there and is not. */
export interface ProfileDefinitions {
  /** `undefined` for a profile that nothing is checked against. */
  profile(url: string): Profile | undefined;
  /** `undefined` for a value set whose codes are not checked. */
  codes(valueSet: string): Codes | undefined;
}

interface Compiling extends Profile {
  readonly definitions: ProfileDefinitions;
}

const OWN_DEFINITIONS: ProfileDefinitions = {
  profile(url) {
    const profile = readArtefact<Profile>("StructureDefinition", url);
    if (profile === undefined) throw new Error(`No profile ${url}`);
    return profile;
  },
  codes: codesOf,
};

/** Checks an object against what a profile says of it. */
type NodeCheck = (node: Node, out: Issues) => void;

const R4 = "http://hl7.org/fhir/StructureDefinition/";

/**
 * The check of a profile, made from its differential: cardinality, fixed values and patterns, types and targets, slices,
 * required bindings, extensions, invariants. What base R4 asks is not repeated. Throws where a differential uses a
 * feature that is not held here, so that no profile is half checked in silence.
 */
export function compileProfile(given: Profile, definitions: ProfileDefinitions = OWN_DEFINITIONS): NodeCheck {
  const profile: Compiling = { ...given, definitions };
  const root = toTree(profile.differential.element);
  return together([...invariantsOf(root.definition, profile), ...childChecks(root, profile)]);
}

function together(checks: readonly NodeCheck[]): NodeCheck {
  return (node, out) => {
    for (const check of checks) check(node, out);
  };
}

function invariantsOf(definition: ProfileElement | undefined, { url }: Compiling): readonly NodeCheck[] {
  const keys = (definition?.constraint ?? []).filter(({ severity }) => severity === "error").map(({ key }) => key);
  return keys.map((key) => {
    const invariant = PROFILE_INVARIANTS.get(key);
    if (invariant === undefined) throw new Error(`No rule for the invariant ${key} of ${url}`);
    return invariant;
  });
}

function childChecks(branch: Branch, profile: Compiling): readonly NodeCheck[] {
  return [...branch.children.values()].flatMap((child) => elementCheck(child, profile) ?? []);
}

/** The check of one element of an object; nothing where the profile only marks it. */
function elementCheck(branch: Branch, profile: Compiling): NodeCheck | undefined {
  const { name, definition } = branch;
  const stem = name.replace("[x]", "");
  const range = rangeOf(definition, profile);
  const items = itemChecks(branch, profile);
  const slices = sliceCheck(branch, profile);
  const types = name.endsWith("[x]") ? definition?.type?.map(({ code }) => choiceProperty(stem, code)) : undefined;
  if (range === undefined && items.length === 0 && slices === undefined && types === undefined) return undefined;
  const find = name.endsWith("[x]") ? (node: Node) => choiceOf(node, stem) : () => stem;
  return (node, out) => {
    const property = find(node);
    const value = property === undefined ? undefined : node[property];
    range?.(countOf(node, property), stem, out);
    if (types !== undefined && property !== undefined && !types.includes(property)) {
      report(out, "structure", stem, `Expected ${types.join(" or ")} in ${profile.name}.`);
    }
    if (value === undefined) return;
    slices?.(value, stem, out);
    if (items.length > 0) checkItems(value, stem, items, out);
  };
}

function choiceProperty(stem: string, type: string): string {
  return `${stem}${type.charAt(0).toUpperCase()}${type.slice(1)}`;
}

/** Property of a choice that is there, also where only its companion is. */
function choiceOf(node: Node, stem: string): string | undefined {
  for (const key in node) {
    const name = key.startsWith("_") ? key.slice(1) : key;
    if (name.startsWith(stem) && /^[A-Z]/.test(name.slice(stem.length))) return name;
  }
  return undefined;
}

function countOf(node: Node, property: string | undefined): number {
  if (property === undefined) return 0;
  const value = node[property] ?? node[`_${property}`];
  if (Array.isArray(value)) return value.length;
  return value === undefined ? 0 : 1;
}

type RangeCheck = (count: number, name: string, out: Issues) => void;

function rangeOf(definition: ProfileElement | undefined, profile: Compiling, what = "it"): RangeCheck | undefined {
  const { min = 0, max = "*" } = definition ?? {};
  const most = max === "*" ? Number.POSITIVE_INFINITY : Number(max);
  if (min === 0 && max === "*") return undefined;
  return (count, name, out) => {
    if (count < min) report(out, "required", name, `Expected at least ${min}: ${profile.name} requires ${what}.`);
    if (count > most) report(out, "structure", name, `Expected at most ${max} of ${what} in ${profile.name}.`);
  };
}

function checkItems(value: unknown, name: string, checks: readonly Check[], out: Issues): void {
  const isList = Array.isArray(value);
  for (const [index, item] of (isList ? value : [value]).entries()) {
    const from = out.length;
    for (const check of checks) check(item, out);
    if (out.length > from) prefix(out, from, isList ? `${name}[${index}]` : name);
  }
}

/** What each value of an element must keep. */
function itemChecks(branch: Branch, profile: Compiling): readonly Check[] {
  const { definition } = branch;
  const { fixed, pattern } = expectedOf(definition);
  const checks: Check[] = [];
  const expected = pattern ?? fixed;
  if (expected !== undefined) {
    checks.push((value, out) => {
      const fits = matches(value, expected) && (fixed === undefined || matches(fixed, value));
      if (!fits) report(out, "value", "", `Expected the value that ${profile.name} fixes.`);
    });
  }
  const { strength = "", valueSet = "" } = definition?.binding ?? {};
  if (strength === "required") checks.push(...bindingChecks(valueSet, profile));
  const targets =
    definition?.type?.flatMap(({ targetProfile = [] }) =>
      targetProfile.map((target) => typeOfTarget(target, profile)),
    ) ?? [];
  if (targets.length > 0) checks.push(referenceTo(() => {}, targets.join("|")));
  for (const url of definition?.type?.flatMap((type) => type.profile ?? []) ?? [])
    checks.push(...nestedProfile(url, profile));
  const within = [...childChecks(branch, profile)];
  if (within.length > 0) {
    checks.push((value, out) => {
      if (isNode(value)) for (const check of within) check(value, out);
    });
  }
  return checks;
}

function bindingChecks(valueSet: string, { definitions }: Compiling): readonly Check[] {
  const codes = definitions.codes(valueSet);
  if (codes === undefined) return [];
  return [
    (value, out) => {
      if (!isBound(value, codes)) report(out, "code-invalid", "", `Expected a code of ${valueSet}.`);
    },
  ];
}

function typeOfTarget(target: string, { definitions }: Compiling): string {
  if (target.startsWith(R4)) return target.slice(R4.length);
  const profile = definitions.profile(target);
  if (profile === undefined) throw new Error(`No profile ${target}`);
  return profile.type;
}

function nestedProfile(url: string, { definitions }: Compiling): readonly Check[] {
  const profile = definitions.profile(url);
  if (profile === undefined) return [];
  const check = compileProfile(profile, definitions);
  return [
    (value, out) => {
      if (isNode(value)) check(value, out);
    },
  ];
}

interface Slice {
  readonly isOf: (item: unknown) => boolean;
  readonly range: RangeCheck | undefined;
  readonly checks: readonly Check[];
}

type SliceCheck = (value: unknown, name: string, out: Issues) => void;

function sliceCheck(branch: Branch, profile: Compiling): SliceCheck | undefined {
  if (branch.slices.size === 0) return undefined;
  const { discriminator = [], rules = "open" } = branch.definition?.slicing ?? {};
  const slices = [...branch.slices].map(
    ([name, slice]): Slice => ({
      isOf: membership(slice, discriminator, profile),
      range: rangeOf(slice.definition, profile, name),
      checks: itemChecks(slice, profile),
    }),
  );
  const check: SliceCheck = (value, name, out) => {
    const items = Array.isArray(value) ? value : [value];
    for (const slice of slices) {
      let count = 0;
      for (const [index, item] of items.entries()) {
        if (!slice.isOf(item)) continue;
        count += 1;
        const from = out.length;
        for (const check of slice.checks) check(item, out);
        if (out.length > from) prefix(out, from, Array.isArray(value) ? `${name}[${index}]` : name);
      }
      slice.range?.(count, name, out);
    }
    if (rules !== "closed") return;
    for (const [index, item] of items.entries()) {
      if (slices.some((slice) => slice.isOf(item))) continue;
      report(out, "structure", `${name}[${index}]`, `Expected ${[...branch.slices.keys()].join(" or ")} alone.`);
    }
  };
  return check;
}

/** Which items are of a slice: those that have at each discriminator's path what the slice fixes there. */
function membership(
  slice: Branch,
  discriminators: readonly { readonly type: string; readonly path: string }[],
  { url }: Compiling,
): (item: unknown) => boolean {
  const tests = discriminators.map(({ type, path }) => {
    const steps = path === "$this" ? [] : path.split(".");
    const at = steps.reduce<Branch | undefined>((branch, step) => branch?.children.get(step), slice);
    const { fixed, pattern } = expectedOf(at?.definition);
    const expected = fixed ?? pattern ?? (path === "url" ? slice.definition?.type?.[0]?.profile?.[0] : undefined);
    if ((type !== "value" && type !== "pattern") || expected === undefined) {
      throw new Error(`No rule for the slices of ${slice.name} in ${url}`);
    }
    return (item: unknown) => valuesAt(item, steps).some((value) => matches(value, expected));
  });
  if (tests.length === 0) throw new Error(`No discriminator for ${slice.name} in ${url}`);
  return (item) => tests.every((isMet) => isMet(item));
}
