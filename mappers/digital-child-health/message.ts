import { z } from "zod";
import { toFieldIssues } from "../datatypes/field-issue.ts";
import type { FieldIssue } from "../mapper.ts";

/** One resource of the message, with the place where it stands, as `Bundle.entry[3].resource`. */
export interface MessageEntry {
  readonly path: string;
  readonly fullUrl: string | undefined;
  readonly resource: { readonly resourceType: string; readonly [element: string]: unknown };
}

/** A FHIR STU3 message as its entries, the header apart. */
export interface Message {
  /** Logical id of the Bundle. */
  readonly id: string | undefined;
  readonly entries: readonly MessageEntry[];
}

const bundle = z.looseObject({
  resourceType: z.literal("Bundle", "expected a Bundle (DCH-Bundle-1)"),
  type: z.literal("message", "expected a Bundle of type message (DCH-Bundle-1)"),
  id: z.string("expected text").optional(),
  entry: z.array(
    z.looseObject({
      fullUrl: z.string("expected text").optional(),
      resource: z.looseObject(
        { resourceType: z.string("expected the type of the resource") },
        "expected a resource in each entry (DCH-Bundle-1)",
      ),
    }),
    "expected the entries of the message (DCH-Bundle-1)",
  ),
});

export type ParsedMessage =
  | { readonly ok: true; readonly message: Message }
  | { readonly ok: false; readonly issues: readonly FieldIssue[] };

/** Reads the frame of a message; its resources are looked at by those who need them. */
export function parseMessage(raw: unknown): ParsedMessage {
  const parsed = bundle.safeParse(raw);
  if (!parsed.success) return { ok: false, issues: toFieldIssues(parsed.error, "Bundle") };
  return {
    ok: true,
    message: {
      id: parsed.data.id,
      entries: parsed.data.entry.map(({ fullUrl, resource }, index) => ({
        path: `Bundle.entry[${index}].resource`,
        fullUrl,
        resource,
      })),
    },
  };
}

export function entriesOf(message: Message, type: string): readonly MessageEntry[] {
  return message.entries.filter(({ resource }) => resource.resourceType === type);
}

/** The entry that a reference of the message means: by the entry's full URL, or by type and logical id. */
export function resolveReference(message: Message, reference: string | undefined): MessageEntry | undefined {
  if (reference === undefined) return undefined;
  return message.entries.find(
    ({ fullUrl, resource }) => fullUrl === reference || `${resource.resourceType}/${String(resource.id)}` === reference,
  );
}

/** Logical id of an entry: its resource's own, else the UUID of its full URL. */
export function logicalIdOf({ fullUrl, resource }: MessageEntry): string | undefined {
  return typeof resource.id === "string" ? resource.id : uuidOf(fullUrl);
}

/** The UUID of a `urn:uuid:` URL. */
export function uuidOf(url: string | undefined): string | undefined {
  return /^urn:uuid:([0-9a-fA-F-]{36})$/.exec(url ?? "")?.[1]?.toLowerCase();
}
