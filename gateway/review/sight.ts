import type { Requester } from "../access/requester.ts";
import { isReleasable } from "../disclosure/visibility.ts";
import type { ReviewPorts } from "./ports.ts";

/** What one steward may see of review. */
export interface Sight {
  /** Whether the steward works for this authority. */
  isOwn(authority: string): boolean;
  /** Whether the authority is the steward's, or matches with one that is. */
  reaches(authority: string): boolean;
  /** Whether values that this source tells may be shown. */
  shows(source: string): boolean;
  /** Whether values of an identifier system may be shown. */
  showsSystem(system: string): boolean;
}

/**
 * A steward sees the children of the agreement's authorities, and beside them those of authorities of which the register
 * says on both sides that they match. Education data need their statute here as everywhere.
 */
export function toSight(requester: Requester, { register, sources }: Pick<ReviewPorts, "register" | "sources">): Sight {
  const { agreement } = requester;
  const isOwn = (authority: string): boolean => agreement.authorities.includes(authority);
  const reaches = (authority: string): boolean => agreement.authorities.some((own) => register.matches(own, authority));
  const { identifierSystems } = agreement;
  return {
    isOwn,
    reaches,
    shows(source) {
      const facts = sources.get(source);
      if (facts === undefined || !reaches(facts.authority)) return false;
      return isReleasable(facts, { ...requester, agreement: { ...agreement, authorities: [facts.authority] } });
    },
    showsSystem: (system) => identifierSystems === "any" || identifierSystems.includes(system),
  };
}
