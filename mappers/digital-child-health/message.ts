import { z } from "zod";
import { toFieldIssues } from "../datatypes/field-issue.ts";
import type { FieldIssue } from "../mapper.ts";

/** One resource of the message, with the place where it stands, as `Bundle.entry[3].resource`. */
export interface MessageEntry {
  readonly path: string;
  readonly fullUrl: string | undefined;
  readonly resource: { readonly resourceType: string; readonly [element: string]: unknown };
  /** The entry in whose resource this one is contained. */
  readonly container?: MessageEntry;
}

/** A FHIR STU3 message as its resources, contained ones behind those that contain them. */
export interface Message {
  /** Logical id of the Bundle. */
  readonly id: string | undefined;
  /** `Bundle.meta.lastUpdated`, as it came. */
  readonly lastUpdated: string | undefined;
  readonly entries: readonly MessageEntry[];
  /** Entries by every name under which a reference can mean them. */
  readonly index: ReadonlyMap<string, MessageEntry>;
}

const resource = z.looseObject(
  {
    resourceType: z.string("expected the type of the resource"),
  },
  "expected a resource in each entry (DCH-Bundle-1)",
);

const bundle = z.looseObject({
  resourceType: z.literal("Bundle", "expected a Bundle (DCH-Bundle-1)"),
  type: z.literal("message", "expected a Bundle of type message (DCH-Bundle-1)"),
  id: z.string("expected text").optional(),
  meta: z.looseObject({ lastUpdated: z.string("expected text").optional() }, "expected an object").optional(),
  entry: z.array(
    z.looseObject({ fullUrl: z.string("expected text").optional(), resource }, "expected an entry (DCH-Bundle-1)"),
    "expected the entries of the message (DCH-Bundle-1)",
  ),
});

const contained = z.array(resource, "expected a list of resources (FHIR STU3 contained)");

export type ParsedMessage =
  | { readonly ok: true; readonly message: Message }
  | { readonly ok: false; readonly issues: readonly FieldIssue[] };

/** Reads the frame of a message; its resources are looked at by those who need them. */
export function parseMessage(raw: unknown): ParsedMessage {
  const parsed = bundle.safeParse(raw);
  if (!parsed.success) return { ok: false, issues: toFieldIssues(parsed.error, "Bundle") };
  const issues: FieldIssue[] = [];
  const entries = parsed.data.entry.flatMap(({ fullUrl, resource }, index) =>
    withContained({ path: `Bundle.entry[${index}].resource`, fullUrl, resource }, issues),
  );
  if (issues.length > 0) return { ok: false, issues };
  return {
    ok: true,
    message: { id: parsed.data.id, lastUpdated: parsed.data.meta?.lastUpdated, entries, index: toIndex(entries) },
  };
}

function withContained(entry: MessageEntry, issues: FieldIssue[]): MessageEntry[] {
  if (entry.resource.contained === undefined) return [entry];
  const value = entry.resource.contained;
  const parsed = contained.safeParse(Array.isArray(value) ? value : [value]);
  if (!parsed.success) {
    issues.push({
      severity: "error",
      field: `${entry.path}.contained`,
      message: "expected resources with their types",
    });
    return [entry];
  }
  return [
    entry,
    ...parsed.data.map((inner, index) => ({
      path: `${entry.path}.contained[${index}]`,
      fullUrl: undefined,
      resource: inner,
      container: entry,
    })),
  ];
}

/** Resources of a type that stand in the message by themselves. */
export function entriesOf(message: Message, type: string): readonly MessageEntry[] {
  return message.entries.filter(({ resource, container }) => resource.resourceType === type && container === undefined);
}

/**
 * The resource of the message that a reference means: `#id` within the resource it stands in, else an entry's full URL,
 * or type and logical id, absolute or not, of any version. Of two that a reference could mean it is the first.
 */
export function resolveReference(
  message: Message,
  reference: string | undefined,
  from?: MessageEntry,
): MessageEntry | undefined {
  if (reference === undefined || reference === "") return undefined;
  const { index } = message;
  if (reference.startsWith("#")) return index.get(`${(from?.container ?? from)?.path ?? ""}${reference}`);
  const wanted = reference.replace(/\/_history\/[A-Za-z0-9.-]{1,64}$/, "");
  const tail = tailOf(wanted);
  return (
    index.get(wanted.toLowerCase()) ??
    index.get(wanted) ??
    // An entry without a full URL is known by its type and id alone.
    (tail === undefined ? undefined : index.get(`${NO_URL}${tail}`))
  );
}

const NO_URL = "without a full URL: ";

function toIndex(entries: readonly MessageEntry[]): ReadonlyMap<string, MessageEntry> {
  const index = new Map<string, MessageEntry>();
  for (const entry of entries) {
    for (const name of namesOf(entry)) if (!index.has(name)) index.set(name, entry);
  }
  return index;
}

function namesOf({ fullUrl, resource, container }: MessageEntry): string[] {
  const id = typeof resource.id === "string" ? resource.id : undefined;
  if (container !== undefined) return id === undefined ? [] : [`${container.path}#${id}`];
  const relative = id === undefined ? undefined : `${resource.resourceType}/${id}`;
  const tail = tailOf(fullUrl ?? "");
  return [
    ...(fullUrl === undefined ? [] : [fullUrl.toLowerCase()]),
    ...(relative === undefined ? [] : [relative]),
    ...(tail === undefined ? [] : [tail]),
    ...(fullUrl === undefined && relative !== undefined
      ? [`${NO_URL}${relative}`, `urn:uuid:${id}`.toLowerCase()]
      : []),
  ];
}

/** The relative reference at the end of an absolute one. */
function tailOf(url: string): string | undefined {
  return /(?:^|\/)([A-Z][A-Za-z]+\/[A-Za-z0-9.-]{1,64})$/.exec(url)?.[1];
}

/** Logical id of a resource: its own, else the UUID or the last part of its full URL. */
export function logicalIdOf({ fullUrl, resource }: MessageEntry): string | undefined {
  if (typeof resource.id === "string" && /^[A-Za-z0-9.-]{1,64}$/.test(resource.id)) return resource.id;
  return idOfReference(fullUrl);
}

/** What a reference or full URL says of the logical id. */
export function idOfReference(url: string | undefined): string | undefined {
  return uuidOf(url) ?? /(?:^|\/)[A-Z][A-Za-z]+\/([A-Za-z0-9.-]{1,64})$/.exec(url ?? "")?.[1];
}

/** The UUID of a `urn:uuid:` URL. */
function uuidOf(url: string | undefined): string | undefined {
  return /^urn:uuid:([0-9a-fA-F-]{36})$/i.exec(url ?? "")?.[1]?.toLowerCase();
}
