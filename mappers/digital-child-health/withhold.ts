import { eventOf } from "./events.ts";
import { isXmlElement, toJsonForm } from "./xml-form.ts";

/**
 * SNOMED CT codes that say a child may be at risk, or is looked after. They may be lawfully shared, but never as a
 * by-product of a growth record, so what they stand in is dropped before anything is stored.
 *
 * Source: Digital Child Health value set SafeguardingObservationCode and its Legal Information message; the safeguarding
 * codes of the Royal College of General Practitioners.
 */
const SAFEGUARDING: ReadonlySet<string> = new Set([
  "886941000000103",
  "886951000000100",
  "1064461000000103",
  "836881000000105",
  "342191000000101",
  "764841000000100",
  "1064311000000109",
]);

/** Fields that are dropped at the door, as the table of fields names them. */
export const SAFEGUARDING_FIELD = "any resource with a safeguarding code";
export const RELATIVE_FIELD = "RelatedPerson";
export const UNSERVED_FIELD = "the content of an event that is not served";

type Node = Readonly<Record<string, unknown>>;

/**
 * The JSON form of a message without what may never be stored: resources with a safeguarding code, relatives (whose
 * numbers are not the child's), and all but the header of an event that is not served.
 */
export function withhold(raw: unknown): { readonly kept: unknown; readonly dropped: readonly string[] } {
  const bundle = isXmlElement(raw) ? toJsonForm(raw) : raw;
  if (!isNode(bundle) || !Array.isArray(bundle.entry)) return withoutAny(bundle, []);
  const dropped = new Set<string>();
  const isServed = isServedEvent(bundle.entry);
  const entry = bundle.entry.flatMap((item: unknown) => withoutWithheld(item, isServed, dropped));
  return withoutAny(dropped.size === 0 ? bundle : { ...bundle, entry }, [...dropped]);
}

/** A code in a place where no resource stands leaves nothing to be kept. */
function withoutAny(
  kept: unknown,
  dropped: readonly string[],
): { readonly kept: unknown; readonly dropped: readonly string[] } {
  if (!hasSafeguarding(kept)) return { kept, dropped };
  return { kept: { resourceType: "Bundle" }, dropped: [...new Set([...dropped, SAFEGUARDING_FIELD])] };
}

function isServedEvent(entries: readonly unknown[]): boolean {
  for (const entry of entries) {
    const resource = resourceOf(entry);
    if (resource?.resourceType !== "MessageHeader" || !isNode(resource.event)) continue;
    const { code } = resource.event;
    return typeof code !== "string" || eventOf(code.trim())?.content !== "refused";
  }
  return true;
}

function withoutWithheld(entry: unknown, isServed: boolean, dropped: Set<string>): unknown[] {
  const resource = resourceOf(entry);
  if (!isNode(entry) || resource === undefined) return [entry];
  if (!isServed && resource.resourceType !== "MessageHeader") {
    dropped.add(UNSERVED_FIELD);
    return [];
  }
  const kept = withoutParts(resource, dropped);
  if (kept === undefined) return [];
  return [kept === resource ? entry : { ...entry, resource: kept }];
}

/** Of these a part is dropped, not the whole: without them there is no message. */
const FRAME: ReadonlySet<unknown> = new Set(["MessageHeader", "Patient", "Encounter", "Organization"]);

function withoutParts(resource: Node, dropped: Set<string>): Node | undefined {
  if (resource.resourceType === "RelatedPerson") {
    dropped.add(RELATIVE_FIELD);
    return undefined;
  }
  const inner = toList(resource.contained);
  const contained = inner.flatMap((one: unknown) => (isNode(one) ? (withoutParts(one, dropped) ?? []) : [one]));
  const isSame = contained.length === inner.length && contained.every((one, index) => one === inner[index]);
  const outer = isSame ? resource : { ...resource, contained };
  const { contained: _, ...own } = outer;
  if (!hasSafeguarding(own)) return outer;
  dropped.add(SAFEGUARDING_FIELD);
  if (FRAME.has(resource.resourceType)) {
    return Object.fromEntries(
      Object.entries(outer).filter(([name, value]) => name === "contained" || !hasSafeguarding(value)),
    );
  }
  return partly(outer);
}

/** Of a questionnaire the answers of other questions stay, of an observation nothing. */
function partly(resource: Node): Node | undefined {
  if (resource.resourceType !== "QuestionnaireResponse") return undefined;
  const left: Node = { ...resource, item: toList(resource.item).filter((item) => !hasSafeguarding(item)) };
  const { contained: _, ...own } = left;
  return hasSafeguarding(own) ? undefined : left;
}

function hasSafeguarding(value: unknown): boolean {
  if (typeof value === "string") return SAFEGUARDING.has(value.trim());
  if (typeof value === "number") return SAFEGUARDING.has(String(value));
  if (Array.isArray(value)) return value.some(hasSafeguarding);
  return isNode(value) && Object.values(value).some(hasSafeguarding);
}

/** One value and a list of one are read alike. */
function toList(value: unknown): readonly unknown[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? value : [value];
}

function resourceOf(entry: unknown): Node | undefined {
  return isNode(entry) && isNode(entry.resource) ? entry.resource : undefined;
}

function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
