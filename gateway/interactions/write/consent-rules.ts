import type { Consent, ConsentProvision, Identifier, Organization } from "@medplum/fhirtypes";
import { isRecordType } from "#profiles/interactions.ts";
import { checkConsentRules } from "../../disclosure/consent-check.ts";
import { ACTOR_SYSTEMS } from "../../disclosure/consent-codes.ts";
import type { Issue } from "../../outcome/issue.ts";
import { resourceBytes } from "../../search/pack.ts";
import { findVisible } from "../read-visible.ts";
import type { Sent } from "./content.ts";
import type { Scene } from "./ports.ts";
import { flawed, refuse } from "./refusal.ts";
import { parseReference, placeOfTarget } from "./subject.ts";
import { isTree, type Tree } from "./tree.ts";

/**
 * A Consent as it is stored: with an identifier beside each reference to an actor, since by that it is told who asks.
 * Refused where it contradicts itself, can be read in two ways, or names an actor or data that are not known here.
 */
export async function settleConsent(sent: Sent, scene: Scene): Promise<Sent> {
  const { resource, tree } = sent;
  if (resource.resourceType !== "Consent") return sent;
  const flaws: Issue[] = checkConsentRules(resource, scene.ports.issuers()).map(({ expression, message }) =>
    told(expression, message),
  );
  const actors = new Map<string, Identifier>();
  const { provision } = resource;
  if (provision !== undefined && !ENDED.has(resource.status)) {
    for (const { rule, path } of rulesIn(provision, "Consent.provision")) {
      flaws.push(...(await checkData(rule, path, { resource, scene })));
      flaws.push(...(await findActors(rule, path, { actors, scene })));
    }
  }
  if (flaws.length > 0) return refuse(...flaws);
  if (actors.size === 0 || !isTree(tree.provision)) return sent;
  return {
    resource: Object.assign({}, resource, { provision: withActors({ ...provision }, actors) }),
    tree: { ...tree, provision: withActors(tree.provision, actors) },
  };
}

/** What is of no effect may be stored as it is, so that whoever told it can take it back. */
const ENDED: ReadonlySet<string> = new Set(["inactive", "rejected", "entered-in-error"]);

interface Placed {
  readonly rule: ConsentProvision;
  readonly path: string;
}

function rulesIn(rule: ConsentProvision, path: string): readonly Placed[] {
  const nested = (rule.provision ?? []).flatMap((one, index) => rulesIn(one, `${path}.provision[${index}]`));
  return [{ rule, path }, ...nested];
}

/** `provision.data` of the meaning `instance` names resources of the child whose Consent it is. */
async function checkData(
  { data = [] }: ConsentProvision,
  path: string,
  { resource, scene }: { readonly resource: Consent; readonly scene: Scene },
): Promise<readonly Issue[]> {
  const issues: Issue[] = [];
  for (const [index, { meaning, reference }] of data.entries()) {
    const named = reference?.reference;
    if (meaning !== "instance" || named === undefined || (await isOfChild(named, resource, scene))) continue;
    const message = "Expected a resource that this client sees, of the child whose Consent this is.";
    issues.push(told(`${path}.data[${index}].reference`, message));
  }
  return issues;
}

async function isOfChild(reference: string, { patient }: Consent, scene: Scene): Promise<boolean> {
  const { fhirBase } = scene.ports;
  const data = parseReference(reference, fhirBase);
  if (data === undefined || !isRecordType(data.type)) return false;
  const place = await placeOfTarget(data.type, data.id, scene);
  if (place?.kind !== "child") return false;
  const child = parseReference(patient?.reference, fhirBase);
  return child === undefined || child.id === place.patientId;
}

/** Finds who is meant by each reference without an identifier. */
async function findActors(
  { actor = [] }: ConsentProvision,
  path: string,
  { actors, scene }: { readonly actors: Map<string, Identifier>; readonly scene: Scene },
): Promise<readonly Issue[]> {
  const issues: Issue[] = [];
  for (const [index, { reference }] of actor.entries()) {
    const named = reference?.reference;
    if (named === undefined || reference?.identifier !== undefined || actors.has(named)) continue;
    const found = await identifierOf(named, scene);
    if (found !== undefined) actors.set(named, found);
    else {
      const message = `Expected an Organization that this client sees and that has an identifier of one of these systems: ${ACTOR_SYSTEMS.join(", ")}.`;
      issues.push(told(`${path}.actor[${index}].reference`, message));
    }
  }
  return issues;
}

async function identifierOf(reference: string, scene: Scene): Promise<Identifier | undefined> {
  const { transaction, writer, search, requester, at, ports } = scene;
  const named = parseReference(reference, ports.fhirBase);
  if (named?.type !== "Organization") return undefined;
  const record = await transaction.locate("Organization", named.id, writer.idSpace);
  const view = record === undefined ? undefined : await search.reader.view(record, requester, at);
  const found = view && findVisible(view, "Organization", named.id);
  if (found === undefined) return undefined;
  const { identifier = [] }: Organization = JSON.parse(resourceBytes(found.pack, found.entry).toString());
  const known = ACTOR_SYSTEMS.flatMap((wanted) => identifier.filter(({ system }) => system === wanted));
  const [first] = known.filter(({ value }) => value !== undefined);
  return first && { system: first.system ?? "", value: first.value ?? "" };
}

/** The same rule, and those within it, with what was found of their actors. */
function withActors(rule: Tree, actors: ReadonlyMap<string, Identifier>): Tree {
  const { actor, provision } = rule;
  return {
    ...rule,
    ...(Array.isArray(actor) && { actor: actor.map((one) => withIdentifier(one, actors)) }),
    ...(Array.isArray(provision) && {
      provision: provision.map((one) => (isTree(one) ? withActors(one, actors) : one)),
    }),
  };
}

function withIdentifier(actor: unknown, actors: ReadonlyMap<string, Identifier>): unknown {
  if (!isTree(actor) || !isTree(actor.reference)) return actor;
  const { reference, identifier } = actor.reference;
  const found = identifier === undefined && typeof reference === "string" ? actors.get(reference) : undefined;
  return found === undefined ? actor : { ...actor, reference: { ...actor.reference, identifier: found } };
}

function told(expression: string, message: string): Issue {
  return flawed("rule", { code: "business-rule", expression, message });
}
