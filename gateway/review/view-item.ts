import { createHash } from "node:crypto";
import { isNhsNumber } from "#mappers/datatypes/nhs-number.ts";
import { isUpn, normaliseUpn } from "#mappers/datatypes/upn.ts";
import { NHS_NUMBER, SOURCE_CHILD_ID, UPN } from "#profiles/systems.ts";
import { LIMITS } from "../limits.ts";
import type { AlikeChild } from "../store/store.ts";
import type { ReviewedChild } from "./child.ts";
import { type SeenItem, stateOf } from "./parties.ts";
import type { ReviewPorts } from "./ports.ts";
import { toRelationships, toSharedRelationships } from "./relationships.ts";
import type { DecisionView, ItemView, Party, PartySource, Weighing } from "./shapes.ts";
import type { Sight } from "./sight.ts";
import { toStandings, toToldValues } from "./told-values.ts";
import { type Children, toDecisionView } from "./view-decision.ts";
import { weigh } from "./weigh.ts";

/** The children of an item in the order in which they are labelled, `A` first. */
export function labelled(seen: SeenItem): readonly { readonly label: string; readonly child: ReviewedChild }[] {
  return [seen.subject, ...seen.candidates].map((child, index) => ({ label: toLabel(index), child }));
}

/** A, B … Z, AA, AB … */
function toLabel(index: number): string {
  const letter = String.fromCharCode(65 + (index % 26));
  return index < 26 ? letter : `${toLabel(Math.floor(index / 26) - 1)}${letter}`;
}

/** An item with all its children side by side. */
export async function toItemView(seen: SeenItem, ports: ReviewPorts): Promise<ItemView> {
  const { item, sight } = seen;
  const weighings = weigh(seen, ports);
  const parties: Party[] = [];
  const children: Children = new Map();
  for (const { label, child } of labelled(seen)) {
    parties.push(await toParty({ label, child, children, weighing: weighings.get(child.record.key) }, seen, ports));
  }
  const [subject, ...others] = labelled(seen);
  const survivor = survivorOf(seen);
  return {
    id: String(item.id),
    version: await versionOf(seen, ports),
    kind: item.kind,
    source: item.source,
    authority: ports.register.authorityOf(item.source),
    openedAt: new Date(item.createdAt).toISOString(),
    state: stateOf(item) === "dismissed" ? "dismissed" : "open",
    ...(item.dismissal === undefined
      ? {}
      : { dismissal: { ...item.dismissal, at: new Date(item.dismissal.at).toISOString() } }),
    ...(seen.isPartial ? {} : { why: item.evidence }),
    matcher: ports.matcher.version,
    parties,
    relationships: subject === undefined ? [] : others.flatMap((other) => toSharedRelationships(subject, other, sight)),
    ...(others.length === 0 ? {} : { survivor }),
  };
}

interface Placed {
  readonly label: string;
  readonly child: ReviewedChild;
  readonly children: Children;
  readonly weighing: Weighing | undefined;
}

async function toParty(
  { label, child, children, weighing }: Placed,
  { sight, subject }: SeenItem,
  ports: ReviewPorts,
): Promise<Party> {
  return {
    label,
    child: child.record.patientId,
    isRestricted: child.isRestricted,
    sources: await Promise.all(
      child.told.map((told, index) => toSource(told, { name: `${label}${index + 1}`, child, sight }, ports)),
    ),
    fields: toToldValues(child, sight),
    ...(child === subject ? {} : { standing: toStandings(child, subject, sight) }),
    ...(weighing === undefined ? {} : { weighing }),
    relationships: toRelationships(child, sight, ports),
    decisions: await decisionsOf(child, { sight, children }, ports),
  };
}

async function toSource(
  { source, localId }: AlikeChild,
  { name, child, sight }: { readonly name: string; readonly child: ReviewedChild; readonly sight: Sight },
  { store, register }: Pick<ReviewPorts, "store" | "register">,
): Promise<PartySource> {
  const link = await store.linkOf(source, localId);
  const said = child.record.contributions.find((told) => told.source === source && told.localId === localId);
  return {
    name,
    source,
    authority: register.authorityOf(source),
    ...(sight.shows(source) && mayShowName(localId, sight) ? { localId } : {}),
    ...(said === undefined ? {} : { toldAt: new Date(said.lastUpdated).toISOString() }),
    ...(link === undefined ? {} : { linkedAt: new Date(link.decidedAt).toISOString(), linkedBy: link.author }),
  };
}

/** Some sources call a child by its number, which is shown only to those who may see such numbers. */
function mayShowName(localId: string, sight: Sight): boolean {
  if (isNhsNumber(localId)) return sight.showsSystem(NHS_NUMBER);
  return isUpn(normaliseUpn(localId)) ? sight.showsSystem(UPN) : sight.showsSystem(SOURCE_CHILD_ID);
}

/** What was decided on a child before, newest first, as far as the steward may read it. */
async function decisionsOf(
  { record }: ReviewedChild,
  { sight, children }: { readonly sight: Sight; readonly children: Children },
  ports: Pick<ReviewPorts, "decisions" | "store" | "register">,
): Promise<readonly DecisionView[]> {
  const taken = await ports.decisions.list({ record: record.key }, LIMITS.review_decisions_max);
  const views = await Promise.all(taken.map((decision) => toDecisionView(decision, { sight, children, ports })));
  return views.filter((view) => view !== undefined);
}

/**
 * Which child stays when nobody says another: one with a verified NHS number, else one with any, else the one of whom
 * more sources tell, else the one that was there first.
 */
export function survivorOf(seen: SeenItem): string {
  const ranked = labelled(seen).toSorted(
    (one, other) =>
      rankNumber(other.child) - rankNumber(one.child) ||
      other.child.told.length - one.child.told.length ||
      one.child.record.key - other.child.record.key,
  );
  return ranked[0]?.label ?? "A";
}

function rankNumber({ told }: Pick<ReviewedChild, "told">): number {
  const numbered = told.filter(({ identity }) => isNhsNumber(identity.nhsNumber ?? ""));
  if (numbered.some(({ identity }) => identity.nhsNumberStatus === "01")) return 2;
  return numbered.length > 0 ? 1 : 0;
}

/** Changes with all that a decision would stand on: who the sources say the children are, and what was decided. */
export async function versionOf(
  { item, subject, candidates, isPartial }: SeenItem,
  { decisions, store }: Pick<ReviewPorts, "decisions" | "store">,
): Promise<string> {
  const told: unknown[] = [item.id, item.kind, stateOf(item), item.candidates, item.createdAt, isPartial];
  for (const { record, told: children } of [subject, ...candidates]) {
    const [latest] = await decisions.list({ record: record.key }, 1);
    const never = await store.neverLinked(record.key);
    told.push([
      record.key,
      children.map(({ source, localId, body }) => [source, localId, body]),
      latest?.sequence ?? 0,
      never,
    ]);
  }
  return createHash("sha256").update(JSON.stringify(told)).digest("base64url").slice(0, 27);
}
