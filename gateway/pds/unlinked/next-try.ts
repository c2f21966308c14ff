import { createHash } from "node:crypto";
import { z } from "zod";
import { LIMITS } from "../../limits.ts";
import type { AlikeChild } from "../../store/store.ts";

/** How the last trace of a child ended. */
export type TraceEnd = "told" | "merged" | "for-review" | "none" | "many";

const NOTE = z.object({ end: z.string(), tracedAt: z.number(), nextAt: z.number(), told: z.string() });

/** Under which the last trace of a source's child is noted in the store. */
export function toNoteId({ source, localId }: Pick<AlikeChild, "source" | "localId">): string {
  return `pds/${source}/${localId}`;
}

/** The note of a trace that ended: when it may be made again. Nothing of the child but that its details were these. */
export function toNote(child: Pick<AlikeChild, "body">, end: TraceEnd, now: number): string {
  const wait_ms = end === "none" ? LIMITS.pds_retrace_none_ms : LIMITS.pds_retrace_other_ms;
  return JSON.stringify({ end, tracedAt: now, nextAt: now + wait_ms, told: digest(child) });
}

/** Whether the child may be traced now: never before, long ago, or told otherwise since. */
export function isDue(child: Pick<AlikeChild, "body">, note: string | undefined, now: number): boolean {
  const read = note === undefined ? undefined : NOTE.safeParse(JSON.parse(note));
  return read?.success !== true || read.data.nextAt <= now || read.data.told !== digest(child);
}

function digest({ body }: Pick<AlikeChild, "body">): string {
  return createHash("sha256").update(body).digest("base64url").slice(0, 22);
}
