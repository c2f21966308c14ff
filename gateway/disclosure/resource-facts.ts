import type { Resource } from "@medplum/fhirtypes";
import type { DataClass } from "#mappers/mapper.ts";
import { type DateRange, toDateRange } from "../search/date-range.ts";
import type { Labels } from "./labels/label.ts";

/** What of a resource rules on disclosure are about. */
export interface ResourceFacts {
  /** `Type/id`. */
  readonly name: string;
  readonly type: string;
  /** Absent of what no source of ours told. */
  readonly dataClass: DataClass | undefined;
  readonly labels: Labels;
  /** When what it says was so; absent where it does not say. */
  readonly date: DateRange | undefined;
  /** `system|code` of what it is. */
  readonly codes: ReadonlySet<string>;
  /** `system|code` of every coding anywhere in it. */
  readonly codings: ReadonlySet<string>;
  /** Canonical addresses that it claims, with and without their versions. */
  readonly profiles: readonly string[];
  /** `Encounter/id` of the encounters that it belongs to. */
  readonly encounters: ReadonlySet<string>;
  /** `Type/id` and `system|value` of who made it. */
  readonly authors: ReadonlySet<string>;
}

type Tree = Readonly<Record<string, unknown>>;

/** Those of them that resources have in common which differ in no coding, profile, encounter or author. */
export type CommonFacts = Pick<ResourceFacts, "codes" | "codings" | "profiles" | "encounters" | "authors">;

/** Reads them from a resource of any type. */
export function toResourceFacts(
  resource: Resource,
  told: { readonly dataClass: DataClass | undefined; readonly labels: Labels },
): ResourceFacts {
  const type = resource.resourceType;
  return { ...told, ...toCommonFacts(resource), name: `${type}/${resource.id ?? ""}`, type, date: dateOf(resource) };
}

export function toCommonFacts(resource: Resource): CommonFacts {
  const tree: Tree = { ...resource };
  return {
    codes: new Set(WHAT.flatMap((element) => codingsIn(tree[element]))),
    codings: new Set(codingsIn(tree)),
    profiles: (resource.meta?.profile ?? []).flatMap((profile) => [profile, profile.replace(/\|.*$/, "")]),
    encounters: new Set([tree, tree.context].flatMap(encountersOf)),
    authors: new Set(WHO.flatMap((element) => each(tree[element]).flatMap(namesIn))),
  };
}

/** Elements that say what a resource is, in the types of R4. */
const WHAT = ["code", "type", "class", "vaccineCode", "medicationCodeableConcept", "serviceType"] as const;
/** Elements that say who made it. */
const WHO = [
  "performer",
  "author",
  "recorder",
  "asserter",
  "requester",
  "participant",
  "informationSource",
  "agent",
] as const;
/** Elements that say when what it says was so, the nearest to that first. */
const WHEN = [
  "effectiveDateTime",
  "effectivePeriod",
  "effectiveInstant",
  "performedDateTime",
  "performedPeriod",
  "occurrenceDateTime",
  "occurrencePeriod",
  "onsetDateTime",
  "onsetPeriod",
  "servicedDate",
  "servicedPeriod",
  "period",
  "dateTime",
  "date",
  "authoredOn",
  "recordedDate",
  "occurredDateTime",
  "occurredPeriod",
  "issued",
  "recorded",
  "created",
] as const;

/** When what a resource says was so. */
export function dateOf(resource: Resource): DateRange | undefined {
  const tree: Tree = { ...resource };
  const element = WHEN.find((name) => tree[name] !== undefined);
  const told = element && tree[element];
  if (typeof told === "string") return toDateRange(told);
  if (!isTree(told)) return undefined;
  // Of a time whose beginning or end nobody knows, it is not known whether it lies within another.
  const start = typeof told.start === "string" ? toDateRange(told.start) : undefined;
  const end = typeof told.end === "string" ? toDateRange(told.end) : undefined;
  if (start === undefined && end === undefined) return undefined;
  return { low_ms: start?.low_ms ?? Number.NEGATIVE_INFINITY, high_ms: end?.high_ms ?? Number.POSITIVE_INFINITY };
}

function codingsIn(value: unknown): readonly string[] {
  if (Array.isArray(value)) return value.flatMap(codingsIn);
  if (!isTree(value)) return [];
  const { system, code } = value;
  const own = typeof system === "string" && typeof code === "string" ? [`${system}|${code}`] : [];
  return [...own, ...Object.entries(value).flatMap(([name, member]) => (name === "meta" ? [] : codingsIn(member)))];
}

function encountersOf(tree: unknown): readonly string[] {
  if (!isTree(tree)) return [];
  return each(tree.encounter)
    .flatMap(namesIn)
    .concat(each(tree.partOf).flatMap(namesIn))
    .filter((name) => name.startsWith("Encounter/"));
}

const REFERENCE = /(?:^|\/)([A-Z][A-Za-z]+\/[A-Za-z0-9\-.]{1,64})(?:\/_history\/[A-Za-z0-9\-.]{1,64})?$/;

/** What a reference, or one within an element that has a part to play, names. */
function namesIn(told: unknown): readonly string[] {
  if (!isTree(told)) return [];
  const { reference, identifier, actor, individual, who } = told;
  const [, name] = typeof reference === "string" ? (REFERENCE.exec(reference) ?? []) : [];
  const { system, value } = isTree(identifier) ? identifier : {};
  const number = typeof system === "string" && typeof value === "string" ? [`${system}|${value}`] : [];
  return [...(name === undefined ? [] : [name]), ...number, ...[actor, individual, who].flatMap(namesIn)];
}

function each(value: unknown): readonly unknown[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? value : [value];
}

function isTree(value: unknown): value is Tree {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
