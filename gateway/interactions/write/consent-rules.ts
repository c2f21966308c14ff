import { isRecordType } from "#profiles/interactions.ts";
import type { Issue } from "../../outcome/issue.ts";
import type { Scene } from "./ports.ts";
import { flawed } from "./refusal.ts";
import { parseReference, placeOfTarget } from "./subject.ts";
import { isTree, type Tree } from "./tree.ts";

/**
 * Why a Consent is not stored: only where it contradicts itself, or cannot be carried out as it stands. A decision that
 * nobody can read is worse than one that is sent back. That a period ends after it starts is base R4's rule (per-1).
 */
export async function checkConsent(consent: Tree, scene: Scene): Promise<readonly Issue[]> {
  const root = consent.provision;
  if (!isTree(root)) return [];
  const issues = checkProvision(root, "Consent.provision");
  return [...issues, ...(await checkData(consent, root, scene))];
}

const NEITHER = "This rule says neither permit nor deny: only the first rule of a Consent may leave that open.";

function checkProvision(provision: Tree, path: string): readonly Issue[] {
  const nested = provisionsOf(provision);
  return [
    ...nested.flatMap((rule, index) =>
      rule.type === undefined ? [told(`${path}.provision[${index}].type`, NEITHER)] : [],
    ),
    ...checkContradictions(nested, `${path}.provision`),
    ...nested.flatMap((rule, index) => checkProvision(rule, `${path}.provision[${index}]`)),
  ];
}

function provisionsOf({ provision }: Tree): readonly Tree[] {
  return Array.isArray(provision) ? provision.filter(isTree) : [];
}

/** Two rules of one level that say yes and no to the same. */
function checkContradictions(rules: readonly Tree[], path: string): readonly Issue[] {
  return rules.flatMap((rule, index) => {
    const contradicted = rules
      .slice(0, index)
      .some(
        (other) =>
          rule.type !== undefined &&
          other.type !== undefined &&
          rule.type !== other.type &&
          scopeOf(rule) === scopeOf(other),
      );
    const message =
      "This rule permits what another of the same level denies, for the same actors, purposes, data and period: which of them holds cannot be told.";
    return contradicted ? [told(`${path}[${index}]`, message)] : [];
  });
}

/** What a rule is about, in one order, without what it says of it. */
function scopeOf({ type: _, id: __, extension: ___, ...scope }: Tree): string {
  return JSON.stringify(inOrder(scope));
}

function inOrder(value: unknown): unknown {
  if (Array.isArray(value)) return value.map((item) => JSON.stringify(inOrder(item))).sort();
  if (!isTree(value)) return value;
  return Object.entries(value)
    .filter(([name]) => name !== "display" && name !== "text")
    .map(([name, member]) => [name, inOrder(member)])
    .sort(([a], [b]) => (String(a) < String(b) ? -1 : 1));
}

/** `provision.data` names resources of the child whose Consent it is. */
async function checkData(
  consent: Tree,
  provision: Tree,
  scene: Scene,
  path = "Consent.provision",
): Promise<readonly Issue[]> {
  const issues: Issue[] = [];
  for (const [index, data] of (Array.isArray(provision.data) ? provision.data : []).entries()) {
    const reference = isTree(data) && isTree(data.reference) ? data.reference.reference : undefined;
    if (reference !== undefined && !(await isOfChild(reference, consent, scene))) {
      const message = "Expected a resource that this client sees, of the child whose Consent this is.";
      issues.push(told(`${path}.data[${index}].reference`, message));
    }
  }
  for (const [index, nested] of provisionsOf(provision).entries()) {
    issues.push(...(await checkData(consent, nested, scene, `${path}.provision[${index}]`)));
  }
  return issues;
}

async function isOfChild(reference: unknown, { patient }: Tree, scene: Scene): Promise<boolean> {
  const { fhirBase } = scene.ports;
  const data = parseReference(reference, fhirBase);
  if (data === undefined || !isRecordType(data.type)) return false;
  const place = await placeOfTarget(data.type, data.id, scene);
  if (place?.kind !== "child") return false;
  const child = isTree(patient) ? parseReference(patient.reference, fhirBase) : undefined;
  return child === undefined || child.id === place.patientId;
}

function told(expression: string, message: string): Issue {
  return flawed("rule", { code: "business-rule", expression, message });
}
