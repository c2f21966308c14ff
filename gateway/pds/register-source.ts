import type { RegisteredSource } from "../access/source.ts";
import type { SourceFacts } from "../disclosure/visibility.ts";
import { toTracedSource } from "../identity/traced-name.ts";

/** Those sources: one in each authority that permits to ask, whether or not PDS can be asked now. */
export function pdsSourceFacts(
  sources: readonly Pick<RegisteredSource, "authority" | "traces">[],
): readonly SourceFacts[] {
  const authorities = new Set(sources.filter(({ traces }) => traces === true).map(({ authority }) => authority));
  return [...authorities].map((authority) => ({
    source: toTracedSource(authority),
    authority,
    dataClass: "health-visiting",
  }));
}
