import type { DataClass } from "#mappers/mapper.ts";
import { ACT_REASON, CLIENT_ID, PURPOSE_OF_USE } from "#profiles/systems.ts";
import { isHealthPurpose } from "../access/purpose.ts";
import type { Requester } from "../access/requester.ts";
import type { ConsentRules } from "./consent-rules.ts";
import {
  type Asker,
  type Data,
  DENIES,
  type ImplicitPolicy,
  isPermittedBy,
  PERMITS,
  SILENT,
  type Votes,
  votesOf,
} from "./consent-vote.ts";
import { type DecisionsInForce, isRefused, overrideOf, toDecisionsInForce } from "./decisions-in-force.ts";
import { beyondCeiling } from "./high-water.ts";
import type { Labels } from "./labels/label.ts";
import type { Instant, RecordFacts } from "./visibility.ts";

/** What does not change while one requester looks at one record. */
export interface Weighing {
  readonly requester: Requester;
  readonly at: Instant;
  readonly asker: Asker;
  /** Those that count: without objections that were refused. */
  readonly consents: readonly ConsentRules[];
  readonly inForce: DecisionsInForce;
  /** Officers and stewards, who see the Consents themselves, work on the data that an objection is about. */
  readonly seesPast: boolean;
  readonly isInvented: boolean;
  /** What was found of labels, most of which are the same few for all of a record. */
  readonly ceilings: Map<Labels, ReturnType<typeof beyondCeiling>>;
}

export function toWeighing(facts: RecordFacts, requester: Requester, at: Instant): Weighing {
  const inForce = toDecisionsInForce(facts.decisions, requester, at.now_ms);
  return {
    requester,
    at,
    asker: toAsker(requester, at.now_ms),
    consents: facts.consents.filter((consent) => !isRefused(consent, inForce)),
    inForce,
    seesPast: requester.agreement.dataClasses.includes("sharing"),
    isInvented: facts.isInvented === true,
    ceilings: new Map(),
  };
}

/** What of labels is beyond what the requester's agreement may have; `undefined` where all of it is within. */
export function beyondOf(labels: Labels, { requester, ceilings }: Weighing): ReturnType<typeof beyondCeiling> {
  if (ceilings.has(labels)) return ceilings.get(labels);
  const beyond = beyondCeiling(labels, requester.agreement);
  ceilings.set(labels, beyond);
  return beyond;
}

function toAsker({ organization, client, user, purpose }: Requester, now_ms: number): Asker {
  const names = [`${organization.system}|${organization.value}`, `${CLIENT_ID}|${client}`];
  return {
    names: new Set(user === undefined ? names : [...names, user.id]),
    ancestors: organization.ancestors ?? [],
    purpose: `${isHealthPurpose(purpose) ? ACT_REASON : PURPOSE_OF_USE}|${purpose}`,
    now_ms,
  };
}

/** What holds of a data class. */
export interface Standing {
  readonly dataClass: DataClass;
  /** What is said of anything in it; more than one bit where it depends on the resource. */
  readonly votes: Votes;
  /** Of the class as a whole: `partly` where no more than single resources can be released. */
  readonly whole: "released" | "objected" | "partly" | "unreleased" | undefined;
}

export function standingOf(dataClass: DataClass, weighing: Weighing): Standing {
  const votes = weigh({ scope: "any-of-class", dataClass }, dataClass, weighing);
  const whole = weigh({ scope: "whole-class", dataClass }, dataClass, weighing);
  if (isPermitted(whole, dataClass, weighing)) return { dataClass, votes, whole: "released" };
  const needsConsent = implicitOf(dataClass, weighing) === "deny";
  if (!needsConsent) return { dataClass, votes, whole: "objected" };
  return { dataClass, votes, whole: (votes & PERMITS) === 0 ? "unreleased" : "partly" };
}

/** What all Consents say together, after what outweighs them. */
export function weigh(data: Data, dataClass: DataClass, { consents, asker, inForce, seesPast }: Weighing): Votes {
  if (overrideOf(dataClass, inForce) !== undefined) return PERMITS;
  const votes = consents.length === 0 ? SILENT : votesOf(consents, asker, data);
  return seesPast && (votes & DENIES) !== 0 ? (votes & ~DENIES) | SILENT : votes;
}

export function isPermitted(votes: Votes, dataClass: DataClass, weighing: Weighing): boolean {
  return isPermittedBy(votes, implicitOf(dataClass, weighing));
}

export function implicitOf(dataClass: DataClass, { requester, isInvented }: Weighing): ImplicitPolicy {
  return isInvented ? "permit" : (requester.agreement.implicitPolicy?.[dataClass] ?? "permit");
}
