import type { DataClass } from "#mappers/mapper.ts";
import type { Requester } from "../access/requester.ts";
import { type Data, DENIES, PERMITS, SILENT, votesOfRule } from "./consent-vote.ts";
import { instantsOf, overrideOf } from "./decisions-in-force.ts";
import { traceConsents } from "./trace-consents.ts";
import {
  type Instant,
  isRelated,
  obstacleOf,
  type RecordFacts,
  type Trace,
  type Visibility,
  type Weighed,
} from "./visibility.ts";
import {
  beyondOf,
  implicitOf,
  isPermitted,
  type Standing,
  standingOf,
  toWeighing,
  type Weighing,
  weigh,
} from "./weighing.ts";

const CLASSES: readonly DataClass[] = ["health-visiting", "education", "sharing"];
/** Classes that describe the child. */
const CHILD_CLASSES: readonly DataClass[] = ["health-visiting", "education"];

/**
 * Decides, from facts alone, what of a record a requester may see at an instant. `undefined`: the record is unknown to
 * the requester, in every interaction, as if it did not exist. An objection to some classes leaves the Patient, one to
 * all of them leaves nothing, but to who told of it the decision itself.
 */
export function decideVisibility(
  facts: RecordFacts,
  requester: Requester,
  at: Instant,
  trace?: Trace,
): Visibility | undefined {
  const { agreement } = requester;
  const weighing = toWeighing(facts, requester, at);
  if (!mayAsk(facts, weighing, trace)) return undefined;
  const standings = new Map(CLASSES.map((dataClass) => [dataClass, standingOf(dataClass, weighing)]));
  const releasable = facts.sources.filter((source) => obstacleOf(source, requester) === undefined);
  const own = releasable.find(({ source }) => source === agreement.writes?.source)?.source;
  const isUnknown = CHILD_CLASSES.every((dataClass) => standings.get(dataClass)?.votes === DENIES);
  const shown = isUnknown ? [] : releasable;
  const namesIn = (...wanted: readonly Standing["whole"][]) =>
    new Set(shown.filter((one) => wanted.includes(standings.get(one.dataClass)?.whole)).map(({ source }) => source));
  const [sources, identitySources] = [namesIn("released"), namesIn("objected", "partly")];
  if (own === undefined && sources.size + identitySources.size === 0) {
    if (trace !== undefined) for (const standing of standings.values()) traceClass(standing, weighing, trace);
    return undefined;
  }
  const classes = new Map(releasable.map(({ source, dataClass }) => [source, dataClass]));
  return {
    sources,
    identitySources,
    toldClasses: new Set(CLASSES.filter((dataClass) => standings.get(dataClass)?.whole !== "unreleased")),
    ownSource: own,
    rules: [`agreement/${agreement.id}/${agreement.version}`, ...rulesThatDecide(weighing)],
    ...toOverride(weighing),
    changesAt_ms: nextInstant(facts, at.now_ms),
    releases(resource, trace) {
      const dataClass = classes.get(resource.source);
      const standing = dataClass && standings.get(dataClass);
      return standing !== undefined && isReleased(resource, { standing, weighing, trace }) && !isUnknown;
    },
  };
}

function mayAsk(facts: RecordFacts, { requester, at, inForce }: Weighing, trace?: Trace): boolean {
  const { agreement } = requester;
  const basis = `agreement/${agreement.id}/${agreement.version}`;
  const isRunning = at.today <= agreement.until;
  trace?.({
    rule: "expiry",
    basis,
    effect: isRunning ? "permits" : "denies",
    reason: isRunning ? "The agreement is in force." : "The agreement has ended.",
  });
  if (!isRunning) return false;
  if (inForce.breakGlass !== undefined) {
    const reason = "The glass was broken for this child: it stands in for the relationship.";
    trace?.({ rule: "break-glass", basis: `decision/${inForce.breakGlass.id}`, effect: "permits", reason });
    return true;
  }
  const isOne = isRelated(facts, requester, at.today);
  trace?.({
    rule: "relationship",
    basis,
    effect: isOne ? "permits" : "denies",
    reason: `The relationship that the agreement asks for (${agreement.relationship}) ${isOne ? "holds" : "does not hold"} today.`,
  });
  return isOne;
}

function toOverride({ requester, inForce }: Weighing): Pick<Visibility, "override"> {
  const [first] = requester.agreement.dataClasses.flatMap((dataClass) => overrideOf(dataClass, inForce) ?? []);
  if (first === undefined) return {};
  const { kind, id: decision } = first;
  return { override: { kind, decision, ...(first.kind === "duty" && { family: first.family }) } };
}

/** Why nothing is left of a class. */
function traceClass(standing: Standing, weighing: Weighing, trace: Trace): void {
  const { dataClass } = standing;
  if (!weighing.requester.agreement.dataClasses.includes(dataClass)) return;
  traceConsents({ scope: "whole-class", dataClass }, { standing, weighing }, trace);
}

interface Asked {
  readonly standing: Standing;
  readonly weighing: Weighing;
  readonly trace: Trace | undefined;
}

function isReleased(resource: Weighed, { standing, weighing, trace }: Asked): boolean {
  const { dataClass, votes } = standing;
  const isLabelled = isWithinCeiling(resource, weighing, trace);
  if (!isLabelled && trace === undefined) return false;
  const isOne = votes === SILENT || votes === PERMITS || votes === DENIES;
  const data = (): Data => ({ scope: "resource", facts: resource.facts() });
  const own = isOne ? votes : weigh(data(), dataClass, weighing);
  const isConsented = isPermitted(own, dataClass, weighing);
  if (trace !== undefined) traceConsents(data(), { standing, weighing }, trace);
  return isLabelled && isConsented;
}

/** A client reads back what it wrote, whatever the lists make of it. */
function isWithinCeiling(resource: Weighed, weighing: Weighing, trace: Trace | undefined): boolean {
  const { agreement } = weighing.requester;
  if (weighing.isInvented || resource.source === agreement.writes?.source) return true;
  const beyond = beyondOf(resource.labels(), weighing);
  trace?.({
    rule: "label",
    basis: `agreement/${agreement.id}/${agreement.version}`,
    effect: beyond === undefined ? "permits" : "denies",
    reason: beyond === undefined ? "Its labels are within the agreement." : `Its ${beyond} is beyond the agreement.`,
  });
  return beyond === undefined;
}

/** Decisions, Consents and policies without which more or less would be seen. */
function rulesThatDecide(weighing: Weighing): readonly string[] {
  const { requester, consents, asker, inForce, seesPast } = weighing;
  const rules = new Set<string>();
  for (const dataClass of requester.agreement.dataClasses) {
    const override = overrideOf(dataClass, inForce);
    if (override !== undefined) {
      rules.add(`decision/${override.id}`);
      continue;
    }
    const needsConsent = implicitOf(dataClass, weighing) === "deny";
    if (needsConsent) rules.add(`implicit/${dataClass}/deny`);
    const deciding = (seesPast ? 0 : DENIES) | (needsConsent ? PERMITS : 0);
    for (const { name, root } of consents) {
      if ((votesOfRule(root, asker, { scope: "any-of-class", dataClass }) & deciding) !== 0) rules.add(name);
    }
  }
  return [...rules];
}

/** First instant after now at which a Consent or a decision begins to hold or ends. */
export function nextInstant({ consents, decisions }: RecordFacts, now_ms: number): number {
  let next = Number.POSITIVE_INFINITY;
  const look = (instants: readonly number[]): void => {
    for (const instant of instants) if (instant > now_ms && instant < next) next = instant;
  };
  for (const { instants_ms } of consents) look(instants_ms);
  look(instantsOf(decisions));
  return next;
}
