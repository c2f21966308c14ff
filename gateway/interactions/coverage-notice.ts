import type { OperationOutcome } from "@medplum/fhirtypes";
import { LRUCache } from "lru-cache";
import type { Requester } from "../access/requester.ts";
import { isReleasable, type SourceFacts } from "../disclosure/visibility.ts";
import type { Store } from "../store/store.ts";
import type { Soon } from "./soon.ts";

/** More agreements than a register has; those of former versions of it go first. */
const KEPT_MAX = 1_000;

/**
 * The one entry that every searchset to a care client ends with, whoever the child: what an empty answer does not mean,
 * and to which day each source reaches. It depends on the agreement and on what was received, never on the child.
 */
export function createCoverageNotice(store: Store, sources: ReadonlyMap<string, SourceFacts>, policyVersion = () => 0) {
  const known = new LRUCache<string, { readonly changes: number; readonly entry: Buffer }>({ max: KEPT_MAX });
  return function coverageNotice(requester: Requester, changes: number): Soon<Buffer | undefined> {
    const { agreement } = requester;
    if (!agreement.coverageNotice) return undefined;
    const name = `${agreement.id}/${agreement.version}/${policyVersion()}`;
    const cached = known.get(name);
    return cached?.changes === changes ? cached.entry : noticeAnew(name, requester, changes);
  };

  async function noticeAnew(name: string, requester: Requester, changes: number): Promise<Buffer> {
    const reaches = new Map((await store.sourceReaches()).map(({ source, until }) => [source, until]));
    const released = [...sources.values()].filter((source) => isReleasable(source, requester));
    const entry = Buffer.from(JSON.stringify({ resource: toNotice(released, reaches), search: { mode: "outcome" } }));
    known.set(name, { changes, entry });
    return entry;
  }
}

function toNotice(sources: readonly SourceFacts[], reaches: ReadonlyMap<string, string>): OperationOutcome {
  const spans = sources
    .map(({ source }) => `${source} to ${reaches.get(source) ?? "no date yet"}`)
    .sort()
    .join("; ");
  return {
    resourceType: "OperationOutcome",
    issue: [
      {
        severity: "information",
        code: "informational",
        diagnostics: `Absence of a result is no evidence of absence. Data held reach, by source: ${spans || "none"}.`,
      },
    ],
  };
}
