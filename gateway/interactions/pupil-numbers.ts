import { UPN } from "#profiles/systems.ts";
import type { Agreement } from "../access/requester.ts";
import { mayShow } from "./guard.ts";
import type { Candidate } from "./record-reader-candidate.ts";

/**
 * Whether a resource holds a pupil number, wherever it stands, and the agreement names no such; a client reads back what
 * it wrote. `undefined` where the agreement names them.
 */
export function toTellsPupil({
  identifierSystems,
  writes,
}: Agreement): ((candidate: Candidate) => boolean) | undefined {
  if (mayShow(UPN, identifierSystems)) return undefined;
  return (candidate) => candidate.source !== writes?.source && candidate.tellsPupil();
}
