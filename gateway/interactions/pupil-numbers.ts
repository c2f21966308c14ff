import { UPN } from "#profiles/systems.ts";
import type { Agreement } from "../access/requester.ts";
import { resourceBytes } from "../search/pack.ts";
import { mayShow } from "./guard.ts";
import type { LoadedRecord } from "./record-reader-load.ts";
import type { Candidate } from "./record-reader-view.ts";

/**
 * Whether a resource holds a pupil number, wherever it stands, and the agreement names no such; a client reads back what
 * it wrote. `undefined` where the agreement names them.
 */
export function toTellsPupil(
  { pack, hasPupilNumbers }: Pick<LoadedRecord, "pack" | "hasPupilNumbers">,
  { identifierSystems, writes }: Agreement,
): ((candidate: Candidate) => boolean) | undefined {
  if (mayShow(UPN, identifierSystems)) return undefined;
  return ({ source, entry, body }) => {
    if (source === writes?.source) return false;
    // A version of a history is no part of the pack.
    if (entry === undefined) return body?.includes(UPN) ?? false;
    return hasPupilNumbers && resourceBytes(pack, entry).includes(UPN);
  };
}
