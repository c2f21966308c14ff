import type { SourceChildName } from "../store/store.ts";

/** Ends the name of the source by which a national register's numbers are told in an authority. */
export const TRACED_SUFFIX = "-pds";

export function toTracedSource(authority: string): string {
  return `${authority}${TRACED_SUFFIX}`;
}

/** What that source calls the child that another source knows. */
export function toTracedLocalId({ source, localId }: SourceChildName): string {
  return `${source}/${localId}`;
}
