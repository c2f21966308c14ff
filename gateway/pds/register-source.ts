import type { RegisteredSource } from "../access/source.ts";
import type { SourceFacts } from "../disclosure/visibility.ts";
import type { SourceChildName } from "../store/store.ts";

/** Name of the source by which PDS's numbers are told in an authority. */
export function toRegisterSource(authority: string): string {
  return `${authority}-pds`;
}

/** What that source calls the child that another source knows. */
export function toRegisterLocalId({ source, localId }: SourceChildName): string {
  return `${source}/${localId}`;
}

/** Those sources: one in each authority that permits to ask, whether or not PDS can be asked now. */
export function pdsSourceFacts(
  sources: readonly Pick<RegisteredSource, "authority" | "traces">[],
): readonly SourceFacts[] {
  const authorities = new Set(sources.filter(({ traces }) => traces === true).map(({ authority }) => authority));
  return [...authorities].map((authority) => ({
    source: toRegisterSource(authority),
    authority,
    dataClass: "health-visiting",
  }));
}
